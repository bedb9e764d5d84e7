// One call of a window function, as the operator sees it: which rows' values a tick can change, and what a
// row's value is. Each family is one file beside this one.
//
// With V(r) the value of row r before the tick and V'(r) after it, reach() names, from the state before the
// tick and its changes alone, a set of rows R such that
//
//     V(r) ≠ V'(r)   ⇒   r ∈ R          for every row r that is there both before and after
//
// (rows that come, go or change their weight are asked for anyway). Any such R is right; a small one is fast.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "dataflow/circuit_plan.h"
#include "dataflow/operators/window/partition.h"
#include "storage/tree_summary.h"

namespace millrace::dataflow::window {

using CallValue = Result<std::optional<Slot>>;

class Call {
 public:
  virtual ~Call() = default;

  virtual void reach(const Partition& before, const Changes& changes, Stretches& out) const = 0;
  // The value at a place. Places are asked in ascending order between two calls of enter(). Slots point into
  // `arena`, the trees or the plan.
  virtual CallValue value(const Place& place, Arena& arena) = 0;
  // What follows is of this partition, which outlives the questions.
  virtual void enter(const Partition& partition) { partition_ = &partition; }
  // All copies of a row have the same value.
  virtual bool same_for_copies() const { return false; }

 protected:
  const Partition* partition_ = nullptr;
};

// What calls are made from.
struct CallContext {
  const WindowNode& node;
  const RowLayout& layout;  // of the window's rows
};

// Calls whose frames are sums over the tree: each kind of sum once.
class Summaries {
 public:
  explicit Summaries(const RowLayout& layout) : layout_(layout) {}
  ~Summaries();

  // The number of the summary that `call` needs, for OrderedTree::fold.
  size_t number_of(const WindowCall& call);
  const storage::TreeSummary& at(size_t number) const { return *summaries_[number]; }
  std::vector<const storage::TreeSummary*> all() const;

 private:
  const RowLayout& layout_;
  std::vector<WindowCall> calls_;
  std::vector<std::unique_ptr<storage::TreeSummary>> summaries_;
};

// Reads an argument of rows.
class Argument {
 public:
  Argument(const ColumnOrConstant& argument, const RowLayout& layout) : argument_(argument), layout_(layout) {}

  bool is_constant() const { return !argument_.column; }
  // As an integer, when constant and not NULL.
  std::optional<int64_t> constant_integer() const;
  std::optional<Slot> at(PackedRow row) const;
  std::optional<int64_t> integer_at(PackedRow row) const;

 private:
  const ColumnOrConstant& argument_;
  const RowLayout& layout_;
};

std::unique_ptr<Call> make_rank(const WindowCall& call, const CallContext& context);
std::unique_ptr<Call> make_neighbour(const WindowCall& call, const CallContext& context);
std::unique_ptr<Call> make_frame_value(const WindowCall& call, const CallContext& context);
std::unique_ptr<Call> make_frame_aggregate(const WindowCall& call, const CallContext& context, Summaries& summaries);

}  // namespace millrace::dataflow::window
