// The conversation before there is a session: encryption requests, startup packet, proof of the password.
//
// States; anything else closes the connection:
//
//   state     takes
//   kStart    SSLRequest (once), GSSENCRequest (once), CancelRequest, StartupMessage
//   kProof1   SASLInitialResponse
//   kProof2   SASLResponse
//   kDone     nothing more: startup() says who it is
//
// Threads: one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/session.h"
#include "pgwire/frame.h"
#include "pgwire/scram.h"

namespace millrace::pgwire {

class Authenticator {
 public:
  enum class Next : uint8_t {
    kMore,      // the next message, if it is there
    kStartTls,  // everything that follows is encrypted
    kDone,      // who it is is proven
    kClose,     // a cancel request: nothing is answered
  };

  // `tls_offered`: an SSLRequest is answered with S.
  Authenticator(engine::SessionFactory& factory, Rng& rng, const Limits& limits, bool tls_offered)
      : factory_(factory), rng_(rng), limits_(limits), tls_offered_(tls_offered) {}

  // Whoever asks for a session gets this error: there is no room for one more.
  void refuse_with(SqlError error) { refusal_ = std::move(error); }

  // The frame at the front of `input`, as this state wants it.
  Result<Frame> next(std::string_view input) const;
  // Takes a complete one; `input_left` are the bytes received after it. Answers go to `out`. Errors are fatal.
  Result<Next> take(const Frame& frame, size_t input_left, std::string& out);

  // REQUIRES: done.
  engine::SessionOptions& options() { return options_; }

 private:
  enum class State : uint8_t { kStart, kProof1, kProof2, kDone };

  Result<Next> take_startup(std::string_view body, size_t input_left, std::string& out);
  Result<Next> refuse_encryption(bool& asked, size_t input_left, std::string& out);
  Status read_parameters(std::string_view body, int32_t minor, std::string& out);
  Status read_options(std::string_view text);
  Result<Next> identify(std::string& out);

  engine::SessionFactory& factory_;
  Rng& rng_;
  const Limits& limits_;
  const bool tls_offered_;
  State state_ = State::kStart;
  bool tls_asked_ = false;
  bool gss_asked_ = false;
  engine::SessionOptions options_;
  std::optional<ScramExchange> scram_;
  std::optional<SqlError> refusal_;
};

}  // namespace millrace::pgwire
