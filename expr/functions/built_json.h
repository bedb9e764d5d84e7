// A json or jsonb value that a lambda made, as its result. Owns its bytes.
#pragma once

#include <string>

#include "types/native_type.h"

namespace millrace {
namespace expr {
struct BuiltJson {
  std::string text;
};
struct BuiltJsonb {
  std::string bytes;
};
}  // namespace expr

template <>
struct NativeType<expr::BuiltJson> {
  static constexpr uint32_t kOid = oid::kJson;
  static Slot store(const expr::BuiltJson& value, Arena& arena) { return Slot::copy_bytes(value.text, arena); }
};

template <>
struct NativeType<expr::BuiltJsonb> {
  static constexpr uint32_t kOid = oid::kJsonb;
  static Slot store(const expr::BuiltJsonb& value, Arena& arena) { return Slot::copy_bytes(value.bytes, arena); }
};

}  // namespace millrace
