#include "sql/plan/separate_rounds.h"

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "expr/overload_resolution.h"
#include "sql/plan/empty_aggregate.h"

namespace millrace::sql {
namespace {

using dataflow::JoinKind;
using expr::ExprPtr;

bool reads_working_table(const RelExpr& rel, uint32_t recursion) {
  const auto* working = rel.as<WorkingTable>();
  if (working != nullptr && working->recursion == recursion) return true;
  for (const RelExpr* input : inputs_of(rel)) {
    if (reads_working_table(*input, recursion)) return true;
  }
  return false;
}

void add_all_referenced(const RelExpr& rel, ColumnSet& out) {
  for (ExprPtr* expression : expressions_of(const_cast<RelExpr&>(rel))) add_referenced(*expression, out);
  out.merge(used_columns(rel));
  for (const RelExpr* input : inputs_of(rel)) add_all_referenced(*input, out);
}

class RoundSeparator {
 public:
  RoundSeparator(Recursion& recursion, ColumnTable& columns) : recursion_(recursion), columns_(columns) {
    add_all_referenced(*recursion.step, referenced_);
    referenced_.insert(recursion.step_columns.begin(), recursion.step_columns.end());
  }

  Status run() {
    TRY(ColumnId round, separate(recursion_.step));
    recursion_.round = columns_.add("round", int8());
    TRY(ExprPtr next, operation("+", columns_.ref(round), expr::make_constant(Value(int8(), Slot::of_i64(1)))));
    recursion_.step = make_map(std::move(recursion_.step), {{*recursion_.round, std::move(next)}});
    return {};
  }

 private:
  static SqlType int8() { return type_of(oid::kInt8); }
  ColumnId new_round() { return columns_.add("round", int8()); }

  static Result<ExprPtr> operation(const char* name, ExprPtr left, ExprPtr right) {
    TRY(const expr::ResolvedCall call, expr::resolve_operator(name, {left->type(), right->type()}));
    return expr::make_call(*call.candidate.scalar, {std::move(left), std::move(right)}, call.result_type);
  }
  Status add_same_round(ColumnId left, ColumnId right, std::vector<ExprPtr>& predicates) {
    TRY(ExprPtr same, operation("=", columns_.ref(left), columns_.ref(right)));
    predicates.push_back(std::move(same));
    return {};
  }

  bool depends(const RelPtr& rel) const { return reads_working_table(*rel, recursion_.number); }

  // The rounds that the working table has rows of.
  RelPtr rounds(ColumnId round) {
    WorkingTable working{recursion_.number, {}, {}, round};
    return make_rel(Distinct{make_rel(std::move(working)), {round}});
  }

  // Moves `rel` out of the step and reads it from there.
  void take_out(RelPtr& rel) {
    ColumnIds kept;
    for (const ColumnId id : columns_of(*rel)) {
      if (referenced_.contains(id)) kept.push_back(id);
    }
    if (kept.empty()) {
      kept.push_back(columns_.add("any", type_of(oid::kBool)));
      rel = make_map(std::move(rel), {{kept[0], expr::make_bool(true)}});
    }
    recursion_.invariants.push_back(std::move(rel));
    Get get{dataflow::recursion_input(recursion_.invariants.size()), {}, kept};
    for (uint32_t i = 0; i < kept.size(); ++i) get.attributes.push_back(i);
    recursion_.invariant_columns.push_back(std::move(kept));
    rel = make_rel(std::move(get));
  }

  // Makes `rel` have rounds, whether it depends on the working table or not.
  Result<ColumnId> in_every_round(RelPtr& rel) {
    if (depends(rel)) return separate(rel);
    take_out(rel);
    const ColumnId round = new_round();
    rel = make_rel(Join{JoinKind::kInner, rounds(round), std::move(rel), {}});
    return round;
  }

  // Rewrites what depends on the working table; the column that holds its rows' round.
  Result<ColumnId> separate(RelPtr& rel) {
    if (auto* working = rel->as<WorkingTable>()) {
      working->round = new_round();
      return *working->round;
    }
    if (auto* join = rel->as<Join>()) return separate_join(rel, *join);
    if (rel->as<Aggregate>() != nullptr) return separate_aggregate(rel);
    if (auto* sum = rel->as<Union>()) {
      for (size_t i = 0; i < sum->inputs.size(); ++i) {
        TRY(const ColumnId round, in_every_round(sum->inputs[i]));
        sum->input_columns[i].push_back(round);
      }
      sum->columns.push_back(new_round());
      return sum->columns.back();
    }
    if (auto* operation = rel->as<SetOperation>()) {
      TRY(const ColumnId left, in_every_round(operation->left));
      TRY(const ColumnId right, in_every_round(operation->right));
      operation->left_columns.push_back(left);
      operation->right_columns.push_back(right);
      operation->columns.push_back(new_round());
      return operation->columns.back();
    }
    const std::vector<RelPtr*> inputs = inputs_of(*rel);
    if (inputs.size() != 1) {
      return not_supported("a recursion inside a recursive term", "Join with the inner recursion outside of it.");
    }
    TRY(const ColumnId round, separate(*inputs[0]));
    if (auto* distinct = rel->as<Distinct>()) distinct->columns.push_back(round);
    if (auto* top = rel->as<TopK>()) top->partition.push_back(round);
    if (auto* window = rel->as<Window>()) window->partition.push_back(round);
    if (auto* one = rel->as<AtMostOne>()) one->partition.push_back(round);
    return round;
  }

  Result<ColumnId> separate_join(RelPtr& rel, Join& join) {
    const bool left = depends(join.left);
    const bool right = depends(join.right);
    if (join.kind == JoinKind::kFull) {
      TRY(const ColumnId l, in_every_round(join.left));
      TRY(const ColumnId r, in_every_round(join.right));
      TRY(add_same_round(l, r, join.predicates));
      const ColumnId round = new_round();
      rel = make_map(std::move(rel), {{round, expr::make_coalesce({columns_.ref(l), columns_.ref(r)})}});
      return round;
    }
    if (join.kind == JoinKind::kInner && !left) {
      take_out(join.left);
      return separate(join.right);
    }
    TRY(const ColumnId round, in_every_round(join.left));
    if (!right) {
      take_out(join.right);
      return round;
    }
    TRY(const ColumnId other, separate(join.right));
    TRY(add_same_round(round, other, join.predicates));
    return round;
  }

  Result<ColumnId> separate_aggregate(RelPtr& rel) {
    auto& aggregate = *rel->as<Aggregate>();
    TRY(const ColumnId inner, separate(aggregate.input));
    const bool grouped = !aggregate.group.empty();
    aggregate.group.push_back(inner);
    if (grouped) return inner;
    // One row in every round, also where the input has none.
    std::vector<Map::Computed> defaults;
    for (Aggregate::Call& call : aggregate.calls) {
      ExprPtr empty = value_of_no_rows(*call.spec, columns_.type(call.id));
      if (empty == nullptr) continue;
      const ColumnId id = columns_.copy_of(call.id);
      defaults.push_back({call.id, expr::make_coalesce({columns_.ref(id), std::move(empty)})});
      call.id = id;
    }
    const ColumnId round = new_round();
    std::vector<ExprPtr> same;
    TRY(add_same_round(round, inner, same));
    rel =
        make_map(make_rel(Join{JoinKind::kLeft, rounds(round), std::move(rel), std::move(same)}), std::move(defaults));
    return round;
  }

  Recursion& recursion_;
  ColumnTable& columns_;
  ColumnSet referenced_;
};

}  // namespace

Status separate_rounds(RelExpr& plan, ColumnTable& columns) {
  // Inner ones first: once taken out of a step they are plans like any other.
  for (RelPtr* input : inputs_of(plan)) TRY(separate_rounds(**input, columns));
  if (auto* recursion = plan.as<Recursion>()) return RoundSeparator(*recursion, columns).run();
  return {};
}

}  // namespace millrace::sql
