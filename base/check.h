// Invariants of ours. A broken one ends the process with the condition, its place and a message:
// an engine that doubts itself must not go on (promise P5). Kept on in release builds.
#pragma once

namespace millrace {
[[noreturn]] void fail_check(const char* condition, const char* file, int line, const char* message);
}  // namespace millrace

#define MILLRACE_CHECK(condition, message)                             \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::millrace::fail_check(#condition, __FILE__, __LINE__, message); \
  } while (false)

// For what the type system cannot say: a branch that no input reaches.
#define MILLRACE_UNREACHABLE(message) ::millrace::fail_check("unreachable", __FILE__, __LINE__, message)
