// oid and name as parameters and results of lambdas.
#pragma once

#include <string>
#include <string_view>

#include "types/native_type.h"

namespace millrace {
namespace expr {

struct ObjectId {
  uint32_t value = 0;
};
struct Name {
  std::string_view text;
};
struct OwnedName {  // results only
  std::string text;
};

}  // namespace expr

template <>
struct NativeType<expr::ObjectId> {
  static constexpr uint32_t kOid = oid::kOid;
  static expr::ObjectId load(Slot slot) { return {static_cast<uint32_t>(slot.i32)}; }
  static Slot store(expr::ObjectId value, Arena&) { return Slot::of_i32(static_cast<int32_t>(value.value)); }
};

template <>
struct NativeType<expr::Name> {
  static constexpr uint32_t kOid = oid::kName;
  static expr::Name load(const Slot& slot) { return {slot.view()}; }
  static Slot store(expr::Name value, Arena& arena) { return Slot::copy_bytes(value.text, arena); }
};

template <>
struct NativeType<expr::OwnedName> {
  static constexpr uint32_t kOid = oid::kName;
  static Slot store(const expr::OwnedName& value, Arena& arena) { return Slot::copy_bytes(value.text, arena); }
};

}  // namespace millrace
