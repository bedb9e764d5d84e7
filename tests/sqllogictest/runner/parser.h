// Reads the text of a .slt file. The dialect is described in tests/sqllogictest/README.md.
//
// Whatever is not understood is an error that names the file and the line, never skipped: a
// misspelt directive must not turn a test off.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "tests/sqllogictest/runner/record.h"

namespace millrace::slt {

Result<TestFile> parse_test_file(std::string path, std::string_view text);

}  // namespace millrace::slt
