#include "types/registry.h"

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

#include "base/check.h"
#include "types/array.h"
#include "types/record.h"

namespace millrace {
namespace {

// One row a type. Array types are derived from their elements'.
TypeInfo (*const kBuiltIn[])() = {
    bool_type,
    int2_type,
    int4_type,
    int8_type,
    float4_type,
    float8_type,
    numeric_type,
    // strings
    text_type,
    unknown_type,
    varchar_type,
    bpchar_type,
    char_type,
    name_type,
    bytea_type,
    // dates and times
    date_type,
    time_type,
    timetz_type,
    timestamp_type,
    timestamptz_type,
    interval_type,
    // JSON
    json_type,
    jsonb_type,
    jsonpath_type,
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
    anycompatible_type,
    anycompatiblearray_type,
    void_type,
    record_type,
};

// Every built-in oid is below.
constexpr uint32_t kBuiltInOids = 16384;

// What two records of the same shape have in common.
std::string shape(const std::vector<CompositeField>& fields) {
  std::string key;
  for (const CompositeField& field : fields) {
    key += field.name;
    key += '\0';
    const TypeInfo* info = &field.type.info();
    const int32_t typmod = field.type.typmod();
    key.append(reinterpret_cast<const char*>(&info), sizeof info);
    key.append(reinterpret_cast<const char*>(&typmod), sizeof typmod);
  }
  return key;
}

// Built-in types are looked up without a lock. Grows when the catalog makes types; rows never move or go.
class Registry {
 public:
  Registry() {
    for (const auto make : kBuiltIn) add(make());
    for (const auto& [type_oid, row] : by_oid_) {
      MILLRACE_CHECK(type_oid < kBuiltInOids, "oid of a built-in type");
      built_in_[type_oid] = row;
      by_name_.emplace(row->name, row);
    }
    // A name wins over another type's spelling: "char".
    for (const auto& [type_oid, row] : by_oid_) by_name_.emplace(row->sql_name, row);
  }

  const TypeInfo* find(uint32_t type_oid) {
    if (type_oid < kBuiltInOids) return built_in_[type_oid];
    const std::scoped_lock lock(mutex_);
    const auto found = by_oid_.find(type_oid);
    return found == by_oid_.end() ? nullptr : found->second;
  }

  const TypeInfo* find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

  const TypeInfo& add(TypeInfo info) {
    const std::scoped_lock lock(mutex_);
    const TypeInfo& row = complete(std::move(info));
    MILLRACE_CHECK(by_oid_.emplace(row.oid, &row).second, "type oid in use");
    if (row.array_oid != 0) {
      const TypeInfo& array = add_array(row);
      MILLRACE_CHECK(by_oid_.emplace(array.oid, &array).second, "type oid in use");
    }
    return row;
  }

  const TypeInfo& array_of(const TypeInfo& element) {
    const std::scoped_lock lock(mutex_);
    const auto found = arrays_.find(&element);
    MILLRACE_CHECK(found != arrays_.end(), "no arrays of this type");
    return *found->second;
  }

  const TypeInfo& record_of(std::vector<CompositeField> fields) {
    const std::scoped_lock lock(mutex_);
    const TypeInfo*& row = records_[shape(fields)];
    if (row == nullptr) {
      TypeInfo info;
      info.oid = oid::kRecord;
      info.name = info.sql_name = "record";
      info.kind = TypeKind::kComposite;
      info.category = 'P';
      info.array_oid = oid::kRecordArray;
      info.fields = std::move(fields);
      row = &complete(std::move(info));
      add_array(*row);
    }
    return *row;
  }

  std::vector<const TypeInfo*> all() {
    const std::scoped_lock lock(mutex_);
    std::vector<const TypeInfo*> result;
    for (const auto& [type_oid, row] : by_oid_) result.push_back(row);
    return result;
  }

 private:
  const TypeInfo& complete(TypeInfo info) {
    if (info.kind == TypeKind::kComposite) complete_composite_type(info);
    return rows_.emplace_back(std::move(info));
  }

  const TypeInfo& add_array(const TypeInfo& element) {
    const TypeInfo& array = rows_.emplace_back(make_array_type(element));
    arrays_.emplace(&element, &array);
    return array;
  }

  std::array<const TypeInfo*, kBuiltInOids> built_in_{};         // not changed after construction
  std::map<std::string, const TypeInfo*, std::less<>> by_name_;  // nor this

  std::mutex mutex_;
  std::deque<TypeInfo> rows_;
  std::map<uint32_t, const TypeInfo*> by_oid_;
  std::unordered_map<const TypeInfo*, const TypeInfo*> arrays_;  // by element
  std::unordered_map<std::string, const TypeInfo*> records_;     // by shape
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
SqlType array_of(const TypeInfo& element) { return SqlType(registry().array_of(element)); }
SqlType record_of(std::vector<CompositeField> fields) { return SqlType(registry().record_of(std::move(fields))); }

SqlType type_of(uint32_t oid, int32_t typmod) {
  const TypeInfo* info = find_type(oid);
  MILLRACE_CHECK(info != nullptr, "no such built-in type");
  return SqlType(*info, typmod);
}

}  // namespace millrace
