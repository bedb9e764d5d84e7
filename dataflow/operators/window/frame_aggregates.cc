// Aggregates over frames. With S the sum of the aggregate's states over runs of the tree:
//
//     V(r) = finish( S(the runs of r's frame) )
//
// Each subtree keeps its state, so a frame is made of O(log n) of them; where frames of neighbouring rows
// overlap, the state moves from one to the next by the rows that come and go.
//
// What changes: rows whose frame holds a changed row. Where all frames begin with the partition, these are all
// rows behind the first change; of them only those are taken where the changes do not cancel (linear
// aggregates: their sum, as a state, is not that of no rows) or where they reach the extreme (min, max: up to
// the row where another value wins anyway). Likewise where all frames end with the partition.
//
// Seam: a running total that is only served could be folded at the read, as ranks could (ranks.cc).
#include <algorithm>
#include <map>

#include "dataflow/operators/window/call.h"
#include "dataflow/operators/window/extreme_summary.h"
#include "dataflow/operators/window/frame.h"

namespace millrace::dataflow::window {
namespace {

using storage::OrderedCursor;
using storage::OrderedEntry;
using storage::SummaryState;

// A run up to this long is added row by row, without looking for subtrees.
constexpr int64_t kStepsMax = 64;

class FrameAggregate : public Call {
 public:
  FrameAggregate(const WindowCall& call, const CallContext& context, size_t number, const storage::TreeSummary& summary)
      : frames_(call.frame, context.node, context.layout), number_(number), summary_(summary), state_(summary) {}

  void enter(const Partition& partition) override {
    Call::enter(partition);
    cursor_.emplace(partition.trees().rows);
    have_ = {0, 0};
    state_.clear();
  }
  bool same_for_copies() const override {
    const WindowFrame& frame = frames_.frame();
    return frame.mode != FrameMode::kRows &&
           (frame.exclude == FrameExclusion::kNone || frame.exclude == FrameExclusion::kGroup);
  }

 protected:
  enum class Open : uint8_t { kNo, kStart, kEnd, kBoth };
  // Which ends of all frames are those of the partition. An exclusion cuts holes, so that it counts as none.
  Open open() const {
    const WindowFrame& frame = frames_.frame();
    if (frame.exclude != FrameExclusion::kNone) return Open::kNo;
    const bool start = frame.start.edge == FrameEdge::kUnboundedPreceding;
    const bool end = frame.end.edge == FrameEdge::kUnboundedFollowing;
    if (start && end) return Open::kBoth;
    if (start && frame.end.edge != FrameEdge::kPreceding) return Open::kStart;
    if (end && frame.start.edge != FrameEdge::kFollowing) return Open::kEnd;
    return Open::kNo;
  }
  // The other end of frames that are open at one.
  void reach_closed(const Partition& before, const Changes& changes, Stretches& out) const {
    if (open() == Open::kStart) frames_.reach_ahead(before, changes, out);
    if (open() == Open::kEnd) frames_.reach_behind(before, changes, out);
  }

  // The state of the place's frame.
  const SummaryState& state_at(const Place& place, bool has_inverse) {
    const Runs runs = frames_.at(*partition_, place);
    if (runs.count() == 1 && runs[0].begin <= have_.end && have_.begin <= runs[0].end && moves(runs[0], has_inverse)) {
      add(have_.end, runs[0].end);
      if (runs[0].end < have_.end) step(runs[0].end, have_.end, -1);
      if (have_.begin < runs[0].begin) step(have_.begin, runs[0].begin, -1);
      add(runs[0].begin, have_.begin);
      have_ = runs[0];
      return state_;
    }
    state_.clear();
    for (size_t i = 0; i < runs.count(); ++i) add(runs[i].begin, runs[i].end);
    have_ = runs.count() == 1 ? runs[0] : Run{0, 0};
    return state_;
  }

  const Frames frames_;
  const size_t number_;
  const storage::TreeSummary& summary_;

 private:
  // Is it little work to come from what we have to `next`?
  bool moves(const Run& next, bool has_inverse) {
    if (have_.begin == have_.end) return false;
    const bool shrinks = have_.begin < next.begin || next.end < have_.end;
    if (shrinks && !has_inverse) return false;
    return std::abs(next.begin - have_.begin) + std::abs(next.end - have_.end) <= kStepsMax;
  }
  void add(int64_t begin, int64_t end) {
    if (begin >= end) return;
    if (end - begin <= kStepsMax) return step(begin, end, 1);
    partition_->trees().rows.fold(number_, partition_->base() + begin, partition_->base() + end, state_.bytes());
  }
  void step(int64_t begin, int64_t end, int64_t sign) {
    begin += partition_->base();
    end += partition_->base();
    steps_.clear();
    cursor_->seek(begin);
    while (cursor_->valid() && cursor_->position() < end) {
      OrderedEntry entry = cursor_->entry();
      const int64_t from = std::max(begin, cursor_->position());
      entry.weight = sign * (std::min(end, cursor_->position() + entry.weight) - from);
      steps_.push_back(entry);
      cursor_->next();
    }
    state_.update(steps_);
  }

  std::optional<OrderedCursor> cursor_;
  SummaryState state_;
  Run have_{0, 0};  // what state_ is of; empty: of something else
  std::vector<OrderedEntry> steps_;
};

class LinearAggregate final : public FrameAggregate {
 public:
  LinearAggregate(const WindowCall& call, const CallContext& context, size_t number,
                  const storage::TreeSummary& summary)
      : FrameAggregate(call, context, number, summary), spec_(*call.aggregate), type_(call.type) {}

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const Open open = this->open();
    if (open == Open::kNo) return frames_.reach(before, changes, out);
    reach_closed(before, changes, out);
    SummaryState sum(summary_);
    const SummaryState none(summary_);
    const std::string zero = saved(none);
    if (open == Open::kBoth) {
      sum.update(changes.rows);
      if (saved(sum) != zero) out.add_all(before);
      return;
    }
    for (size_t i = 0; i < changes.rows.size(); ++i) {
      const size_t at = open == Open::kStart ? i : changes.rows.size() - 1 - i;
      sum.update(changes.rows.subspan(at, 1));
      if (saved(sum) == zero) continue;
      if (open == Open::kStart) {
        if (at + 1 == changes.rows.size()) {
          out.add_from(changes.rows[at].bytes);
        } else {
          out.add(changes.rows[at].bytes, changes.rows[at + 1].bytes);
        }
      } else {
        out.add(at == 0 ? before.prefix() : changes.rows[at - 1].bytes, changes.rows[at].bytes);
      }
    }
  }
  CallValue value(const Place& place, Arena& arena) override {
    return spec_.finish(state_at(place, true).bytes(), type_, arena);
  }

 private:
  std::string saved(const SummaryState& state) const {
    if (spec_.trivial) return {reinterpret_cast<const char*>(state.bytes()), spec_.state_bytes};
    std::string bytes;
    spec_.save(state.bytes(), bytes);
    return bytes;
  }

  const expr::AggregateSpec& spec_;
  const SqlType type_;
};

class ExtremeAggregate final : public FrameAggregate {
 public:
  ExtremeAggregate(const WindowCall& call, const CallContext& context, size_t number, const ExtremeSummary& summary)
      : FrameAggregate(call, context, number, summary), extremes_(summary) {}

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const Open open = this->open();
    if (open == Open::kNo) return frames_.reach(before, changes, out);
    reach_closed(before, changes, out);
    // Values that go: where one is that of several rows that go, another row of it may be among them.
    std::map<std::string, int> gone;
    for (const OrderedEntry& row : changes.rows) {
      const auto value = row.weight < 0 ? extremes_.of(row.row()) : std::nullopt;
      if (value) ++gone[value->bytes];
    }
    for (const OrderedEntry& row : changes.rows) {
      const auto value = extremes_.of(row.row());
      if (!value || (row.weight < 0 && stays(before, row))) continue;
      const Contest contest{*value, row.weight > 0 || gone[value->bytes] == 1};
      const int64_t begin = before.before(row.bytes);
      const int64_t end = before.before(Stretches::after(row.bytes));
      const bool lost_ahead = open != Open::kEnd && loses(contest, extreme_of(before, 0, begin));
      const bool lost_behind = open != Open::kStart && loses(contest, extreme_of(before, end, before.size()));
      if (lost_ahead || lost_behind) continue;
      if (open == Open::kBoth) return out.add_all(before);
      if (open == Open::kStart) {
        add_undecided_behind(before, row, contest, out);
      } else {
        add_undecided_ahead(before, row, begin, contest, out);
      }
    }
  }
  CallValue value(const Place& place, Arena& arena) override {
    const SummaryState& state = state_at(place, false);
    return extremes_.value(*reinterpret_cast<const Extreme*>(state.bytes()), arena);
  }

 private:
  Extreme extreme_of(const Partition& before, int64_t begin, int64_t end) const {
    SummaryState state(summary_);
    before.trees().rows.fold(number_, before.base() + begin, before.base() + end, state.bytes());
    return *reinterpret_cast<const Extreme*>(state.bytes());
  }
  // A value that comes or goes. Against an equal one of another row it changes nothing, if that one stays.
  struct Contest {
    const Extreme& value;
    bool loses_to_equal;
  };
  bool loses(const Contest& contest, const Extreme& other) const {
    if (other.empty()) return false;
    return contest.loses_to_equal ? !extremes_.beats(contest.value, other) : extremes_.beats(other, contest.value);
  }
  // Copies of it are left.
  static bool stays(const Partition& before, const OrderedEntry& row) {
    return before.before(Stretches::after(row.bytes)) - before.before(row.bytes) + row.weight > 0;
  }
  // From the row on, up to one that it loses to.
  void add_undecided_behind(const Partition& before, const OrderedEntry& row, const Contest& contest,
                            Stretches& out) const {
    OrderedCursor cursor(before.trees().rows);
    cursor.seek(Stretches::after(row.bytes));
    for (; cursor.valid() && cursor.entry().bytes.starts_with(before.prefix()); cursor.next()) {
      const auto other = extremes_.of(cursor.entry().row());
      if (other && loses(contest, *other)) return out.add(row.bytes, cursor.entry().bytes);
    }
    out.add_from(row.bytes);
  }
  void add_undecided_ahead(const Partition& before, const OrderedEntry& row, int64_t place, const Contest& contest,
                           Stretches& out) const {
    OrderedCursor cursor(before.trees().rows);
    if (place > 0) cursor.seek(before.base() + place - 1);
    for (; cursor.valid() && cursor.entry().bytes.starts_with(before.prefix()); cursor.previous()) {
      const auto other = extremes_.of(cursor.entry().row());
      if (other && loses(contest, *other)) return out.add(Stretches::after(cursor.entry().bytes), row.bytes);
    }
    out.add(before.prefix(), row.bytes);
  }

  const ExtremeSummary& extremes_;
};

}  // namespace

std::unique_ptr<Call> make_frame_aggregate(const WindowCall& call, const CallContext& context, Summaries& summaries) {
  const size_t number = summaries.number_of(call);
  const storage::TreeSummary& summary = summaries.at(number);
  if (call.aggregate->law == expr::AggregateLaw::kOrdered) {
    return std::make_unique<ExtremeAggregate>(call, context, number, static_cast<const ExtremeSummary&>(summary));
  }
  return std::make_unique<LinearAggregate>(call, context, number, summary);
}

}  // namespace millrace::dataflow::window
