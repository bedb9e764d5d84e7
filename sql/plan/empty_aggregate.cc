#include "sql/plan/empty_aggregate.h"

#include <memory>

#include "expr/eval_context.h"
#include "expr/ordered_rows.h"

namespace millrace::sql {
namespace {

class NoRows final : public expr::OrderedRows {
 public:
  int64_t count() const override { return 0; }
  void visit(int64_t, const Visitor&) const override {}
  int64_t before(expr::RowValues) const override { return 0; }
  int64_t through(expr::RowValues) const override { return 0; }
};

// What its direct arguments are makes no difference.
expr::ExprPtr value_of_no_sequence(const expr::AggregateSpec& spec, SqlType type) {
  const NoRows rows;
  Arena arena;
  const expr::EvalContext context;
  const std::vector<Value> direct(spec.direct_arguments, Value::null(type_of(oid::kText)));
  const Result<std::optional<Slot>> value = spec.read(
      {.rows = rows, .direct = direct, .argument_types = {}, .result_type = type, .context = context, .arena = arena});
  if (!value || !value->has_value()) return nullptr;
  return expr::make_constant(Value(type, **value));
}

}  // namespace

expr::ExprPtr value_of_no_rows(const expr::AggregateSpec& spec, SqlType type) {
  if (spec.law == expr::AggregateLaw::kSequence) return value_of_no_sequence(spec, type);
  if (spec.law != expr::AggregateLaw::kLinear || spec.finish == nullptr) return nullptr;
  // Asks the aggregate itself, with a state that has seen nothing.
  const size_t words = spec.state_bytes / sizeof(std::max_align_t) + 1;
  const auto storage = std::make_unique<std::max_align_t[]>(words);  // zeroed
  auto* state = reinterpret_cast<std::byte*>(storage.get());
  if (spec.construct != nullptr) spec.construct(state);
  Arena arena;
  const Result<std::optional<Slot>> value = spec.finish(state, type, arena);
  expr::ExprPtr out;
  if (value && value->has_value()) out = expr::make_constant(Value(type, **value));
  if (spec.destroy != nullptr) spec.destroy(state);
  return out;
}

}  // namespace millrace::sql
