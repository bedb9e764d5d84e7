// first_value, last_value, nth_value: the value at one place of the frame, NULL where the frame has none.
//
// What changes, where nothing is excluded: only the end of the frame that is looked at counts. With a frame
// from the partition's beginning, first_value changes for all rows when the partition's first row does and for
// none otherwise; nth_value likewise. Else, and with an exclusion, the rows whose frame holds a changed row.
#include "dataflow/operators/window/call.h"
#include "dataflow/operators/window/frame.h"

namespace millrace::dataflow::window {
namespace {

using storage::OrderedCursor;

class FrameValue : public Call {
 public:
  FrameValue(const WindowCall& call, const CallContext& context)
      : frames_(call.frame, context.node, context.layout), value_(call.arguments[0], context.layout) {}

  void enter(const Partition& partition) override {
    Call::enter(partition);
    cursor_.emplace(partition.trees().rows);
  }

 protected:
  // Of the place of that number in the frame; from its end when negative, -1 the last.
  std::optional<Slot> value_of(const Place& place, int64_t number) {
    const Runs runs = frames_.at(*partition_, place);
    const int64_t size = runs.size();
    if (number < 0) number += size;
    if (number < 0 || number >= size) return std::nullopt;
    cursor_->seek(partition_->base() + runs.place(number));
    return cursor_->valid() ? value_.at(cursor_->entry().row()) : std::nullopt;
  }
  bool excludes() const { return frames_.frame().exclude != FrameExclusion::kNone; }
  FrameMode mode() const { return frames_.frame().mode; }

  const Frames frames_;
  const Argument value_;

 private:
  std::optional<OrderedCursor> cursor_;
};

class FirstValue final : public FrameValue {
 public:
  using FrameValue::FrameValue;

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const WindowFrame& frame = frames_.frame();
    if (excludes()) return frames_.reach(before, changes, out);
    if (frame.start.edge == FrameEdge::kUnboundedPreceding) {
      OrderedCursor first(before.trees().rows);
      first.seek(before.base());
      const bool same = before.size() > 0 && first.valid() && first.entry().bytes < changes.rows.front().bytes;
      if (!same) return out.add_all(before);
      // It may also be that the frame is empty.
      if (frame.end.edge == FrameEdge::kPreceding) frames_.reach_behind(before, changes, out);
      return;
    }
    const bool ends_last = frame.end.edge == FrameEdge::kUnboundedFollowing;
    if (!ends_last) return frames_.reach(before, changes, out);
    if (frame.start.edge != FrameEdge::kFollowing) return frames_.reach_behind(before, changes, out);
    if (mode() != FrameMode::kRows) return frames_.reach(before, changes, out);
    for (const storage::OrderedEntry& row : changes.rows) {
      add_ahead(before, row, frame.start.offset.slot().i64, out);
    }
  }
  CallValue value(const Place& place, Arena&) override { return value_of(place, 0); }
};

class LastValue final : public FrameValue {
 public:
  using FrameValue::FrameValue;

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const WindowFrame& frame = frames_.frame();
    if (excludes()) return frames_.reach(before, changes, out);
    if (frame.end.edge == FrameEdge::kUnboundedFollowing) {
      OrderedCursor last(before.trees().rows);
      last.seek(before.base() + before.size() - 1);
      const bool same = before.size() > 0 && last.valid() && last.entry().bytes > changes.rows.back().bytes;
      if (!same) return out.add_all(before);
      if (frame.start.edge == FrameEdge::kFollowing) frames_.reach_ahead(before, changes, out);
      return;
    }
    const bool starts_first = frame.start.edge == FrameEdge::kUnboundedPreceding;
    if (!starts_first) return frames_.reach(before, changes, out);
    if (frame.end.edge != FrameEdge::kPreceding) return frames_.reach_ahead(before, changes, out);
    if (mode() != FrameMode::kRows) return frames_.reach(before, changes, out);
    for (const storage::OrderedEntry& row : changes.rows) {
      add_behind(before, row, frame.end.offset.slot().i64, out);
    }
  }
  CallValue value(const Place& place, Arena&) override { return value_of(place, -1); }
};

class NthValue final : public FrameValue {
 public:
  NthValue(const WindowCall& call, const CallContext& context)
      : FrameValue(call, context), number_(call.arguments[1], context.layout) {}

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const WindowFrame& frame = frames_.frame();
    const auto number = number_.constant_integer();
    const bool from_first =
        frame.start.edge == FrameEdge::kUnboundedPreceding && !excludes() && frame.end.edge != FrameEdge::kPreceding;
    if (!number_.is_constant() || !from_first) return frames_.reach(before, changes, out);
    if (!number || *number <= 0) return;
    if (before.size() < *number) {
      if (before.size() + changes.weight >= *number) out.add_all(before);
      return;
    }
    OrderedCursor nth(before.trees().rows);
    nth.seek(before.base() + *number - 1);
    const bool same = nth.valid() && nth.entry().bytes < changes.rows.front().bytes;
    if (!same) out.add_all(before);
  }
  CallValue value(const Place& place, Arena&) override {
    const auto number = number_.integer_at(place.row.row());
    if (!number) return std::optional<Slot>();
    if (*number <= 0) {
      return SqlError(sqlstate::kInvalidArgumentForNthValue, "argument of nth_value must be greater than zero");
    }
    return value_of(place, *number - 1);
  }

 private:
  const Argument number_;
};

}  // namespace

std::unique_ptr<Call> make_frame_value(const WindowCall& call, const CallContext& context) {
  switch (call.function->which) {
    case expr::WindowFunctionKind::kFirstValue: return std::make_unique<FirstValue>(call, context);
    case expr::WindowFunctionKind::kLastValue: return std::make_unique<LastValue>(call, context);
    case expr::WindowFunctionKind::kNthValue: return std::make_unique<NthValue>(call, context);
    case expr::WindowFunctionKind::kRowNumber:
    case expr::WindowFunctionKind::kRank:
    case expr::WindowFunctionKind::kDenseRank:
    case expr::WindowFunctionKind::kPercentRank:
    case expr::WindowFunctionKind::kCumeDist:
    case expr::WindowFunctionKind::kNtile:
    case expr::WindowFunctionKind::kLag:
    case expr::WindowFunctionKind::kLead: break;
  }
  MILLRACE_UNREACHABLE("not a value of a frame");
}

}  // namespace millrace::dataflow::window
