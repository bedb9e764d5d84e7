// What may end a step before it has run out: a statement that was cancelled or has run too long, a memory
// budget that is spent. A join of two large inputs is one step and may make more rows than fit anywhere, so
// a circuit asks between the batches that its operators make.
//
// Threads: asked on the thread that runs the step.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/result.h"

namespace millrace::dataflow {

struct StepProgress {
  ObjectId view;   // whose operator is at work
  uint64_t bytes;  // an estimate: of the rows this step has made and still holds, all views together
};

class StepGuard {
 public:
  virtual ~StepGuard() = default;
  // An error ends the view's part of the step, and that of the views above it: see Circuit::step().
  // Cost: it is asked for every batch, so it must be cheap.
  virtual Status check(const StepProgress& progress) = 0;
};

}  // namespace millrace::dataflow
