// uuid in C++: sixteen bytes in the order they are written.
#pragma once

#include <array>

#include "types/native_type.h"

namespace millrace {

struct Uuid {
  std::array<uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
};

template <>
struct NativeType<Uuid> {
  static constexpr uint32_t kOid = oid::kUuid;
  static Uuid load(Slot slot) {
    Uuid value;
    std::memcpy(value.bytes.data(), &slot.fixed, sizeof slot.fixed);
    return value;
  }
  static Slot store(Uuid value, Arena&) {
    Fixed16 fixed;
    std::memcpy(&fixed, value.bytes.data(), sizeof fixed);
    return Slot::of_fixed(fixed);
  }
};

}  // namespace millrace
