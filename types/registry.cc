#include "types/registry.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "base/check.h"

namespace millrace {
namespace {

// One row a type. Array types are derived from their elements'.
TypeInfo (*const kBuiltIn[])() = {
    bool_type,
    int2_type,
    int4_type,
    int8_type,
    // strings
    text_type,
    unknown_type,
    varchar_type,
    bpchar_type,
    char_type,
    name_type,
    bytea_type,
    // identifiers
    uuid_type,
    oid_type,
    regproc_type,
    regprocedure_type,
    regoper_type,
    regoperator_type,
    regclass_type,
    regtype_type,
    regconfig_type,
    regnamespace_type,
    regrole_type,
    regcollation_type,
    // pseudo
    any_type,
    anyarray_type,
    anyelement_type,
    anynonarray_type,
    void_type,
};

// Grows when the catalog makes types; rows never move or go.
class Registry {
 public:
  Registry() {
    for (const auto make : kBuiltIn) add(make());
  }

  const TypeInfo* find(uint32_t oid) {
    const std::scoped_lock lock(mutex_);
    const auto found = by_oid_.find(oid);
    return found == by_oid_.end() ? nullptr : found->second;
  }

  const TypeInfo* find(std::string_view name) {
    const std::scoped_lock lock(mutex_);
    const auto found = by_name_.find(std::string(name));
    return found == by_name_.end() ? nullptr : found->second;
  }

  const TypeInfo& add(TypeInfo info) {
    const std::scoped_lock lock(mutex_);
    const TypeInfo& row = rows_.emplace_back(std::move(info));
    MILLRACE_CHECK(by_oid_.emplace(row.oid, &row).second, "type oid in use");
    by_name_.emplace(row.name, &row);
    by_name_.emplace(row.sql_name, &row);
    return row;
  }

  std::vector<const TypeInfo*> all() {
    const std::scoped_lock lock(mutex_);
    std::vector<const TypeInfo*> result;
    for (const TypeInfo& row : rows_) result.push_back(&row);
    std::sort(result.begin(), result.end(), [](auto* a, auto* b) { return a->oid < b->oid; });
    return result;
  }

 private:
  std::mutex mutex_;
  std::deque<TypeInfo> rows_;
  std::unordered_map<uint32_t, const TypeInfo*> by_oid_;
  std::unordered_map<std::string, const TypeInfo*> by_name_;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

}  // namespace

const TypeInfo* find_type(uint32_t oid) { return registry().find(oid); }
const TypeInfo* find_type(std::string_view name) { return registry().find(name); }
std::vector<const TypeInfo*> all_types() { return registry().all(); }
const TypeInfo& intern_type(TypeInfo info) { return registry().add(std::move(info)); }

SqlType type_of(uint32_t oid, int32_t typmod) {
  const TypeInfo* info = find_type(oid);
  MILLRACE_CHECK(info != nullptr, "no such built-in type");
  return SqlType(*info, typmod);
}

}  // namespace millrace
