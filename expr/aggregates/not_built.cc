// Aggregates that are known by name, so that calls resolve and say plainly that they cannot run yet.
#include "expr/families.h"

namespace millrace::expr {
namespace {

AggregateSpec declared(const char* name, std::vector<uint32_t> arguments, uint32_t result) {
  AggregateSpec row;
  row.name = name;
  row.arguments = std::move(arguments);
  row.result = result;
  row.doc = "Declared; using it answers 0A000.";
  row.example = "";
  row.law = AggregateLaw::kNotBuilt;
  return row;
}

}  // namespace

std::vector<AggregateSpec> declared_aggregates() {
  return {
      declared("string_agg", {oid::kText, oid::kText}, oid::kText),
      declared("string_agg", {oid::kBytea, oid::kBytea}, oid::kBytea),
      declared("array_agg", {oid::kAnyNonArray}, oid::kAnyArray),
      declared("array_agg", {oid::kAnyArray}, oid::kAnyArray),
      declared("json_agg", {oid::kAnyElement}, oid::kJson),
      declared("jsonb_agg", {oid::kAnyElement}, oid::kJsonb),
      declared("json_object_agg", {oid::kAny, oid::kAny}, oid::kJson),
      declared("jsonb_object_agg", {oid::kAny, oid::kAny}, oid::kJsonb),
      declared("bit_and", {oid::kInt8}, oid::kInt8),
      declared("bit_or", {oid::kInt8}, oid::kInt8),
      declared("bit_xor", {oid::kInt8}, oid::kInt8),
  };
}

}  // namespace millrace::expr
