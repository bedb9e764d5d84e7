// bytea in C++: any bytes, zero ones included.
#pragma once

#include "types/native_type.h"

namespace millrace {

struct Bytea {
  std::string_view bytes;
};

template <>
struct NativeType<Bytea> {
  static constexpr uint32_t kOid = oid::kBytea;
  static Bytea load(const Slot& slot) { return {slot.view()}; }
  static Slot store(Bytea value, Arena& arena) { return Slot::copy_bytes(value.bytes, arena); }
};

}  // namespace millrace
