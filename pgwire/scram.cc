#include "pgwire/scram.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <optional>

namespace millrace::pgwire {
namespace {

constexpr size_t kKeyBytes = SHA256_DIGEST_LENGTH;
constexpr size_t kNonceBytes = 18;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string hmac(std::string_view key, std::string_view message) {
  std::string digest(kKeyBytes, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(),
       reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

std::string sha256(std::string_view message) {
  std::string digest(kKeyBytes, '\0');
  SHA256(bytes_of(message), message.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string base64(std::string_view raw) {
  std::string text((raw.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(raw), static_cast<int>(raw.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string raw(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(raw.data()), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  raw.resize(static_cast<size_t>(length) - padding);
  return raw;
}

SqlError malformed(std::string detail) {
  return SqlError(sqlstate::kProtocolViolation, "malformed SCRAM message").with_detail(std::move(detail));
}

SqlError refused() { return SqlError(sqlstate::kInvalidPassword, "password authentication failed"); }

// Takes "k=value" off the front of `message`.
std::optional<std::string_view> take_attribute(char name, std::string_view& message) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
  const size_t end = std::min(message.find(','), message.size());
  const std::string_view value = message.substr(2, end - 2);
  message.remove_prefix(std::min(end + 1, message.size()));
  return value;
}

bool printable(std::string_view text) {
  for (const char c : text) {
    if (c < 0x21 || c > 0x7e || c == ',') return false;
  }
  return !text.empty();
}

}  // namespace

ScramExchange::ScramExchange(engine::Credentials credentials, Rng& rng)
    : credentials_(std::move(credentials)), rng_(rng) {}

Result<std::string> ScramExchange::first(std::string_view message) {
  // gs2-header: 'n' or 'y' (no channel binding; 'p' would ask for it), an authorization identity, two commas.
  if (message.size() < 3 || (message[0] != 'n' && message[0] != 'y') || message[1] != ',') {
    return malformed("Channel binding is not offered here.");
  }
  const size_t comma = message.find(',', 2);
  if (comma == std::string_view::npos) return malformed("The header does not end.");
  if (comma != 2) return SqlError(not_supported("an authorization identity", "Log in as the user itself."));
  gs2_header_ = message.substr(0, comma + 1);
  client_first_bare_ = message.substr(comma + 1);
  std::string_view rest = client_first_bare_;
  if (!take_attribute('n', rest)) return malformed("The user's name was expected.");  // the startup packet's is used
  const auto client_nonce = take_attribute('r', rest);
  if (!client_nonce || !printable(*client_nonce)) return malformed("A nonce was expected.");

  std::array<uint8_t, kNonceBytes> random{};
  rng_.fill(random);
  nonce_ = std::string(*client_nonce) + base64({reinterpret_cast<const char*>(random.data()), random.size()});
  server_first_ = fmt::format("r={},s={},i={}", nonce_, base64(credentials_.salt), credentials_.iterations);
  return server_first_;
}

Result<std::string> ScramExchange::final(std::string_view message) {
  const size_t proof_at = message.rfind(",p=");
  if (proof_at == std::string_view::npos) return malformed("A proof was expected.");
  const std::string_view without_proof = message.substr(0, proof_at);
  std::string_view rest = without_proof;
  const auto binding = take_attribute('c', rest);
  if (!binding || from_base64(*binding) != gs2_header_) return malformed("The header was changed.");
  const auto nonce = take_attribute('r', rest);
  if (!nonce || *nonce != nonce_) return malformed("The nonce was changed.");
  const auto proof = from_base64(message.substr(proof_at + 3));
  if (!proof || proof->size() != kKeyBytes) return malformed("The proof has the wrong length.");

  const std::string auth_message = fmt::format("{},{},{}", client_first_bare_, server_first_, without_proof);
  // A verifier of another size than SHA-256's cannot be met by any proof.
  const bool usable = credentials_.stored_key.size() == kKeyBytes;
  const std::string stored_key = usable ? credentials_.stored_key : std::string(kKeyBytes, '\0');
  std::string client_key = hmac(stored_key, auth_message);
  for (size_t i = 0; i < kKeyBytes; ++i) client_key[i] = static_cast<char>(client_key[i] ^ (*proof)[i]);
  const bool equal = CRYPTO_memcmp(sha256(client_key).data(), stored_key.data(), kKeyBytes) == 0;
  if (!equal || !usable || !credentials_.user_exists) return refused();
  return "v=" + base64(hmac(credentials_.server_key, auth_message));
}

engine::Credentials scram_verifier(std::string_view password, std::string salt, uint32_t iterations) {
  std::string salted(kKeyBytes, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt), static_cast<int>(salt.size()),
                    static_cast<int>(iterations), EVP_sha256(), static_cast<int>(kKeyBytes),
                    reinterpret_cast<unsigned char*>(salted.data()));
  engine::Credentials credentials;
  credentials.password_required = true;
  credentials.iterations = iterations;
  credentials.salt = std::move(salt);
  credentials.stored_key = sha256(hmac(salted, "Client Key"));
  credentials.server_key = hmac(salted, "Server Key");
  return credentials;
}

}  // namespace millrace::pgwire
