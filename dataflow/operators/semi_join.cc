#include "dataflow/operators/semi_join.h"

#include "dataflow/operators/join.h"

namespace millrace::dataflow {
namespace {

class SemiJoin final : public Operator {
 public:
  SemiJoin(bool anti, std::unique_ptr<MatchTracker> tracker, std::optional<InnerTerms> pairs_for_errors,
           const std::vector<SqlType>& types)
      : anti_(anti), tracker_(std::move(tracker)), pairs_for_errors_(std::move(pairs_for_errors)), result_(types) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    if (pairs_for_errors_) {
      OperatorOutput pairs;
      ForgetRows forget(pairs);
      pairs.begin(context.control, &forget);
      pairs_for_errors_->probe(*inputs[0], *inputs[1], context, pairs);
      pairs.clear_rows();
      out.errors.insert(out.errors.end(), pairs.errors.begin(), pairs.errors.end());
    }
    tracker_->step(*inputs[0], *inputs[1], context, anti_ ? nullptr : &result_, anti_ ? &result_ : nullptr);
    if (result_.rows() > 0) out.add(result_.finish());
  }

  std::vector<CheckpointJob> pin_checkpoint() override { return {tracker_->pin_checkpoint()}; }
  Status restore(storage::CheckpointReader& reader) override { return tracker_->restore(reader); }
  void add_statistics(Circuit::ViewStatistics& statistics) const override { tracker_->add_statistics(statistics); }

 private:
  class ForgetRows final : public OperatorOutput::Drain {
   public:
    explicit ForgetRows(OperatorOutput& out) : out_(out) {}
    void drain() override { out_.clear_rows(); }

   private:
    OperatorOutput& out_;
  };

  const bool anti_;
  std::unique_ptr<MatchTracker> tracker_;
  std::optional<InnerTerms> pairs_for_errors_;  // only when the residual can fail
  DeltaBuilder result_;
};

}  // namespace

Result<OperatorPtr> make_semi_join(const JoinNode& node, const JoinSides& sides, StateName state) {
  TrackedSide side{.left = sides.left,
                   .right = sides.right,
                   .left_types = sides.left_types,
                   .right_types = sides.right_types,
                   .left_key = key_columns(node.left_keys),
                   .right_key = key_columns(node.right_keys),
                   .null_safe = node.null_safe};
  std::unique_ptr<MatchTracker> tracker;
  std::optional<InnerTerms> pairs_for_errors;
  if (node.residual == nullptr) {
    tracker = track_by_key(std::move(side), state.part(0));
  } else {
    TRY(tracker, track_by_row(std::move(side), node.residual, state.part(0)));
    if (node.residual->fallible()) {
      TRY(PairBuilder pairs, PairBuilder::make(sides, node.residual));
      pairs_for_errors.emplace(node, sides, std::move(pairs));
    }
  }
  return OperatorPtr(std::make_unique<SemiJoin>(node.kind == JoinKind::kAnti, std::move(tracker),
                                                std::move(pairs_for_errors), sides.left_types));
}

}  // namespace millrace::dataflow
