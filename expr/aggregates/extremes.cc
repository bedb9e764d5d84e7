// min and max: determined by an end of the multiset of arguments, which the operator keeps.
#include "expr/families.h"

namespace millrace::expr {
namespace {

// PostgreSQL 15's list (not bool, not uuid), with records and bytea as later versions have them. varchar, name
// and the like come here by implicit casts.
constexpr uint32_t kTypes[] = {
    oid::kInt2,      oid::kInt4,        oid::kInt8,     oid::kFloat4,   oid::kFloat8, oid::kNumeric,
    oid::kText,      oid::kBpchar,      oid::kOid,      oid::kDate,     oid::kTime,   oid::kTimeTz,
    oid::kTimestamp, oid::kTimestampTz, oid::kInterval, oid::kAnyArray, oid::kRecord, oid::kBytea,
};

AggregateSpec extreme(uint32_t type, bool greatest) {
  AggregateSpec row;
  row.name = greatest ? "max" : "min";
  row.arguments = {type};
  row.result = type;
  row.doc = greatest ? "The greatest value." : "The least value.";
  row.example = greatest ? "(SELECT max(x) FROM generate_series(1, 3) x) = 3"
                         : "(SELECT min(x) FROM generate_series(1, 3) x) = 1";
  row.law = AggregateLaw::kOrdered;
  row.keep_greatest = greatest;
  return row;
}

}  // namespace

std::vector<AggregateSpec> extreme_aggregates() {
  std::vector<AggregateSpec> rows;
  for (const uint32_t type : kTypes) {
    rows.push_back(extreme(type, false));
    rows.push_back(extreme(type, true));
  }
  return rows;
}

}  // namespace millrace::expr
