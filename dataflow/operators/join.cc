#include "dataflow/operators/join.h"

namespace millrace::dataflow {
namespace {

class AppendPairs final : public PairBuilder::Sink {
 public:
  explicit AppendPairs(OperatorOutput& out) : out_(out) {}
  void on_pairs(const DeltaBatch& pairs, std::span<const uint32_t>) override { out_.add(pairs); }

 private:
  OperatorOutput& out_;
};

// Feeds matches of one delta batch in the other side's state to the pair builder.
template <class AddPair>
class AddMatches final : public storage::MatchSink {
 public:
  AddMatches(const StepControl& control, AddPair add) : control_(control), add_(std::move(add)) {}
  void on_matches(std::span<const storage::Match> matches) override {
    if (enough()) return;
    for (const storage::Match& match : matches) add_(match);
  }
  bool enough() const override { return control_.stopped(); }

 private:
  const StepControl& control_;
  AddPair add_;
};

class Join final : public Operator {
 public:
  explicit Join(InnerTerms terms) : terms_(std::move(terms)) {}

  void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) override {
    terms_.probe(*inputs[0], *inputs[1], context, out);
  }

 private:
  InnerTerms terms_;
};

}  // namespace

InnerTerms::InnerTerms(const JoinNode& node, const JoinSides& sides, PairBuilder pairs)
    : left_(*sides.left),
      right_(*sides.right),
      left_key_(key_columns(node.left_keys)),
      right_key_(key_columns(node.right_keys)),
      null_safe_(node.null_safe),
      pairs_(std::move(pairs)) {}

void InnerTerms::probe(const Delta& left, const Delta& right, const StepContext& context, OperatorOutput& out) {
  probe_right(left, context, out);
  probe_left(right, context, out);
  probe_both(left, right, context, out);
  AppendPairs append(out);
  pairs_.flush(context, out.errors, append);
}

void InnerTerms::probe_right(const Delta& left, const StepContext& context, OperatorOutput& out) {
  AppendPairs append(out);
  for (const DeltaBatch& batch : left) {
    if (context.control.stopped()) return;
    AddMatches sink(context.control, [&](const storage::Match& match) {
      pairs_.add(batch, match.probe_row, right_.state().layout(), match.row,
                 batch.weight(match.probe_row) * match.weight, 0);
      if (pairs_.full()) pairs_.flush(context, out.errors, append);
    });
    right_.state().find(batch, left_key_, storage::hash_keys(batch, left_key_), sink);
  }
}

void InnerTerms::probe_left(const Delta& right, const StepContext& context, OperatorOutput& out) {
  AppendPairs append(out);
  for (const DeltaBatch& batch : right) {
    if (context.control.stopped()) return;
    AddMatches sink(context.control, [&](const storage::Match& match) {
      pairs_.add(left_.state().layout(), match.row, batch, match.probe_row,
                 batch.weight(match.probe_row) * match.weight, 0);
      if (pairs_.full()) pairs_.flush(context, out.errors, append);
    });
    left_.state().find(batch, right_key_, storage::hash_keys(batch, right_key_), sink);
  }
}

void InnerTerms::probe_both(const Delta& left, const Delta& right, const StepContext& context, OperatorOutput& out) {
  if (left.empty() || right.empty()) return;
  AppendPairs append(out);
  const DeltaIndex index(right, right_key_, null_safe_);
  if (index.empty()) return;
  for (const DeltaBatch& batch : left) {
    const std::vector<uint64_t> hashes = storage::hash_keys(batch, left_key_);
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (context.control.stopped()) return;
      index.find(batch, row, left_key_, hashes[row], [&](const DeltaBatch& other, size_t other_row) {
        if (context.control.stopped()) return;
        pairs_.add(batch, row, other, other_row, batch.weight(row) * other.weight(other_row), 0);
        if (pairs_.full()) pairs_.flush(context, out.errors, append);
      });
    }
  }
}

Result<OperatorPtr> make_join(const JoinNode& node, const JoinSides& sides) {
  TRY(PairBuilder pairs, PairBuilder::make(sides, node.residual));
  return OperatorPtr(std::make_unique<Join>(InnerTerms(node, sides, std::move(pairs))));
}

}  // namespace millrace::dataflow
