// Any bytes: an answer or an error whose place is inside the text, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "sql/sql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = millrace::sql::parse(text);
  if (!parsed) {
    MILLRACE_CHECK(parsed.error().location() <= static_cast<int64_t>(size), "an error points outside the text");
  }
  return 0;
}
