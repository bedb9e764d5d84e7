// How long a value may be: one byte less than 1 GiB, as in PostgreSQL. Whoever builds a value out of others asks
// before it grows beyond that; a Slot would hold four times as much.
#pragma once

#include <cstddef>

#include "base/result.h"

namespace millrace {

inline constexpr size_t kValueBytesMax = (size_t{1} << 30) - 1;

SqlError value_too_long();  // 54000

}  // namespace millrace
