// What a window puts out for one partition: the difference of two walks over the same stretches of rows, one
// before the tick's changes are applied and one after.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "dataflow/operator.h"
#include "dataflow/operators/window/call.h"

namespace millrace::dataflow::window {

// One row's output: several when its copies differ.
struct RowOutput {
  struct Value {
    std::string packed;             // of the output's layout
    std::optional<SqlError> error;  // instead
    int64_t weight;
  };
  std::string row;  // the bytes that it stands under
  std::vector<Value> values;
};

using RowOutputs = std::deque<RowOutput>;

// Walks over stretches of a partition and has the calls evaluated.
class Walk {
 public:
  Walk(const RowLayout& layout, const RowLayout& output_layout, std::vector<std::unique_ptr<Call>>& calls);

  using Sink = std::function<void(RowOutput)>;
  // Ends early when `control` says so: what the sink has got is then not all.
  void run(const Partition& partition, const std::vector<Stretch>& stretches, StepControl& control, const Sink& sink);

 private:
  void set_peers(const Partition& partition, const storage::OrderedCursor& cursor, Place& place) const;
  RowOutput output_of(Place place);
  RowOutput::Value evaluate(const Place& place);

  const RowLayout& layout_;
  const RowLayout& output_layout_;
  std::vector<std::unique_ptr<Call>>& calls_;
  bool same_for_copies_ = true;
  Arena arena_;
  std::vector<Slot> slots_;
  std::vector<const Slot*> pointers_;
};

// Adds new minus old where they differ. Both in the rows' order; takes from the front of `old`.
class Difference {
 public:
  Difference(const RowLayout& output_layout, RowOutputs old, DeltaBuilder& builder, OperatorOutput& out)
      : layout_(output_layout), old_(std::move(old)), builder_(builder), out_(out) {}

  void add(RowOutput now);
  // No more comes.
  void finish();

 private:
  void emit(const RowOutput& output, int64_t sign);
  void emit(const RowOutput::Value& value, int64_t weight);
  void emit_difference(const RowOutput& old, const RowOutput& now);

  const RowLayout& layout_;
  RowOutputs old_;
  DeltaBuilder& builder_;
  OperatorOutput& out_;
};

}  // namespace millrace::dataflow::window
