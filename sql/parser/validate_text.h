// What is checked of a query string before any grammar sees it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace millrace::sql {

// 22021 where it is not UTF-8 or has a zero byte, 54000 when it is longer than 64 MiB.
Status validate_text(std::string_view text);

}  // namespace millrace::sql
