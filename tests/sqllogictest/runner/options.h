// The command line, as a typed struct. `--help` prints what options.cc says about each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "tests/sqllogictest/runner/engine_kind.h"
#include "tests/sqllogictest/runner/sandbox.h"

namespace millrace::slt {

struct Options {
  std::string url = "postgresql://millrace@127.0.0.1:6875/millrace";
  EngineKind engine = EngineKind::kMillrace;
  bool incremental = false;
  bool record = false;
  bool verbose = false;
  bool help = false;
  std::optional<FreshBy> fresh;  // unless said: databases on PostgreSQL, drops on Millrace
  std::string reset_command;
  size_t jobs = 1;
  size_t stop_after = 0;  // 0: never
  int deadline_ms = 60'000;
  std::string report_path;
  std::string failures_path;
  std::vector<std::string> paths;

  FreshBy fresh_by() const {
    return fresh.value_or(engine == EngineKind::kPostgres ? FreshBy::kDatabase : FreshBy::kDrops);
  }
};

extern const char* const kUsage;

Result<Options> parse_options(const std::vector<std::string>& arguments);

}  // namespace millrace::slt
