// Prints and writes what became of the files.
//
// Threads: any; a file's lines stay together.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/fs.h"
#include "tests/sqllogictest/runner/file_report.h"
#include "tests/sqllogictest/runner/options.h"

namespace millrace::slt {

class ReportPrinter {
 public:
  // REQUIRES: both outlive the printer.
  ReportPrinter(const Options& options, Fs& fs) : options_(options), fs_(fs) {}

  void add(FileReport report);

  // Prints the summary and writes the files asked for. Returns whether nothing failed.
  Result<bool> finish();

 private:
  void print_failures(const FileReport& report) const;
  void print_unsupported_reasons() const;

  const Options& options_;
  Fs& fs_;
  std::mutex mutex_;
  std::vector<FileReport> reports_;
};

}  // namespace millrace::slt
