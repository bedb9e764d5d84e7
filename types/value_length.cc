#include "types/value_length.h"

namespace millrace {

SqlError value_too_long() {
  return SqlError(sqlstate::kProgramLimitExceeded, "out of memory").with_detail("A value cannot be longer than 1 GB.");
}

}  // namespace millrace
