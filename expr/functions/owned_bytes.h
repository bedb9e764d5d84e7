// bytea as a result that a lambda made. As a parameter it is Bytea, which borrows.
#pragma once

#include <string>

#include "types/native_type.h"

namespace millrace {
namespace expr {

struct OwnedBytes {
  std::string bytes;
};

}  // namespace expr

template <>
struct NativeType<expr::OwnedBytes> {
  static constexpr uint32_t kOid = oid::kBytea;
  static Slot store(const expr::OwnedBytes& value, Arena& arena) { return Slot::copy_bytes(value.bytes, arena); }
};

}  // namespace millrace
