// How fields of protocol messages are written and read: big-endian integers, C strings, counted lists.
//
// A message lists its fields once, in a template that takes either archive:
//
//   template <class Self, class Archive>
//   static void fields(Self& self, Archive& archive) {
//     archive.cstring(self.name);
//     archive.list16(self.types, [&](auto& type) { archive.int32(type); });
//   }
//
// Reading never trusts the bytes: what does not fit reads as zero or empty and ok() turns false; counts
// are bounded by the bytes that are left. Views that were read borrow from the bytes being read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/wire_order.h"

namespace millrace::pgwire {

class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : rest_(bytes) {}

  void byte(char& value) { value = static_cast<char>(integer<int8_t>()); }
  template <class T>
  void int16(T& value) {
    value = static_cast<T>(integer<int16_t>());
  }
  template <class T>
  void int32(T& value) {
    value = static_cast<T>(integer<int32_t>());
  }
  void cstring(std::string_view& value) {
    const size_t end = rest_.find('\0');
    if (end == std::string_view::npos) {
      fail();
      value = {};
      return;
    }
    value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  }
  void rest(std::string_view& value) {
    value = rest_;
    rest_ = {};
  }
  // A length and so many bytes; length -1 is NULL, any other negative one is wrong.
  void nullable_bytes(std::optional<std::string_view>& value) {
    const auto length = integer<int32_t>();
    value.reset();
    if (length == -1) return;
    if (length < 0 || static_cast<size_t>(length) > rest_.size()) return fail();
    value = rest_.substr(0, static_cast<size_t>(length));
    rest_.remove_prefix(static_cast<size_t>(length));
  }
  // A 16-bit count and the elements, each at least two bytes long.
  template <class T, class Element>
  void list16(std::vector<T>& list, Element element) {
    const auto count = integer<uint16_t>();
    list.clear();
    if (size_t{count} * 2 > rest_.size()) return fail();
    list.resize(count);
    for (T& one : list) element(one);
  }

  // All was there, and nothing is left.
  bool complete() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  template <class T>
  T integer() {
    if (rest_.size() < sizeof(T)) {
      fail();
      return 0;
    }
    const T value = read_big_endian<T>(rest_);
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

class MessageWriter {
 public:
  explicit MessageWriter(std::string& out) : out_(out) {}

  void byte(char value) { out_ += value; }
  template <class T>
  void int16(T value) {
    append_big_endian(static_cast<int16_t>(value), out_);
  }
  template <class T>
  void int32(T value) {
    append_big_endian(static_cast<int32_t>(value), out_);
  }
  void cstring(std::string_view value) {
    out_ += value;
    out_ += '\0';
  }
  void rest(std::string_view value) { out_ += value; }
  void nullable_bytes(const std::optional<std::string_view>& value) {
    int32(value ? static_cast<int64_t>(value->size()) : -1);
    if (value) out_ += *value;
  }
  template <class T, class Element>
  void list16(const std::vector<T>& list, Element element) {
    int16(list.size());
    for (const T& one : list) element(one);
  }

 private:
  std::string& out_;
};

// Tag, length, fields. The length is filled in at the end.
template <class Message>
void encode(const Message& message, std::string& out) {
  out += Message::kTag;
  const size_t start = out.size();
  out.append(4, '\0');
  MessageWriter writer(out);
  Message::fields(message, writer);
  const uint32_t length = byte_swap(static_cast<uint32_t>(out.size() - start));
  std::memcpy(out.data() + start, &length, sizeof length);
}

// False when `body` is not exactly such a message.
template <class Message>
bool decode(std::string_view body, Message& message) {
  MessageReader reader(body);
  Message::fields(message, reader);
  return reader.complete();
}

template <class... Message>
struct MessageList {};

}  // namespace millrace::pgwire
