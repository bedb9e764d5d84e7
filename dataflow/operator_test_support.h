// What the tests of circuits and operators share: random tables, plans in a few words, and a circuit whose
// every tick is compared with the naive answer.
#pragma once

#include <gtest/gtest.h>

#include "base/rng.h"
#include "dataflow/naive_evaluator.h"
#include "expr/overload_resolution.h"
#include "storage/memory_checkpoint.h"

namespace millrace::dataflow {

// --- expressions

inline expr::ExprPtr call(const std::string& symbol, std::vector<expr::ExprPtr> arguments) {
  std::vector<SqlType> types;
  for (const expr::ExprPtr& argument : arguments) types.push_back(argument->type());
  const auto resolved = expr::resolve_operator(symbol, types);
  EXPECT_TRUE(resolved) << symbol;
  return expr::make_call(*resolved->candidate.scalar, std::move(arguments), resolved->result_type);
}

inline expr::ExprPtr integer(int64_t value) {
  return expr::make_constant(Value(type_of(oid::kInt8), Slot::of_i64(value)));
}

inline AggregateCall aggregate_call(const std::string& name, const std::vector<SqlType>& input, Columns arguments,
                                    bool distinct = false, std::optional<uint32_t> filter = {}) {
  const auto resolved = expr::resolve_function(name, pick(input, arguments));
  EXPECT_TRUE(resolved) << name;
  return {.spec = resolved->candidate.aggregate,
          .arguments = std::move(arguments),
          .distinct = distinct,
          .filter = filter,
          .type = resolved->result_type};
}

// --- plans

class PlanBuilder {
 public:
  NodeIndex add(NodeKind kind, std::vector<SqlType> types) {
    plan_.nodes.push_back({.kind = std::move(kind), .types = std::move(types)});
    return static_cast<NodeIndex>(plan_.nodes.size() - 1);
  }
  const std::vector<SqlType>& types(NodeIndex node) const { return plan_.nodes[node].types; }
  expr::ExprPtr column(NodeIndex node, uint32_t index) const { return expr::make_column(index, types(node)[index]); }

  NodeIndex input(ObjectId relation, const std::vector<SqlType>& relation_types, Columns columns) {
    std::vector<SqlType> picked = pick(relation_types, columns);
    return add(InputNode{.relation = relation, .columns = std::move(columns)}, std::move(picked));
  }
  NodeIndex map(NodeIndex input, std::vector<expr::ExprPtr> filters, std::vector<expr::ExprPtr> outputs) {
    std::vector<SqlType> types;
    for (const expr::ExprPtr& output : outputs) types.push_back(output->type());
    return add(MapNode{.input = input, .filters = std::move(filters), .outputs = std::move(outputs)}, std::move(types));
  }
  NodeIndex join(JoinNode node) {
    std::vector<SqlType> all = types(node.left);
    if (node.kind != JoinKind::kSemi && node.kind != JoinKind::kAnti) {
      all.insert(all.end(), types(node.right).begin(), types(node.right).end());
    }
    return add(std::move(node), std::move(all));
  }
  NodeIndex aggregate(NodeIndex input, Columns group, std::vector<AggregateCall> calls) {
    std::vector<SqlType> all = pick(types(input), group);
    for (const AggregateCall& each : calls) all.push_back(each.type);
    return add(AggregateNode{.input = input, .group = std::move(group), .calls = std::move(calls)}, std::move(all));
  }
  // A node whose output looks like its input `like`.
  NodeIndex same(NodeKind kind, NodeIndex like) { return add(std::move(kind), types(like)); }

  // With the last node as its root.
  CircuitPlan finish() {
    plan_.root = static_cast<NodeIndex>(plan_.nodes.size() - 1);
    return std::move(plan_);
  }

 private:
  CircuitPlan plan_;
};

// --- random tables

// The columns of every test table.
enum TestColumn : uint32_t { kKey, kNumber, kText, kValue, kFlag, kFloat };
inline std::vector<SqlType> table_types() {
  return {type_of(oid::kInt4), type_of(oid::kNumeric), type_of(oid::kText),
          type_of(oid::kInt8), type_of(oid::kBool),    type_of(oid::kFloat8)};
}

struct TableShape {
  int64_t keys = 5;
  int64_t values = 3;  // from -values to values
  size_t rows_at_most = 400;
};

inline void append_random_cell(SplitMix64& random, const TableShape& shape, uint32_t column, ColumnBuilder& out) {
  if (random.one_in(7)) return out.append_null();
  switch (column) {
    case kKey: return out.append<int32_t>(static_cast<int32_t>(random.between(1, shape.keys)));
    case kNumber: {
      const char* const spellings[] = {"1", "1.0", "1.00", "-2.50", "-2.5", "0", "NaN", "12345678901234567890.5"};
      return out.append_slot(Value::parse(out.type(), spellings[random.below(8)], {})->slot());
    }
    case kText: {
      const std::string_view texts[] = {"", "a", "b", "long enough to lie outside of its slot"};
      return out.append_bytes(texts[random.below(4)]);
    }
    case kValue: return out.append<int64_t>(random.between(-shape.values, shape.values));
    case kFlag: return out.append<int8_t>(static_cast<int8_t>(random.below(2)));
    default: {
      const double values[] = {0.0, -0.0, 1.5, -7.25, 1e300, std::numeric_limits<double>::quiet_NaN()};
      return out.append<double>(values[random.below(6)]);
    }
  }
}

// Inserts, deletions and updates that leave no weight below zero, in one to four batches.
inline Delta random_delta(SplitMix64& random, const TableShape& shape, RowSet& contents, size_t changes) {
  const std::vector<SqlType> types = table_types();
  const RowLayout layout(types);
  Delta delta;
  DeltaBuilder builder(types);
  DeltaBuilder one(types);
  for (size_t i = 0; i < changes; ++i) {
    const bool full = contents.size() >= shape.rows_at_most;
    RowSet::iterator old = contents.begin();
    if (!contents.empty() && random.below(10) < (full ? 9U : 4U)) {
      std::advance(old, random.below(contents.size()));
      layout.unpack(old->first, builder);
      const int64_t gone = random.one_in(3) ? 1 : old->second;
      builder.end_row(-gone);
      add_to(contents, std::string(old->first), -gone);
      if (full || random.one_in(2)) continue;  // Otherwise an update.
    }
    for (uint32_t c = 0; c < types.size(); ++c) append_random_cell(random, shape, c, one.column(c));
    one.end_row(random.one_in(4) ? 1 + static_cast<int64_t>(random.below(3)) : 1);
    const DeltaBatch inserted = one.finish();
    add_to(contents, inserted, types);
    builder.append_row(inserted, 0, inserted.weight(0));
    if (random.one_in(1 + changes / 2)) delta.push_back(builder.finish());
  }
  if (builder.rows() > 0) delta.push_back(builder.finish());
  return delta;
}

// --- circuits

// Nothing here runs beside the test.
class NoExecutor final : public Executor {
 public:
  std::unique_ptr<Activity> spawn(std::string, Priority, std::function<void(std::stop_token)>) override {
    return nullptr;
  }
  void parallel_for(size_t count, size_t, const std::function<void(size_t, size_t)>& body) override {
    if (count > 0) body(0, count);
  }
};

// A circuit beside what its answers have to be.
class CheckedCircuit {
 public:
  CheckedCircuit() : circuit_(make_circuit(executor_)) {}

  ObjectId add_table(ObjectId table) {
    relations_[table];
    relation_types_[table] = table_types();
    return table;
  }
  RowSet& contents(ObjectId relation) { return relations_[relation]; }
  const std::vector<SqlType>& types(ObjectId relation) const { return relation_types_.at(relation); }
  Circuit& circuit() { return *circuit_; }

  // Views are attached before their inputs have rows; see hydrate().
  void attach(ObjectId view, CircuitPlan plan) {
    const Status attached = circuit_->attach(view, plan, {});
    ASSERT_TRUE(attached) << attached.error().to_string();
    note_view(view, std::move(plan));
  }
  // In a circuit of its own, over what its inputs hold already; then absorbed.
  void hydrate(ObjectId view, CircuitPlan plan) {
    auto own = make_circuit(executor_);
    ASSERT_TRUE(own->attach(view, plan, {}));
    InputChanges all;
    for (const ObjectId relation : plan.inputs()) {
      all[relation] = {to_batch(relations_[relation], relation_types_[relation])};
    }
    note_view(view, std::move(plan));
    collect(own->step(TickId(++tick_), all));
    circuit_->absorb(std::move(own));
  }
  void detach(ObjectId view) {
    circuit_->detach(view);
    views_.erase(view);
    std::erase(order_, view);
    relations_.erase(view);
  }

  // `changes` are in contents() already.
  void step(const InputChanges& changes) {
    SCOPED_TRACE("tick " + std::to_string(tick_ + 1));
    collect(circuit_->step(TickId(++tick_), changes));
    check();
  }

  // Of a step that was run on circuit().
  void note(const std::vector<ViewChange>& changes) { collect(changes); }

  // Pins a checkpoint, goes through `meanwhile` while it is being written, and returns to the pinned tick with
  // a new circuit that was restored.
  void restart(const std::function<void()>& meanwhile = [] {}) {
    MemoryCheckpointWriter writer(checkpoint_, TickId(tick_));
    const std::vector<CheckpointJob> jobs = circuit_->pin_checkpoint();
    const auto relations = relations_;
    const auto views = views_;
    meanwhile();
    relations_ = relations;
    views_ = views;
    for (const CheckpointJob& job : jobs) ASSERT_TRUE(job.write(writer));
    ASSERT_TRUE(writer.commit());
    circuit_ = make_circuit(executor_);
    for (const ObjectId view : order_) ASSERT_TRUE(circuit_->attach(view, views_.at(view).plan, {}));
    storage::MemoryCheckpointReader reader(checkpoint_);
    const Status restored = circuit_->restore(reader);
    ASSERT_TRUE(restored) << restored.error().to_string();
  }
  // A checkpoint that is written but not committed.
  void fail_checkpoint() {
    for (const CheckpointJob& job : circuit_->pin_checkpoint()) job.give_back();
  }

  void check() {
    for (const ObjectId id : order_) {
      SCOPED_TRACE("view " + std::to_string(id.value()));
      const View& view = views_.at(id);
      const NaiveEvaluator naive(view.plan, relations_, relation_types_);
      expect_equal(relations_[id], naive.rows(), view.plan.output_types());
      ErrorSet errors = naive.errors();
      for (const ObjectId below : view.plan.inputs()) {
        const auto found = views_.find(below);
        if (found == views_.end()) continue;
        for (const auto& [message, weight] : found->second.errors) add_to(errors, message, weight);
      }
      ASSERT_EQ(view.errors, errors);
    }
  }

  const ErrorSet& errors(ObjectId view) const { return views_.at(view).errors; }

 private:
  using MemoryCheckpointWriter = storage::MemoryCheckpointWriter;
  struct View {
    CircuitPlan plan;
    ErrorSet errors;
  };

  void note_view(ObjectId view, CircuitPlan plan) {
    relation_types_[view] = plan.output_types();
    relations_[view];
    order_.push_back(view);
    views_[view].plan = std::move(plan);
  }

  void collect(const std::vector<ViewChange>& changes) {
    for (const ViewChange& change : changes) {
      if (!views_.contains(change.view)) continue;
      for (const DeltaBatch& batch : change.rows) add_to(relations_[change.view], batch, relation_types_[change.view]);
      for (const ErrorChange& error : change.errors) {
        add_to(views_[change.view].errors, error.error.message(), error.weight);
      }
    }
  }

  static std::string describe(const std::string& row, const std::vector<SqlType>& types) {
    const RowLayout layout(types);
    std::string text;
    for (size_t c = 0; c < types.size(); ++c) {
      text += c == 0 ? "(" : ", ";
      text += layout.is_null(row, c) ? "NULL" : Value(types[c], layout.slot(row, c)).to_string();
    }
    return text + ")";
  }

  static void expect_equal(const RowSet& found, const RowSet& expected, const std::vector<SqlType>& types) {
    if (found == expected) return;
    std::string text;
    size_t differences = 0;
    RowSet difference = found;
    for (const auto& [row, weight] : expected) add_to(difference, std::string(row), -weight);
    for (const auto& [row, weight] : difference) {
      if (++differences > 10) break;
      text += describe(row, types) + " is there " + std::to_string(weight) + " times too often\n";
    }
    FAIL() << text;
  }

  NoExecutor executor_;
  std::unique_ptr<Circuit> circuit_;
  uint64_t tick_ = 0;
  std::map<ObjectId, RowSet> relations_;  // tables, and views as their changes add up
  std::map<ObjectId, std::vector<SqlType>> relation_types_;
  std::map<ObjectId, View> views_;
  std::vector<ObjectId> order_;
  storage::MemoryCheckpoint checkpoint_;
};

inline constexpr ObjectId kLeft{1};
inline constexpr ObjectId kRight{2};
inline constexpr ObjectId kView{10};

// Runs views over two random tables through ticks of 1 to 1000 changes, with restarts, and at last empties
// the tables.
inline void run_random(CheckedCircuit& checked, uint64_t seed, const TableShape& shape, int ticks = 25) {
  SplitMix64 random(seed);
  const size_t sizes[] = {1, 1, 2, 5, 20, 100, 1000};
  checked.step({});  // what is there without input
  const auto tick = [&] {
    InputChanges changes;
    for (const ObjectId table : {kLeft, kRight}) {
      if (!random.one_in(3)) {
        changes[table] = random_delta(random, shape, checked.contents(table), sizes[random.below(7)]);
      }
    }
    checked.step(changes);
  };
  for (int i = 0; i < ticks && !::testing::Test::HasFatalFailure(); ++i) {
    tick();
    if (random.one_in(6)) checked.fail_checkpoint();
    if (random.one_in(8)) checked.restart();
    if (random.one_in(8)) checked.restart(tick);
  }
  InputChanges all;
  for (const ObjectId table : {kLeft, kRight}) {
    all[table] = {to_batch(checked.contents(table), table_types()).negate()};
    checked.contents(table).clear();
  }
  checked.step(all);
}

// Makes a plan over the inputs of kLeft and kRight with these columns, and runs it with some seeds.
template <class MakePlan>
void check_plan(const MakePlan& make_plan, const TableShape& shape = {}, uint64_t seeds = 3) {
  for (uint64_t seed = 0; seed < seeds && !::testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    CheckedCircuit checked;
    checked.add_table(kLeft);
    checked.add_table(kRight);
    PlanBuilder plan;
    make_plan(plan);
    checked.attach(kView, plan.finish());
    run_random(checked, seed, shape);
  }
}

}  // namespace millrace::dataflow
