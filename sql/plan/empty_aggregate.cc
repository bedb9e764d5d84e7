#include "sql/plan/empty_aggregate.h"

#include <memory>

namespace millrace::sql {

expr::ExprPtr value_of_no_rows(const expr::AggregateSpec& spec, SqlType type) {
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
