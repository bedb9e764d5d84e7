#include "expr/constant_set.h"

#include "base/check.h"

namespace millrace::expr {

ConstantSet::ConstantSet(SqlType type, std::vector<Value> values) : type_(type), values_(std::move(values)) {
  MILLRACE_CHECK(type.info().compare != nullptr && type.info().hash != nullptr, "IN needs an equality");
  by_hash_.reserve(values_.size());
  for (uint32_t i = 0; i < values_.size(); ++i) {
    const Value& value = values_[i];
    MILLRACE_CHECK(value.type().same_base(type), "IN list of another type");
    if (value.is_null()) {
      has_null_ = true;
    } else {
      by_hash_.emplace(type.info().hash(value.slot(), type), i);
    }
  }
}

bool ConstantSet::contains(Slot slot) const {
  auto [at, end] = by_hash_.equal_range(type_.info().hash(slot, type_));
  for (; at != end; ++at) {
    if (type_.info().compare(values_[at->second].slot(), slot, type_) == 0) return true;
  }
  return false;
}

}  // namespace millrace::expr
