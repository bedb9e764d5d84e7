#include "pgwire/authentication.h"

#include <fmt/format.h>

#include "pgwire/backend_messages.h"
#include "types/utf8.h"

namespace millrace::pgwire {
namespace {

constexpr int32_t kProtocol3 = 3 << 16;
constexpr int32_t kCancelRequest = (1234 << 16) | 5678;
constexpr int32_t kSslRequest = (1234 << 16) | 5679;
constexpr int32_t kGssRequest = (1234 << 16) | 5680;

SqlError invalid_packet() { return SqlError(sqlstate::kProtocolViolation, "invalid startup packet layout"); }

}  // namespace

Result<Frame> Authenticator::next(std::string_view input) const {
  switch (state_) {
    case State::kStart: return next_startup_frame(input, limits_);
    case State::kProof1:
    case State::kProof2: return next_sasl_frame(input, limits_);
    case State::kDone: break;
  }
  MILLRACE_UNREACHABLE("authentication is over");
}

Result<Authenticator::Next> Authenticator::take(const Frame& frame, size_t input_left, std::string& out) {
  switch (state_) {
    case State::kStart: return take_startup(frame.body, input_left, out);
    case State::kProof1: {
      SaslInitialResponse response;
      if (!decode(frame.body, response) || !response.data) {
        return SqlError(sqlstate::kProtocolViolation, "malformed SASL initial response");
      }
      if (response.mechanism != kScramMechanism) {
        return SqlError(sqlstate::kProtocolViolation, "client selected an invalid SASL authentication mechanism");
      }
      TRY(const std::string answer, scram_->first(*response.data));
      encode(Authentication{AuthenticationKind::kSaslContinue, answer}, out);
      state_ = State::kProof2;
      return Next::kMore;
    }
    case State::kProof2: {
      Result<std::string> answer = scram_->final(frame.body);
      if (!answer) {
        if (answer.error().state() != sqlstate::kInvalidPassword) return answer.error();
        return SqlError(sqlstate::kInvalidPassword,
                        fmt::format("password authentication failed for user \"{}\"", options_.user));
      }
      encode(Authentication{AuthenticationKind::kSaslFinal, *answer}, out);
      state_ = State::kDone;
      return Next::kDone;
    }
    case State::kDone: break;
  }
  MILLRACE_UNREACHABLE("authentication is over");
}

Result<Authenticator::Next> Authenticator::take_startup(std::string_view body, size_t input_left, std::string& out) {
  if (body.size() < 4) return invalid_packet();
  const auto code = read_big_endian<int32_t>(body);
  body.remove_prefix(4);
  if (code == kCancelRequest) {
    if (body.size() != 8) return invalid_packet();
    factory_.cancel(read_big_endian<uint32_t>(body), read_big_endian<uint32_t>(body.substr(4)));
    return Next::kClose;
  }
  if (code == kGssRequest) {
    if (!body.empty()) return invalid_packet();
    return refuse_encryption(gss_asked_, input_left, out);
  }
  if (code == kSslRequest) {
    if (!body.empty()) return invalid_packet();
    if (!tls_offered_ || tls_asked_) return refuse_encryption(tls_asked_, input_left, out);
    // Bytes that came before the handshake would be taken for encrypted ones afterwards.
    if (input_left > 0) {
      return SqlError(sqlstate::kProtocolViolation, "received unencrypted data after SSL request");
    }
    tls_asked_ = true;
    out += 'S';
    return Next::kStartTls;
  }
  if (code >> 16 != kProtocol3 >> 16) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("unsupported frontend protocol {}.{}: server supports 3.0 to 3.0",
                                static_cast<uint32_t>(code) >> 16, code & 0xffff));
  }
  TRY(read_parameters(body, code & 0xffff, out));
  if (refusal_) return *refusal_;
  return identify(out);
}

Result<Authenticator::Next> Authenticator::refuse_encryption(bool& asked, size_t input_left, std::string& out) {
  if (asked) return invalid_packet();
  if (input_left > 0) {
    return SqlError(sqlstate::kProtocolViolation, "received unencrypted data after encryption request");
  }
  asked = true;
  out += 'N';
  return Next::kMore;
}

Status Authenticator::read_parameters(std::string_view body, int32_t minor, std::string& out) {
  MessageReader reader(body);
  std::string unknown;
  int32_t unknown_count = 0;
  while (true) {
    std::string_view name, value;
    reader.cstring(name);
    if (!reader.ok()) return invalid_packet();
    if (name.empty()) break;
    reader.cstring(value);
    if (!reader.ok()) return invalid_packet();
    TRY(check_utf8(name));
    TRY(check_utf8(value));
    if (name == "user") {
      options_.user = value;
    } else if (name == "database") {
      options_.database = value;
    } else if (name == "options") {
      TRY(read_options(value));
    } else if (name == "replication") {
      if (value != "false" && value != "off" && value != "no" && value != "0") {
        return not_supported("a replication connection", "Connect without the parameter \"replication\".");
      }
    } else if (name.starts_with("_pq_.")) {
      unknown += name;
      unknown += '\0';
      ++unknown_count;
    } else {
      options_.settings.emplace_back(name, value);
    }
  }
  if (!reader.complete()) return invalid_packet();
  if (options_.user.empty()) {
    return SqlError(sqlstate::kInvalidAuthorizationSpecification,
                    "no PostgreSQL user name specified in startup packet");
  }
  if (options_.database.empty()) options_.database = options_.user;
  if (minor > 0 || unknown_count > 0) encode(NegotiateProtocolVersion{0, unknown_count, unknown}, out);
  return {};
}

// As in PGOPTIONS: "-c name=value", "-cname=value" or "--name=value", separated by blanks; a backslash
// quotes the next character.
Status Authenticator::read_options(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool blank = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
    if (blank) {
      in_word = false;
      continue;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back() += text[i];
  }
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view setting = words[i];
    if (setting == "-c" && i + 1 < words.size()) {
      setting = words[++i];
    } else if (setting.starts_with("--") || setting.starts_with("-c")) {
      setting.remove_prefix(2);
    } else {
      setting = {};
    }
    const size_t equals = setting.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return SqlError(sqlstate::kSyntaxError,
                      fmt::format("invalid command-line argument for server process: {}", words[i]))
          .with_hint("Options are written -c name=value.");
    }
    std::string name(setting.substr(0, equals));
    for (char& c : name) {
      if (c == '-') c = '_';
    }
    options_.settings.emplace_back(std::move(name), setting.substr(equals + 1));
  }
  return {};
}

Result<Authenticator::Next> Authenticator::identify(std::string& out) {
  engine::Credentials credentials = factory_.credentials(options_.user);
  if (!credentials.password_required) {
    state_ = State::kDone;
    return Next::kDone;
  }
  scram_.emplace(std::move(credentials), rng_);
  const std::string mechanisms = std::string(kScramMechanism) + '\0' + '\0';
  encode(Authentication{AuthenticationKind::kSasl, mechanisms}, out);
  state_ = State::kProof1;
  return Next::kMore;
}

}  // namespace millrace::pgwire
