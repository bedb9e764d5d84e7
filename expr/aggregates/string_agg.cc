// string_agg: the strings of the group in order, each but the first after its own delimiter.
#include "expr/families.h"
#include "expr/sequence_aggregate.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

Result<std::optional<Slot>> join(const SequenceCall& call) {
  std::string joined;
  bool any = false;
  bool too_long = false;
  call.rows.visit(0, [&](RowValues values, int64_t weight) {
    if (!values[0]) return true;
    const std::string_view value = values[0]->view();
    const std::string_view delimiter = values[1] ? values[1]->view() : std::string_view();
    const size_t each = value.size() + delimiter.size();
    too_long = each > 0 && static_cast<uint64_t>(weight) > (kValueBytesMax - joined.size()) / each;
    if (too_long) return false;
    if (each == 0) any = true;
    for (; weight > 0 && each > 0; --weight) {
      if (any) joined += delimiter;
      joined += value;
      any = true;
    }
    return true;
  });
  if (too_long) return value_too_long();
  if (!any) return std::optional<Slot>();
  return std::optional<Slot>(Slot::copy_bytes(joined, call.arena));
}

AggregateSpec row(uint32_t type, const char* doc, const char* example) {
  AggregateSpec spec = of_whole_group(sequence_aggregate("string_agg", {type, type}, type, join, doc, example));
  spec.skips_nulls = true;
  return spec;
}

}  // namespace

std::vector<AggregateSpec> string_aggregates() {
  return {
      row(oid::kText, "The strings, with delimiters between them.",
          "(SELECT string_agg(x::text, '+') FROM generate_series(1, 3) x) = '1+2+3'"),
      row(oid::kBytea, "The byte strings, with delimiters between them.",
          "(SELECT string_agg(x::text::bytea, '+'::bytea) FROM generate_series(1, 3) x) = '1+2+3'::bytea"),
  };
}

}  // namespace millrace::expr
