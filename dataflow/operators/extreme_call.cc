// min and max: the group's values in order; the answer is one end.
//
//     answer(g)  =  first (min) or last (max) argument of the rows of g
//
// The tree deletes in place, so a group whose end moves on and on has nothing to walk over.
#include "dataflow/operators/kept_rows.h"
#include "dataflow/operators/match_rows.h"

namespace millrace::dataflow {
namespace {

class ExtremeCall final : public KeptRowsCall {
 public:
  ExtremeCall(const AggregateCall& call, const Columns& group, KeptRowsPool::Share share)
      : KeptRowsCall(std::move(share)), group_(key_columns(group)), greatest_(call.spec->keep_greatest) {}

  CallValue value(const DeltaBatch& input, size_t row, const expr::EvalContext&, Arena& arena) const override {
    std::optional<Slot> value;
    const uint32_t column = layout().arguments[0];
    const auto take = [&](const storage::OrderedRow& end) {
      if (end.weight <= 0) return true;  // Transiently negative: not there.
      Slot slot = rows().layout().slot(end.row, column);
      if (rows().layout().type(column).physical() == Physical::kBytes) slot = Slot::copy_bytes(slot.view(), arena);
      value = slot;
      return false;
    };
    if (greatest_) {
      rows().visit_backward(input, row, group_, 0, take);
    } else {
      rows().visit(input, row, group_, 0, take);
    }
    return value;
  }

 private:
  const storage::KeyColumns group_;  // of the input
  const bool greatest_;
};

}  // namespace

std::unique_ptr<StatefulCall> make_extreme_call(const AggregateCall& call, const Columns& group,
                                                KeptRowsPool::Share share) {
  return std::make_unique<ExtremeCall>(call, group, std::move(share));
}

}  // namespace millrace::dataflow
