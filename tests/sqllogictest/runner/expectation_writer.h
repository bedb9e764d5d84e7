// `--record`: puts the answers of a run into the text of its file. Everything else (comments, SQL,
// records that were skipped or failed) stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/sqllogictest/runner/file_runner.h"

namespace millrace::slt {

// REQUIRES: `text` is what the answers' records were parsed from.
std::string with_recorded_answers(std::string_view text, const std::vector<RecordedAnswer>& answers);

}  // namespace millrace::slt
