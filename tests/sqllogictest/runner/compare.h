// Is this the answer that was expected? If not: the difference, ready to print.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/sqllogictest/runner/record.h"

namespace millrace::slt {

// Nothing when equal. Otherwise lines of "-" (expected) and "+" (got), one a row, with what both
// begin and end with left out, and at most some dozen lines of each.
std::optional<std::string> diff_values(const ExpectedValues& expected, const std::vector<std::string>& got,
                                       size_t columns);

// The same without regard to the order of rows. `expected` is in the order of `query.sort`; where it
// is only a hash of ordered rows and the file has no hash of unordered ones, `ordered_answer` (an
// answer known to match that hash) stands in; with neither, nothing can be said and nothing is.
std::optional<std::string> diff_as_multiset(const Query& query, std::vector<std::string> got,
                                            const std::optional<std::vector<std::string>>& ordered_answer);

}  // namespace millrace::slt
