#include "bench/circuit_workload.h"

#include "base/check.h"
#include "base/hash.h"
#include "expr/overload_resolution.h"

namespace millrace::bench {

using namespace dataflow;

NodeIndex PlanWriter::add(NodeKind kind, std::vector<SqlType> types) {
  plan_.nodes.push_back({.kind = std::move(kind), .types = std::move(types)});
  return static_cast<NodeIndex>(plan_.nodes.size() - 1);
}

NodeIndex PlanWriter::input(ObjectId relation, std::vector<SqlType> types) {
  Columns columns;
  for (uint32_t c = 0; c < types.size(); ++c) columns.push_back(c);
  return add(InputNode{.relation = relation, .columns = std::move(columns)}, std::move(types));
}

NodeIndex PlanWriter::map(NodeIndex input, std::vector<expr::ExprPtr> filters, std::vector<expr::ExprPtr> outputs) {
  std::vector<SqlType> types;
  for (const expr::ExprPtr& output : outputs) types.push_back(output->type());
  return add(MapNode{.input = input, .filters = std::move(filters), .outputs = std::move(outputs)}, std::move(types));
}

NodeIndex PlanWriter::aggregate(NodeIndex input, Columns group, std::vector<AggregateCall> calls) {
  std::vector<SqlType> all;
  for (const uint32_t column : group) all.push_back(types(input)[column]);
  for (const AggregateCall& call : calls) all.push_back(call.type);
  return add(AggregateNode{.input = input, .group = std::move(group), .calls = std::move(calls)}, std::move(all));
}

NodeIndex PlanWriter::join(NodeIndex left, NodeIndex right, uint32_t left_key, uint32_t right_key) {
  std::vector<SqlType> all = types(left);
  all.insert(all.end(), types(right).begin(), types(right).end());
  JoinNode node{.left = left, .right = right, .left_keys = {left_key}, .right_keys = {right_key}};
  return add(std::move(node), std::move(all));
}

expr::ExprPtr PlanWriter::column(NodeIndex node, uint32_t index) const {
  return expr::make_column(index, types(node)[index]);
}

expr::ExprPtr PlanWriter::call(const std::string& symbol, expr::ExprPtr a, int64_t b) const {
  const expr::ExprPtr constant = expr::make_constant(Value(type_of(oid::kInt8), Slot::of_i64(b)));
  const auto resolved = expr::resolve_operator(symbol, std::vector<SqlType>{a->type(), constant->type()});
  MILLRACE_CHECK(resolved, "no such operator");
  return expr::make_call(*resolved->candidate.scalar, {std::move(a), constant}, resolved->result_type);
}

AggregateCall PlanWriter::aggregate_call(const std::string& name, NodeIndex input, Columns arguments) const {
  std::vector<SqlType> picked;
  for (const uint32_t column : arguments) picked.push_back(types(input)[column]);
  const auto resolved = expr::resolve_function(name, picked);
  MILLRACE_CHECK(resolved, "no such aggregate");
  AggregateCall call;
  call.spec = resolved->candidate.aggregate;
  call.arguments = std::move(arguments);
  call.type = resolved->result_type;
  return call;
}

CircuitPlan PlanWriter::finish() {
  plan_.root = static_cast<NodeIndex>(plan_.nodes.size() - 1);
  return std::move(plan_);
}

CircuitWorkload::CircuitWorkload(const Options& options)
    : options_(options), executor_(thread_executor(1)), circuit_(make_circuit(*executor_)) {}
CircuitWorkload::~CircuitWorkload() = default;

void CircuitWorkload::load() {
  MILLRACE_CHECK(circuit_->attach(kView, plan(), {}), "the view cannot be attached");
  for (uint64_t i = 0; i < options_.idle_views; ++i) {
    CircuitPlan idle = plan();
    for (PlanNode& node : idle.nodes) {
      if (auto* input = std::get_if<InputNode>(&node.kind)) {
        input->relation = ObjectId(static_cast<uint32_t>(1'000 + 2 * i) + input->relation.value());
      }
    }
    const ObjectId view(static_cast<uint32_t>(1'000'000 + i));
    MILLRACE_CHECK(circuit_->attach(view, idle, {}), "an idle view cannot be attached");
  }
  load_rows();
}

void CircuitWorkload::prepare(size_t ticks) {
  prepared_.clear();
  prepared_.resize(ticks);
  DeltaBuilder builder(types());
  for (InputChanges& changes : prepared_) {
    Delta& delta = changes[kLeft];
    for (uint64_t i = 0; i < options_.tick; ++i) {
      append_change(builder);
      if (builder.rows() + 2 > kBatchRows) delta.push_back(builder.finish());
    }
    if (builder.rows() > 0) delta.push_back(builder.finish());
  }
}

void CircuitWorkload::run(size_t i) { step(prepared_[i]); }

void CircuitWorkload::step(const InputChanges& changes) {
  for (const ViewChange& change : circuit_->step(TickId(++tick_), changes)) {
    MILLRACE_CHECK(change.errors.empty(), "the view has errors");
    if (change.view != kView) continue;
    for (const DeltaBatch& batch : change.rows) {
      for (size_t row = 0; row < batch.rows(); ++row) {
        answer_ += hash_row(batch, row) * static_cast<uint64_t>(batch.weight(row));
      }
    }
  }
}

uint64_t CircuitWorkload::hash_row(const DeltaBatch& batch, size_t row) const {
  uint64_t hash = 0;
  for (const ColumnPtr& column : batch.columns()) {
    const uint64_t value = column->is_null(row) ? kHashOfNull : static_cast<uint64_t>(column->value<int64_t>(row));
    hash = hash_combine(hash, value);
  }
  return hash;
}

uint64_t CircuitWorkload::hash_values(std::initializer_list<int64_t> values) {
  uint64_t hash = 0;
  for (const int64_t value : values) hash = hash_combine(hash, static_cast<uint64_t>(value));
  return hash;
}

}  // namespace millrace::bench
