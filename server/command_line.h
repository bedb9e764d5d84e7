// The command: `millrace serve ...`, `millrace --help`, `millrace --version`.
#pragma once

#include <string>
#include <vector>

namespace millrace::server {

// Returns the exit code: 0, 1 when the server could not start, 2 for a command that makes no sense.
int run_command(const std::vector<std::string>& arguments);

std::string help_text();

}  // namespace millrace::server
