#include "dataflow/operators/outer_join.h"

#include "dataflow/operators/join.h"
#include "expr/expr_rewrite.h"

namespace millrace::dataflow {
namespace {

class OuterJoin final : public Operator {
 public:
  OuterJoin(InnerTerms inner, std::unique_ptr<MatchTracker> left, std::unique_ptr<MatchTracker> right,
            const JoinSides& sides)
      : inner_(std::move(inner)),
        left_(std::move(left)),
        right_(std::move(right)),
        left_types_(sides.left_types),
        right_types_(sides.right_types),
        unmatched_left_(left_types_),
        unmatched_right_(right_types_) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    inner_.probe(*inputs[0], *inputs[1], context, out);
    left_->step(*inputs[0], *inputs[1], context, nullptr, &unmatched_left_);
    if (unmatched_left_.rows() > 0) out.add(pad(unmatched_left_.finish(), {}, right_types_));
    if (right_ == nullptr) return;
    right_->step(*inputs[1], *inputs[0], context, nullptr, &unmatched_right_);
    if (unmatched_right_.rows() > 0) out.add(pad(unmatched_right_.finish(), left_types_, {}));
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    jobs.push_back(left_->pin_checkpoint());
    if (right_ != nullptr) jobs.push_back(right_->pin_checkpoint());
    return jobs;
  }
  Status restore(storage::CheckpointReader& reader) override {
    TRY(left_->restore(reader));
    if (right_ != nullptr) TRY(right_->restore(reader));
    return {};
  }
  void add_statistics(Circuit::ViewStatistics& statistics) const override {
    left_->add_statistics(statistics);
    if (right_ != nullptr) right_->add_statistics(statistics);
  }

 private:
  // The batch's columns between columns of NULL.
  static DeltaBatch pad(const DeltaBatch& batch, const std::vector<SqlType>& before,
                        const std::vector<SqlType>& after) {
    std::vector<ColumnPtr> columns;
    for (const SqlType type : before) columns.push_back(Column::constant(type, batch.rows(), nullptr));
    columns.insert(columns.end(), batch.columns().begin(), batch.columns().end());
    for (const SqlType type : after) columns.push_back(Column::constant(type, batch.rows(), nullptr));
    return batch.with_columns(std::move(columns));
  }

  InnerTerms inner_;
  std::unique_ptr<MatchTracker> left_;
  std::unique_ptr<MatchTracker> right_;  // of FULL joins
  const std::vector<SqlType> left_types_;
  const std::vector<SqlType> right_types_;
  DeltaBuilder unmatched_left_;
  DeltaBuilder unmatched_right_;
};

// The residual as R sees it: over right columns, then left columns.
expr::ExprPtr swap_sides(const expr::ExprPtr& residual, uint32_t left_columns, uint32_t right_columns) {
  return expr::substitute_columns(residual, [=](uint32_t column, SqlType type) {
    return expr::make_column(column < left_columns ? column + right_columns : column - left_columns, type);
  });
}

Result<std::unique_ptr<MatchTracker>> track(TrackedSide side, const expr::ExprPtr& residual, ArrangementId state) {
  if (residual == nullptr) return track_by_key(std::move(side), state);
  return track_by_row(std::move(side), residual, state);
}

}  // namespace

Result<OperatorPtr> make_outer_join(const JoinNode& node, const JoinSides& sides, StateName state) {
  TRY(PairBuilder pairs, PairBuilder::make(sides, node.residual));
  TRY(std::unique_ptr<MatchTracker> left, track({.left = sides.left,
                                                 .right = sides.right,
                                                 .left_types = sides.left_types,
                                                 .right_types = sides.right_types,
                                                 .left_key = key_columns(node.left_keys),
                                                 .right_key = key_columns(node.right_keys),
                                                 .null_safe = node.null_safe},
                                                node.residual, state.part(0)));
  std::unique_ptr<MatchTracker> right;
  if (node.kind == JoinKind::kFull) {
    expr::ExprPtr residual;
    if (node.residual != nullptr) {
      residual = swap_sides(node.residual, static_cast<uint32_t>(sides.left_types.size()),
                            static_cast<uint32_t>(sides.right_types.size()));
    }
    TRY(right, track({.left = sides.right,
                      .right = sides.left,
                      .left_types = sides.right_types,
                      .right_types = sides.left_types,
                      .left_key = key_columns(node.right_keys),
                      .right_key = key_columns(node.left_keys),
                      .null_safe = node.null_safe},
                     residual, state.part(1)));
  }
  return OperatorPtr(
      std::make_unique<OuterJoin>(InnerTerms(node, sides, std::move(pairs)), std::move(left), std::move(right), sides));
}

}  // namespace millrace::dataflow
