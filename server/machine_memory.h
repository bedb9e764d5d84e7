// How much memory there is: what --memory-limit is a part of when nobody says it.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/fs.h"

namespace millrace::server {

// Of the machine, or of the container when that has less. 0: it cannot be told.
uint64_t machine_memory(Fs& fs);
// From the texts of /proc/meminfo and of the control group's memory.max; the latter may be empty.
uint64_t machine_memory(std::string_view meminfo, std::string_view group_max);

}  // namespace millrace::server
