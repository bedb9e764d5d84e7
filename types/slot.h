// The sixteen bytes that hold any one value in flight.
//
// Every SQL type is stored in one of eight physical forms. A Slot is such a value without its type
// and without ownership: it is copied freely, and the bytes a long StringRef points to belong to an
// arena, column or packed row that outlives it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/arena.h"

namespace millrace {

enum class Physical : uint8_t {
  kInt8,     // bool (0 or 1), "char"
  kInt16,    // int2
  kInt32,    // int4, date, oid and the reg* types (their bits; they compare unsigned)
  kInt64,    // int8, time, timestamp, timestamptz
  kFloat32,  // float4
  kFloat64,  // float8
  kFixed16,  // interval, timetz, uuid
  kBytes,    // everything of variable length: text, bytea, numeric, json, jsonb, arrays, composites
};

constexpr size_t physical_bytes(Physical physical) {
  switch (physical) {
    case Physical::kInt8: return 1;
    case Physical::kInt16: return 2;
    case Physical::kInt32:
    case Physical::kFloat32: return 4;
    case Physical::kInt64:
    case Physical::kFloat64: return 8;
    case Physical::kFixed16:
    case Physical::kBytes: return 16;
  }
  return 0;
}

// A string of at most 4 GiB - 1 bytes: up to 12 lie inside, longer ones keep their first four bytes
// beside the pointer, so that most comparisons never follow it. Unused inline bytes are zero.
class StringRef {
 public:
  static constexpr uint32_t kInlineBytes = 12;

  StringRef() = default;
  // Does not copy: `bytes` outlive the StringRef when longer than kInlineBytes.
  explicit StringRef(std::string_view bytes) : size_(static_cast<uint32_t>(bytes.size())) {
    if (size_ <= kInlineBytes) {
      if (size_ > 0) std::memcpy(prefix_, bytes.data(), size_);
    } else {
      std::memcpy(prefix_, bytes.data(), sizeof prefix_);
      const char* data = bytes.data();
      std::memcpy(rest_, &data, sizeof data);
    }
  }
  static StringRef copy(std::string_view bytes, Arena& arena) {
    return StringRef(bytes.size() <= kInlineBytes ? bytes : arena.copy(bytes));
  }

  uint32_t size() const { return size_; }
  bool is_inline() const { return size_ <= kInlineBytes; }
  // Points into this object when inline: a view dies with it.
  const char* data() const {
    if (is_inline()) return prefix_;
    const char* data;
    std::memcpy(&data, rest_, sizeof data);
    return data;
  }
  std::string_view view() const { return {data(), size_}; }

  // The same bytes.
  friend bool operator==(const StringRef& a, const StringRef& b) {
    if (std::memcmp(&a, &b, 8) != 0) return false;  // size and prefix
    if (a.is_inline()) return std::memcmp(a.rest_, b.rest_, sizeof a.rest_) == 0;
    return std::memcmp(a.data(), b.data(), a.size_) == 0;
  }

 private:
  uint32_t size_ = 0;
  char prefix_[4] = {};
  char rest_[8] = {};
};
static_assert(sizeof(StringRef) == 16);

struct Fixed16 {
  uint64_t words[2];
  bool operator==(const Fixed16&) const = default;
};

union Slot {
  int8_t i8;
  int16_t i16;
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  Fixed16 fixed;
  StringRef bytes;

  constexpr Slot() : fixed{} {}
  explicit Slot(StringRef value) : bytes(value) {}

  static Slot of_bool(bool value) { return of_i8(value ? 1 : 0); }
  static Slot of_i8(int8_t value) {
    Slot slot;
    slot.i8 = value;
    return slot;
  }
  static Slot of_i16(int16_t value) {
    Slot slot;
    slot.i16 = value;
    return slot;
  }
  static Slot of_i32(int32_t value) {
    Slot slot;
    slot.i32 = value;
    return slot;
  }
  static Slot of_i64(int64_t value) {
    Slot slot;
    slot.i64 = value;
    return slot;
  }
  static Slot of_f32(float value) {
    Slot slot;
    slot.f32 = value;
    return slot;
  }
  static Slot of_f64(double value) {
    Slot slot;
    slot.f64 = value;
    return slot;
  }
  static Slot of_fixed(Fixed16 value) {
    Slot slot;
    slot.fixed = value;
    return slot;
  }
  // Borrows; see StringRef.
  static Slot of_bytes(std::string_view value) { return Slot(StringRef(value)); }
  static Slot copy_bytes(std::string_view value, Arena& arena) { return Slot(StringRef::copy(value, arena)); }

  bool boolean() const { return i8 != 0; }
  std::string_view view() const { return bytes.view(); }
};
static_assert(sizeof(Slot) == 16);

}  // namespace millrace
