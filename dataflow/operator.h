// One node of a circuit at run time. Each kind is one file under operators/.
//
// In a tick, probe() computes the change of the output from the changes of the inputs. State that other
// operators may read too (SharedArrangement) still is what it was before the tick; the circuit applies
// the tick to it when every operator has probed. State that is the operator's alone it may change itself.
//
// An operator is told apart from its neighbours by nothing but its inputs: it holds no names.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/executor.h"
#include "dataflow/circuit.h"
#include "dataflow/step_guard.h"
#include "expr/eval_context.h"
#include "types/delta_batch.h"

namespace millrace::dataflow {

// Asks the guard while a view's operators run, and remembers its answer.
class StepControl {
 public:
  void begin(ObjectId view, StepGuard* guard) {
    view_ = view;
    guard_ = guard;
    failure_.reset();
  }

  // To be asked by an operator for every batch of rows it makes, or makes and throws away. False: the step is
  // over for it. It leaves probe() soon; what it has made so far, state included, is thrown away.
  bool go_on() {
    if (failure_ || guard_ == nullptr) return !failure_;
    if (Status status = guard_->check({.view = view_, .bytes = bytes_}); !status) failure_ = std::move(status).error();
    return !failure_;
  }
  bool stopped() const { return failure_.has_value(); }
  const SqlError& failure() const { return *failure_; }

  void hold(uint64_t bytes) { bytes_ += bytes; }
  void release(uint64_t bytes) { bytes_ -= bytes; }

 private:
  ObjectId view_;
  StepGuard* guard_ = nullptr;
  std::optional<SqlError> failure_;
  uint64_t bytes_ = 0;  // of all outputs held
};

struct StepContext {
  TickId tick;
  const expr::EvalContext& eval;
  StepControl& control;
};

// An estimate from the columns' widths and, where there are strings, a few of them.
uint64_t estimated_bytes(const DeltaBatch& batch);

// What an operator adds to a tick.
class OperatorOutput {
 public:
  // Takes rows on before the operator has made all of them. Null: they are kept until it has.
  class Drain {
   public:
    virtual ~Drain() = default;
    virtual void drain() = 0;
  };
  // Rows held before they are drained: enough to make the consumers' work per batch small.
  static constexpr size_t kDrainRows = 64 * 1024;

  Delta rows;
  std::vector<ErrorChange> errors;

  void begin(StepControl& control, Drain* drain) {
    control_ = &control;
    drain_ = drain;
  }
  void clear() {
    clear_rows();
    errors.clear();
  }
  void clear_rows() {
    rows.clear();
    if (control_ != nullptr) control_->release(bytes_);
    bytes_ = 0;
    row_count_ = 0;
  }
  void add(DeltaBatch batch) {
    if (batch.empty()) return;
    row_count_ += batch.rows();
    const uint64_t bytes = estimated_bytes(batch);
    bytes_ += bytes;
    control_->hold(bytes);
    rows.push_back(std::move(batch));
    if (!control_->go_on()) return;
    if (drain_ != nullptr && row_count_ >= kDrainRows) drain_->drain();
  }

 private:
  StepControl* control_ = nullptr;
  Drain* drain_ = nullptr;
  size_t row_count_ = 0;
  uint64_t bytes_ = 0;
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Appends the change of the output. `inputs` are those of the plan node, in order; an input that did
  // not change is an empty delta. Called only when an input changed, or when run_first() says so. When much
  // comes of an input that no arrangement keeps, it is called several times in a tick with a part each: the
  // sum of the outputs must be the same. Between the parts the rows taken in so far are no multiset: a row may
  // have a weight below zero, and the rows of a group weights that add up to zero without being gone.
  virtual void probe(std::span<const Delta* const> inputs, const StepContext& context, OperatorOutput& out) = 0;

  // False: probe() gets its inputs of a tick whole, for an operator to which each part would cost as much as all,
  // or whose state has no place for weights below zero.
  virtual bool takes_parts() const { return true; }

  // Has output before any input: constants, aggregates without groups. Asked once, when attached new.
  virtual bool run_first() const { return false; }

  // State of its own; shared arrangements are the circuit's.
  virtual std::vector<CheckpointJob> pin_checkpoint() { return {}; }
  virtual Status restore(storage::CheckpointReader&) { return {}; }
  virtual void add_statistics(Circuit::ViewStatistics&) const {}
};

using OperatorPtr = std::unique_ptr<Operator>;

}  // namespace millrace::dataflow
