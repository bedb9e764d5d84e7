// Big-endian integers: the wire's binary forms and the order-preserving keys.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace millrace {

template <class T>
constexpr T byte_swap(T value) {
  static_assert(std::is_unsigned_v<T>);
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <class T>
void append_big_endian(T value, std::string& out) {
  const auto swapped = byte_swap(static_cast<std::make_unsigned_t<T>>(value));
  out.append(reinterpret_cast<const char*>(&swapped), sizeof swapped);
}

// REQUIRES: bytes.size() >= sizeof(T).
template <class T>
T read_big_endian(std::string_view bytes) {
  std::make_unsigned_t<T> value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return static_cast<T>(byte_swap(value));
}

// A signed integer so that memcmp order is its order.
template <class T>
void append_ordered(T value, std::string& out) {
  using U = std::make_unsigned_t<T>;
  append_big_endian(static_cast<U>(static_cast<U>(value) ^ (U{1} << (sizeof(U) * 8 - 1))), out);
}

}  // namespace millrace
