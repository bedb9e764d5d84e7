// Values as people write them: 4GiB, 10s, true.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace millrace::server {

// Digits and nothing else. 22023 for the rest, also when it does not fit.
Result<uint64_t> parse_count(std::string_view text);
// Bytes: B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024); without a unit, bytes.
Result<uint64_t> parse_bytes(std::string_view text);
// Nanoseconds: us, ms, s, min, h; without a unit only 0.
Result<int64_t> parse_duration_ns(std::string_view text);
// true/false, on/off, yes/no, 1/0.
Result<bool> parse_switch(std::string_view text);

}  // namespace millrace::server
