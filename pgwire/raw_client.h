// A client that sends whatever bytes a test wants, and cuts the answers into messages.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/socket.h"
#include "pgwire/backend_messages.h"

namespace millrace::pgwire {

inline std::string startup_packet(std::string_view user = "millrace", int32_t version = 3 << 16) {
  std::string body;
  append_big_endian(version, body);
  body += "user";
  body += '\0';
  body += user;
  body += '\0';
  body += '\0';
  std::string packet;
  append_big_endian(static_cast<int32_t>(body.size() + 4), packet);
  return packet + body;
}

template <class Message>
std::string encoded(const Message& message) {
  std::string out;
  encode(message, out);
  return out;
}

// A message with any tag, length and body, right or wrong.
inline std::string raw_message(char tag, int32_t length, std::string_view body = {}) {
  std::string out(1, tag);
  append_big_endian(length, out);
  return out + std::string(body);
}

class RawClient {
 public:
  explicit RawClient(const SocketAddress& address) : socket_(*connect_to(address)) {}

  // All of it; false when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const IoOutcome sent = socket_.write(bytes);
      if (sent.kind == IoKind::kClosed) return false;
      bytes.remove_prefix(sent.bytes);
    }
    return true;
  }
  void end_sending() { socket_.shutdown_write(); }

  // Reads until the connection ends or the tags received end in `last`; the messages' tags.
  std::string tags_until(std::string_view last) {
    while (!tags_.ends_with(last) || last.empty()) {
      char buffer[4096];
      const IoOutcome got = socket_.read(buffer, sizeof buffer);
      if (got.kind == IoKind::kClosed) {
        closed_ = true;
        break;
      }
      received_.append(buffer, got.bytes);
      cut();
    }
    return std::exchange(tags_, {});
  }
  std::string tags_until_closed() { return tags_until({}); }
  // As it comes, without messages; empty when closed.
  std::string read_raw(size_t bytes) {
    std::string all;
    while (all.size() < bytes) {
      char buffer[256];
      const IoOutcome got = socket_.read(buffer, std::min(sizeof buffer, bytes - all.size()));
      if (got.kind == IoKind::kClosed) break;
      all.append(buffer, got.bytes);
    }
    return all;
  }
  bool closed() const { return closed_; }
  // The last ErrorResponse's SQLSTATE.
  const std::string& state() const { return state_; }
  const std::string& severity() const { return severity_; }

 private:
  void cut() {
    while (received_.size() >= 5) {
      const size_t bytes = read_big_endian<uint32_t>(std::string_view(received_).substr(1)) + size_t{1};
      if (received_.size() < bytes) return;
      tags_ += received_[0];
      ErrorResponse error;
      if (received_[0] == 'E' && decode(std::string_view(received_).substr(5, bytes - 5), error)) {
        for (const ReportField& field : error.report_fields) {
          if (field.letter == 'C') state_ = field.value;
          if (field.letter == 'V') severity_ = field.value;
        }
      }
      received_.erase(0, bytes);
    }
  }

  Socket socket_;
  std::string received_;
  std::string tags_;
  std::string state_;
  std::string severity_;
  bool closed_ = false;
};

}  // namespace millrace::pgwire
