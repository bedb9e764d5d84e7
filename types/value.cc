#include "types/value.h"

namespace millrace {

Value::Value(SqlType type, Slot slot) : type_(type), is_null_(false), slot_(slot) {
  if (type.physical() == Physical::kBytes && !slot.bytes.is_inline()) {
    bytes_ = std::make_shared<const std::string>(slot.view());
    slot_ = Slot::of_bytes(*bytes_);
  }
}

Result<Value> Value::parse(SqlType type, std::string_view text, const TextContext& context) {
  Arena arena;
  TRY(const Slot slot, type.info().parse(text, type, context, arena));
  return Value(type, slot);
}

std::string Value::to_string(const TextContext& context) const {
  if (is_null_) return "NULL";
  std::string text;
  type_.info().format(slot_, type_, context, text);
  return text;
}

bool operator==(const Value& a, const Value& b) {
  if (!a.type_.same_base(b.type_) || a.is_null_ != b.is_null_) return false;
  if (a.is_null_) return true;
  const TypeInfo& info = a.type_.info();
  if (info.compare == nullptr) return a.slot_.bytes == b.slot_.bytes;  // json: the same text
  return info.compare(a.slot_, b.slot_, a.type_) == 0;
}

}  // namespace millrace
