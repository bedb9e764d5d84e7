// Digests: md5 as hexadecimal text, the sha2 family as bytes.
#include <openssl/evp.h>

#include "base/check.h"
#include "expr/families.h"
#include "expr/functions/owned_bytes.h"
#include "expr/typed_lambda.h"
#include "types/bytea.h"

namespace millrace::expr {
namespace {

using std::string_view;

std::string digest(string_view bytes, const EVP_MD* algorithm) {
  unsigned char result[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  MILLRACE_CHECK(EVP_Digest(bytes.data(), bytes.size(), result, &size, algorithm, nullptr) == 1, "no digest");
  return std::string(reinterpret_cast<const char*>(result), size);
}

std::string md5(string_view bytes) {
  std::string result;
  for (const char c : digest(bytes, EVP_md5())) {
    result += "0123456789abcdef"[static_cast<uint8_t>(c) >> 4];
    result += "0123456789abcdef"[static_cast<uint8_t>(c) & 15];
  }
  return result;
}

}  // namespace

std::vector<ScalarFunction> hash_functions() {
  return {
      scalar(
          "md5", [](string_view text) { return md5(text); }, "The MD5 hash, in hexadecimal.",
          "md5('abc') = '900150983cd24fb0d6963f7d28e17f72'"),
      scalar(
          "md5", [](Bytea bytes) { return md5(bytes.bytes); }, "The MD5 hash, in hexadecimal.",
          "md5('abc'::bytea) = '900150983cd24fb0d6963f7d28e17f72'"),
      scalar(
          "sha224", [](Bytea bytes) { return OwnedBytes{digest(bytes.bytes, EVP_sha224())}; }, "The SHA-224 hash.",
          "length(sha224('abc'::bytea)) = 28"),
      scalar(
          "sha256", [](Bytea bytes) { return OwnedBytes{digest(bytes.bytes, EVP_sha256())}; }, "The SHA-256 hash.",
          "encode(sha256('abc'::bytea), 'hex') LIKE 'ba7816bf8f01cfea%'"),
      scalar(
          "sha384", [](Bytea bytes) { return OwnedBytes{digest(bytes.bytes, EVP_sha384())}; }, "The SHA-384 hash.",
          "length(sha384('abc'::bytea)) = 48"),
      scalar(
          "sha512", [](Bytea bytes) { return OwnedBytes{digest(bytes.bytes, EVP_sha512())}; }, "The SHA-512 hash.",
          "length(sha512('abc'::bytea)) = 64"),
  };
}

}  // namespace millrace::expr
