// An array that a lambda made, as its result: BuiltArray<1009> is text[], BuiltArray<oid::kAnyArray> what the call
// resolves to. Owns its bytes. As a parameter an array is Any<1009> or AnyArray, read through ArrayView.
#pragma once

#include <string>

#include "types/array.h"
#include "types/native_type.h"

namespace millrace {
namespace expr {

inline constexpr uint32_t kTextArray = 1009, kNameArray = 1003;

template <uint32_t TypeOid>
struct BuiltArray {
  std::string bytes;

  static BuiltArray of(ArrayBuilder& elements) {
    Arena arena(256);
    return {std::string(elements.finish(arena).view())};
  }
  static BuiltArray of(ArrayBuilder& elements, std::span<const ArrayDimension> dimensions) {
    Arena arena(256);
    return {std::string(elements.finish(dimensions, arena).view())};
  }
};

}  // namespace expr

template <uint32_t TypeOid>
struct NativeType<expr::BuiltArray<TypeOid>> {
  static constexpr uint32_t kOid = TypeOid;
  static Slot store(const expr::BuiltArray<TypeOid>& value, Arena& arena) {
    return Slot::copy_bytes(value.bytes, arena);
  }
};

}  // namespace millrace
