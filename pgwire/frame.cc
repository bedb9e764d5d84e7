#include "pgwire/frame.h"

#include <fmt/format.h>

#include <array>

#include "pgwire/frontend_messages.h"
#include "types/wire_order.h"

namespace millrace::pgwire {
namespace {

constexpr size_t kLengthBytes = 4;
constexpr size_t kNameBodyBytesMax = 10'000;

Result<Frame> cut(std::string_view input, size_t tag_bytes, size_t body_bytes_max) {
  Frame frame;
  if (tag_bytes > 0 && !input.empty()) frame.tag = input.front();
  if (input.size() < tag_bytes + kLengthBytes) return frame;
  const auto length = read_big_endian<int32_t>(input.substr(tag_bytes));
  if (length < static_cast<int32_t>(kLengthBytes)) {
    return SqlError(sqlstate::kProtocolViolation, "invalid message length");
  }
  const size_t body_bytes = static_cast<size_t>(length) - kLengthBytes;
  if (body_bytes > body_bytes_max) {
    if (body_bytes_max == 0) return SqlError(sqlstate::kProtocolViolation, "invalid message length");
    return SqlError(
        sqlstate::kProgramLimitExceeded,
        fmt::format("a message of {} bytes is too long: at most {} are taken here", body_bytes, body_bytes_max));
  }
  frame.bytes = tag_bytes + kLengthBytes + body_bytes;
  if (input.size() < frame.bytes) return frame;
  frame.body = input.substr(tag_bytes + kLengthBytes, body_bytes);
  frame.complete = true;
  return frame;
}

struct KnownTag {
  bool known = false;
  BodyBound bound = BodyBound::kEmpty;
};

template <class... Message>
constexpr std::array<KnownTag, 128> known_tags(MessageList<Message...>) {
  std::array<KnownTag, 128> tags{};
  ((tags[static_cast<size_t>(Message::kTag)] = {true, Message::kBound}), ...);
  return tags;
}
constexpr std::array<KnownTag, 128> kKnownTags = known_tags(FrontendMessages{});

size_t body_bytes_max(BodyBound bound, const Limits& limits) {
  switch (bound) {
    case BodyBound::kEmpty: return 0;
    case BodyBound::kName: return kNameBodyBytesMax;
    case BodyBound::kMessage: return limits.message_bytes_max;
  }
  return 0;
}

SqlError unknown_tag(char tag) {
  return SqlError(sqlstate::kProtocolViolation,
                  fmt::format("invalid frontend message type {}", static_cast<unsigned char>(tag)));
}

}  // namespace

Result<Frame> next_startup_frame(std::string_view input, const Limits& limits) {
  return cut(input, 0, limits.startup_bytes_max - kLengthBytes);
}

Result<Frame> next_sasl_frame(std::string_view input, const Limits& limits) {
  if (!input.empty() && input.front() != SaslResponse::kTag) {
    return SqlError(sqlstate::kProtocolViolation, fmt::format("expected SASL response, got message type {}",
                                                              static_cast<unsigned char>(input.front())));
  }
  return cut(input, 1, limits.sasl_bytes_max);
}

Result<Frame> next_frame(std::string_view input, const Limits& limits) {
  if (input.empty()) return Frame{};
  const auto tag = static_cast<unsigned char>(input.front());
  if (tag >= kKnownTags.size() || !kKnownTags[tag].known) return unknown_tag(input.front());
  return cut(input, 1, body_bytes_max(kKnownTags[tag].bound, limits));
}

}  // namespace millrace::pgwire
