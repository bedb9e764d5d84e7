// row_number, rank, dense_rank, percent_rank, cume_dist, ntile. With N rows in the partition, p the row's place
// from 0, b and e the places where its peers begin and end, g the groups of peers before its own:
//
//     row_number  p + 1        rank  b + 1        dense_rank  g + 1
//     percent_rank  b / (N - 1)        cume_dist  e / N        ntile(k)  the bucket of p among k of equal size
//
// What changes: the rows behind a change, as far as changes do not make up for each other; all of percent_rank
// and cume_dist when N changes; of ntile the rows that a bucket's border passes.
//
// Seam: these values are functions of the tree. Where a view is only served, they could be computed at the
// read, O(log n) each, and the operator would have nothing to emit; it would take a column of the served
// relation that names this tree instead of a value.
#include <algorithm>

#include "dataflow/operators/window/call.h"

namespace millrace::dataflow::window {
namespace {

std::optional<Slot> of(int64_t value) { return Slot::of_i64(value); }

class RowNumber final : public Call {
 public:
  void reach(const Partition&, const Changes& changes, Stretches& out) const override { changes.add_moved(out); }
  CallValue value(const Place& place, Arena&) override { return of(place.position + 1); }
};

std::vector<int64_t> weights_of(const Changes& changes) {
  std::vector<int64_t> weights;
  for (const Changes::Key& key : changes.keys) weights.push_back(key.weight);
  return weights;
}

class Rank final : public Call {
 public:
  void reach(const Partition&, const Changes& changes, Stretches& out) const override {
    changes.add_shifted_keys(weights_of(changes), false, out);
  }
  CallValue value(const Place& place, Arena&) override { return of(place.peers_begin + 1); }
  bool same_for_copies() const override { return true; }
};

class DenseRank final : public Call {
 public:
  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    std::vector<int64_t> shifts;
    for (const Changes::Key& key : changes.keys) {
      const int64_t rows = before.through(key.key) - before.before(key.key);
      shifts.push_back((rows + key.weight > 0 ? 1 : 0) - (rows > 0 ? 1 : 0));
    }
    changes.add_shifted_keys(shifts, false, out);
  }
  void enter(const Partition& partition) override {
    Call::enter(partition);
    known_begin_ = known_end_ = -1;
  }
  CallValue value(const Place& place, Arena&) override {
    if (place.peers_begin != known_begin_) {
      groups_ = place.peers_begin == known_end_ ? groups_ + 1 : partition_->groups_before(place.row.key());
      known_begin_ = place.peers_begin;
      known_end_ = place.peers_end;
    }
    return of(groups_ + 1);
  }
  bool same_for_copies() const override { return true; }

 private:
  // The group that was asked last.
  int64_t known_begin_ = -1;
  int64_t known_end_ = -1;
  int64_t groups_ = 0;
};

// A share of the partition: all of them change when its size does.
class Share final : public Call {
 public:
  explicit Share(bool cumulative) : cumulative_(cumulative) {}
  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    if (changes.weight != 0) return out.add_all(before);
    changes.add_shifted_keys(weights_of(changes), cumulative_, out);
  }
  CallValue value(const Place& place, Arena&) override {
    const auto rows = static_cast<double>(partition_->size());
    if (cumulative_) return std::optional(Slot::of_f64(static_cast<double>(place.peers_end) / rows));
    return std::optional(
        Slot::of_f64(partition_->size() <= 1 ? 0 : static_cast<double>(place.peers_begin) / (rows - 1)));
  }
  bool same_for_copies() const override { return true; }

 private:
  const bool cumulative_;
};

// `rows` in `count` buckets, of which the first ones have one row more.
struct Buckets {
  int64_t rows;
  int64_t count;

  int64_t small() const { return rows / count; }
  int64_t large() const { return rows % count; }  // how many
  int64_t begin(int64_t bucket) const {
    if (bucket >= count) return rows;
    return bucket * small() + std::min(bucket, large());
  }
  int64_t of(int64_t position) const {
    const int64_t in_large = large() * (small() + 1);
    if (position < in_large || small() == 0) return position / (small() + 1);
    return large() + (position - in_large) / small();
  }
};

class Ntile final : public Call {
 public:
  Ntile(const WindowCall& call, const CallContext& context) : count_(call.arguments[0], context.layout) {}

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    const auto count = count_.constant_integer();
    if (!count_.is_constant()) return out.add_all(before);
    if (!count || *count <= 0) return;
    const Buckets old_buckets{before.size(), *count};
    const Buckets new_buckets{before.size() + changes.weight, *count};
    // Rows between two changes move together: by `moved` places.
    int64_t moved = 0;
    for (size_t i = 0; i <= changes.rows.size(); ++i) {
      const int64_t begin = i == 0 ? 0 : before.before(changes.rows[i - 1].bytes);
      const int64_t end = i == changes.rows.size() ? before.size() : before.before(changes.rows[i].bytes);
      if (i > 0) moved += changes.rows[i - 1].weight;
      add_passed_borders(before, old_buckets, new_buckets, moved, begin, end, out);
    }
  }

  void enter(const Partition& partition) override {
    Call::enter(partition);
    // A count that is no constant is that of the partition's first row.
    buckets_.reset();
    storage::OrderedCursor first(partition.trees().rows);
    first.seek(partition.base());
    if (first.valid() && partition.size() > 0) buckets_ = count_.integer_at(first.entry().row());
  }
  CallValue value(const Place& place, Arena&) override {
    if (!buckets_) return std::optional<Slot>();
    if (*buckets_ <= 0) {
      return SqlError(sqlstate::kInvalidArgumentForNtile, "argument of ntile must be greater than zero");
    }
    const Buckets buckets{partition_->size(), *buckets_};
    return std::optional(Slot::of_i32(static_cast<int32_t>(buckets.of(place.position) + 1)));
  }

 private:
  // The places of [begin, end) that lie between a bucket's old beginning and its new one.
  static void add_passed_borders(const Partition& before, const Buckets& old_buckets, const Buckets& new_buckets,
                                 int64_t moved, int64_t begin, int64_t end, Stretches& out) {
    if (begin >= end) return;
    const int64_t first = std::min(old_buckets.of(begin), new_buckets.of(std::max<int64_t>(begin + moved, 0)));
    const int64_t last = std::max(old_buckets.of(end - 1), new_buckets.of(std::max<int64_t>(end - 1 + moved, 0)));
    storage::OrderedCursor cursor(before.trees().rows);
    for (int64_t bucket = first; bucket <= last + 1; ++bucket) {
      const int64_t was = old_buckets.begin(bucket);
      const int64_t is = new_buckets.begin(bucket) - moved;
      const int64_t low = std::max(begin, std::min(was, is));
      const int64_t high = std::min(end, std::max(was, is));
      if (low >= high) continue;
      cursor.seek(before.base() + low);
      if (!cursor.valid()) continue;
      const std::string from(cursor.entry().bytes);
      cursor.seek(before.base() + high - 1);
      if (cursor.valid()) out.add(from, Stretches::after(cursor.entry().bytes));
    }
  }

  const Argument count_;
  std::optional<int64_t> buckets_;  // of the partition
};

}  // namespace

std::unique_ptr<Call> make_rank(const WindowCall& call, const CallContext& context) {
  switch (call.function->which) {
    case expr::WindowFunctionKind::kRowNumber: return std::make_unique<RowNumber>();
    case expr::WindowFunctionKind::kRank: return std::make_unique<Rank>();
    case expr::WindowFunctionKind::kDenseRank: return std::make_unique<DenseRank>();
    case expr::WindowFunctionKind::kPercentRank: return std::make_unique<Share>(false);
    case expr::WindowFunctionKind::kCumeDist: return std::make_unique<Share>(true);
    case expr::WindowFunctionKind::kNtile: return std::make_unique<Ntile>(call, context);
    case expr::WindowFunctionKind::kLag:
    case expr::WindowFunctionKind::kLead:
    case expr::WindowFunctionKind::kFirstValue:
    case expr::WindowFunctionKind::kLastValue:
    case expr::WindowFunctionKind::kNthValue: break;
  }
  MILLRACE_UNREACHABLE("not a rank");
}

}  // namespace millrace::dataflow::window
