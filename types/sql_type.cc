#include "types/sql_type.h"

#include "types/type_info.h"

namespace millrace {

SqlType::SqlType(const TypeInfo& info, int32_t typmod) : info_(&info), typmod_(typmod), physical_(info.physical) {}

uint32_t SqlType::oid() const { return info_->oid; }

std::string SqlType::to_string() const {
  const TypeInfo& base = info_->kind == TypeKind::kArray ? *info_->element : *info_;
  std::string text = base.sql_name;
  if (typmod_ != kNoTypmod && base.typmod_to_string != nullptr) {
    const std::string modifier = base.typmod_to_string(typmod_);
    const size_t zone = text.find(" with");  // "timestamp(3) without time zone"
    text.insert(zone == std::string::npos ? text.size() : zone, modifier);
  }
  if (info_->kind == TypeKind::kArray) text += "[]";
  return text;
}

}  // namespace millrace
