// A SQL type: a base type and its modifier, as in varchar(10).
//
// Everything a base type can do stands in one TypeInfo row (types/type_info.h); nobody switches over
// types elsewhere. A new type is one file with its functions and one row in the table (types/registry.cc).
#pragma once

#include <cstdint>
#include <string>

#include "types/slot.h"

namespace millrace {

struct TypeInfo;

// PostgreSQL's own oids: drivers know them by heart.
namespace oid {
inline constexpr uint32_t kBool = 16, kBytea = 17, kChar = 18, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23,
                          kRegproc = 24, kText = 25, kOid = 26, kJson = 114, kFloat4 = 700, kFloat8 = 701,
                          kUnknown = 705, kBpchar = 1042, kVarchar = 1043, kDate = 1082, kTime = 1083,
                          kTimestamp = 1114, kTimestampTz = 1184, kInterval = 1186, kTimeTz = 1266, kNumeric = 1700,
                          kRegprocedure = 2202, kRegoper = 2203, kRegoperator = 2204, kRegclass = 2205, kRegtype = 2206,
                          kRecord = 2249, kRecordArray = 2287, kAny = 2276, kAnyArray = 2277, kVoid = 2278,
                          kAnyElement = 2283, kAnyNonArray = 2776, kUuid = 2950, kJsonb = 3802, kRegconfig = 3734,
                          kRegnamespace = 4089, kRegrole = 4096, kRegcollation = 4191, kAnyCompatible = 5077,
                          kAnyCompatibleArray = 5078;
}  // namespace oid

inline constexpr int32_t kNoTypmod = -1;

class SqlType {
 public:
  SqlType() = default;  // no type yet; only assignable
  // `info` lives as long as the process: built-in, or interned by the registry.
  explicit SqlType(const TypeInfo& info, int32_t typmod = kNoTypmod);

  const TypeInfo& info() const { return *info_; }
  bool valid() const { return info_ != nullptr; }
  uint32_t oid() const;
  int32_t typmod() const { return typmod_; }
  Physical physical() const { return physical_; }
  SqlType with_typmod(int32_t typmod) const { return SqlType(*info_, typmod); }
  SqlType without_typmod() const { return SqlType(*info_); }

  // As format_type() spells it: "character varying(10)", "timestamp(3) without time zone", "integer[]".
  std::string to_string() const;

  // The same type and modifier.
  bool operator==(const SqlType&) const = default;
  bool same_base(const SqlType& other) const { return info_ == other.info_; }

 private:
  const TypeInfo* info_ = nullptr;
  int32_t typmod_ = kNoTypmod;
  Physical physical_ = Physical::kBytes;  // info_->physical, kept here for the hot paths
};

// Built-in types. REQUIRES: the oid is built in; use find_type() for one that may not be.
SqlType type_of(uint32_t oid, int32_t typmod = kNoTypmod);

}  // namespace millrace
