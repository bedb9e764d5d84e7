// The constants of an IN list: hashed membership by the type's equality.
#pragma once

#include <unordered_map>
#include <vector>

#include "types/value.h"

namespace millrace::expr {

// Immutable once built. Lookups cost one hash and, mostly, one comparison. Threads: any.
class ConstantSet {
 public:
  // REQUIRES: all of `type`'s base type, which has an ordering.
  ConstantSet(SqlType type, std::vector<Value> values);

  bool contains(Slot slot) const;
  bool has_null() const { return has_null_; }
  SqlType type() const { return type_; }
  const std::vector<Value>& values() const { return values_; }

 private:
  SqlType type_;
  std::vector<Value> values_;
  bool has_null_ = false;
  std::unordered_multimap<uint64_t, uint32_t> by_hash_;
};

}  // namespace millrace::expr
