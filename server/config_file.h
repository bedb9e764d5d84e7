// The config file: TOML, one key a setting, `pg-listen = "127.0.0.1:6875"` or `pg_listen`.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace::server {

// Keys and values as text, in the file's order. 22023 with the line when it is not TOML, or has tables.
Result<std::vector<std::pair<std::string, std::string>>> read_config(std::string_view contents,
                                                                     const std::string& path);

}  // namespace millrace::server
