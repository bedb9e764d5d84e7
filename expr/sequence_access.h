// The sequences as nextval() and its kin reach them: a session's view, kept by the engine.
//
// Numbers are handed out for good: no rollback takes them back. Threads: those that evaluate for the session.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/result.h"

namespace millrace::expr {

class SequenceAccess {
 public:
  virtual ~SequenceAccess() = default;
  // 2200H at the end of one that does not cycle; 42809 when it is no sequence.
  virtual Result<int64_t> next(millrace::ObjectId sequence) = 0;
  // What next() gave this session last, of this sequence or of any. 55000 before the first.
  virtual Result<int64_t> current(millrace::ObjectId sequence) = 0;
  virtual Result<int64_t> last() = 0;
  // 22003 outside its bounds.
  virtual Status set(millrace::ObjectId sequence, int64_t value, bool is_called) = 0;
};

}  // namespace millrace::expr
