// rank, dense_rank, percent_rank and cume_dist of a row that is not there among the rows of the group, with n of
// them, b before the row and t up to its peers:
//
//   rank          b + 1                      percent_rank   b / n, 0 of no rows
//   dense_rank    b + 1 of distinct rows     cume_dist      (t + 1) / (n + 1)
#include "expr/families.h"
#include "expr/sequence_aggregate.h"

namespace millrace::expr {
namespace {

using Answer = Result<std::optional<Slot>>;

std::vector<std::optional<Slot>> row_of(const SequenceCall& call) {
  std::vector<std::optional<Slot>> values;
  for (const Value& value : call.direct) values.push_back(value.is_null() ? std::nullopt : std::optional(value.slot()));
  return values;
}

Answer rank(const SequenceCall& call) { return std::optional(Slot::of_i64(call.rows.before(row_of(call)) + 1)); }

Answer percent_rank(const SequenceCall& call) {
  const auto count = static_cast<double>(call.rows.count());
  const auto before = static_cast<double>(call.rows.before(row_of(call)));
  return std::optional(Slot::of_f64(count == 0 ? 0 : before / count));
}

Answer cume_dist(const SequenceCall& call) {
  const auto count = static_cast<double>(call.rows.count());
  const auto through = static_cast<double>(call.rows.through(row_of(call)));
  return std::optional(Slot::of_f64((through + 1) / (count + 1)));
}

AggregateSpec row(const char* name, uint32_t result, SequenceRead read, const char* doc, const char* expected) {
  AggregateSpec spec = sequence_aggregate(
      name, {oid::kAny}, result, read, doc,
      std::string("(SELECT ") + name + "(3) WITHIN GROUP (ORDER BY x) FROM generate_series(1, 4) x) = " + expected);
  spec.variadic = true;
  spec.within_group = WithinGroup::kHypotheticalSet;
  return spec;
}

}  // namespace

std::vector<AggregateSpec> rank_aggregates() {
  AggregateSpec dense = row("dense_rank", oid::kInt8, rank, "The rank that a row would have, without gaps.", "3");
  dense.form = SequenceForm::kDistinct;
  return {
      row("rank", oid::kInt8, rank, "The rank that a row would have.", "3"),
      std::move(dense),
      row("percent_rank", oid::kFloat8, percent_rank, "The share of rows that a row would have before it.", "0.5"),
      row("cume_dist", oid::kFloat8, cume_dist, "The share of rows up to a row and its peers, itself among them.",
          "0.8"),
  };
}

}  // namespace millrace::expr
