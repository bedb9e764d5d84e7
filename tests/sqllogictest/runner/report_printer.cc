#include "tests/sqllogictest/runner/report_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace millrace::slt {
namespace {

constexpr size_t kSqlBytesMax = 2000;
constexpr size_t kReasonsMax = 10;

std::string indented(std::string_view sql) {
  std::string text = "  ";
  for (const char c : sql.substr(0, kSqlBytesMax)) {
    text += c;
    if (c == '\n') text += "  ";
  }
  if (sql.size() > kSqlBytesMax) text += " ...";
  return text + "\n";
}

}  // namespace

void ReportPrinter::add(FileReport report) {
  const std::lock_guard lock(mutex_);
  print_failures(report);
  if (options_.verbose) {
    fmt::print("{}: {} passed, {} failed\n", report.path, report.passed, report.failed);
    for (const UnsupportedQuery& query : report.unsupported) {
      fmt::print("{}:{}: not a view: {}\n", report.path, query.line, query.reason);
    }
  }
  std::fflush(stdout);
  reports_.push_back(std::move(report));
}

void ReportPrinter::print_failures(const FileReport& report) const {
  for (const Failure& failure : report.failures) {
    fmt::print("{}:{}: failed{}\n{}{}\n", report.path, failure.line, options_.incremental ? " (incremental)" : "",
               indented(failure.sql), failure.what);
  }
}

void ReportPrinter::print_unsupported_reasons() const {
  std::map<std::string, size_t> counts;
  for (const FileReport& report : reports_) {
    for (const UnsupportedQuery& query : report.unsupported) ++counts[query.reason];
  }
  std::vector<std::pair<size_t, std::string>> ordered;
  for (const auto& [reason, count] : counts) ordered.emplace_back(count, reason);
  std::sort(ordered.rbegin(), ordered.rend());
  for (size_t i = 0; i < std::min(ordered.size(), kReasonsMax); ++i) {
    fmt::print("  {} not a view: {}\n", ordered[i].first, ordered[i].second);
  }
}

Result<bool> ReportPrinter::finish() {
  std::sort(reports_.begin(), reports_.end(), [](const FileReport& a, const FileReport& b) { return a.path < b.path; });
  FileReport total;
  size_t unsupported = 0;
  std::string table;
  std::string failed_lines;
  for (const FileReport& report : reports_) {
    total.passed += report.passed;
    total.failed += report.failed;
    total.skipped += report.skipped;
    total.through_views += report.through_views;
    unsupported += report.unsupported.size();
    table += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", report.path, report.passed, report.failed, report.skipped,
                         report.through_views, report.unsupported.size());
    for (const Failure& failure : report.failures) failed_lines += fmt::format("{}:{}\n", report.path, failure.line);
  }
  if (!options_.report_path.empty()) TRY(fs_.replace(options_.report_path, table));
  if (!options_.failures_path.empty()) TRY(fs_.replace(options_.failures_path, failed_lines));

  std::string summary = fmt::format("{} passed, {} failed", total.passed, total.failed);
  if (total.skipped > 0) summary += fmt::format(", {} skipped", total.skipped);
  if (options_.incremental) {
    summary += fmt::format("; {} through views, {} cannot be a view", total.through_views, unsupported);
  }
  fmt::print("{} ({} files)\n", summary, reports_.size());
  if (options_.incremental) print_unsupported_reasons();
  return total.failed == 0;
}

}  // namespace millrace::slt
