// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.
//
//   client-first    n,,n=,r=CLIENT                     first()  -> r=CLIENT SERVER,s=SALT,i=ITERATIONS
//   client-final    c=biws,r=CLIENT SERVER,p=PROOF     final()  -> v=SERVER SIGNATURE
//
// What is kept of a password is its verifier, never the password. The proof of a user that does not exist
// is computed and compared like any other, and then refused.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/rng.h"
#include "engine/session.h"

namespace millrace::pgwire {

inline constexpr std::string_view kScramMechanism = "SCRAM-SHA-256";

class ScramExchange {
 public:
  ScramExchange(engine::Credentials credentials, Rng& rng);

  // Errors: 08P01 for a message that is none, 28P01 for a wrong proof.
  Result<std::string> first(std::string_view message);
  Result<std::string> final(std::string_view message);

 private:
  const engine::Credentials credentials_;
  Rng& rng_;
  std::string gs2_header_;
  std::string client_first_bare_;
  std::string server_first_;
  std::string nonce_;
};

// What is stored of `password`. For server/, which has it from a flag or a file, and for tests.
engine::Credentials scram_verifier(std::string_view password, std::string salt, uint32_t iterations);

}  // namespace millrace::pgwire
