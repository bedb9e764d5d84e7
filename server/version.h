// The version of this build, as CMake knows it.
#pragma once

#include <string_view>

namespace millrace::server {

inline constexpr std::string_view kVersion = MILLRACE_VERSION;

}  // namespace millrace::server
