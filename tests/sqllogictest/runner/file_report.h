// What became of one file's records.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace millrace::slt {

struct Failure {
  size_t line = 0;
  std::string sql;
  std::string what;  // lines, each ending in a newline: the difference, or the error
};

struct UnsupportedQuery {
  size_t line = 0;
  std::string reason;
};

// A record counts once: as passed, failed or skipped. The other two say how the passed ones passed.
struct FileReport {
  std::string path;
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;                         // by skipif, onlyif or after halt
  size_t through_views = 0;                   // queries compared through a view
  std::vector<UnsupportedQuery> unsupported;  // queries that the server refused as a view with 0A000
  std::vector<Failure> failures;
};

}  // namespace millrace::slt
