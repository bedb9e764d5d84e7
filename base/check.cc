#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void fail_check(const char* condition, const char* file, int line, const char* message) {
  std::fprintf(stderr, "PANIC:  %s:%d: %s (%s)\n", file, line, message, condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace millrace
