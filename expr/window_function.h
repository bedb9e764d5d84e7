// Functions that exist only OVER a window: what a row's value is follows from where the row stands in its
// partition. They are computed by dataflow/operators/window.h; here is what the binder has to know.
//
// The enum's values are in the file format of plans: append only.
#pragma once

#include <vector>

#include "expr/signature.h"

namespace millrace::expr {

enum class WindowFunctionKind : uint8_t {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kLag,
  kLead,
  kFirstValue,
  kLastValue,
  kNthValue,
};

struct WindowFunction : Signature {
  WindowFunctionKind which = WindowFunctionKind::kRowNumber;
};

// The family.
std::vector<WindowFunction> window_functions();

}  // namespace millrace::expr
