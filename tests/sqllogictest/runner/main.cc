// The program `sqllogictest`: finds the files, runs them, reports. See options.cc for its use.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "base/executor.h"
#include "base/fs.h"
#include "tests/sqllogictest/runner/expectation_writer.h"
#include "tests/sqllogictest/runner/file_runner.h"
#include "tests/sqllogictest/runner/options.h"
#include "tests/sqllogictest/runner/parser.h"
#include "tests/sqllogictest/runner/report_printer.h"
#include "tests/sqllogictest/runner/sandbox.h"

namespace millrace::slt {
namespace {

Status find_files(Fs& fs, const std::string& path, std::vector<std::string>& files) {
  if (path.ends_with(".slt")) {
    files.push_back(path);
    return {};
  }
  TRY(std::vector<std::string> names, fs.list(path));
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string below = (path.ends_with('/') ? path : path + "/") + name;
    // What has a dot is a file: folders of test files have names of one word.
    const bool is_folder = name.find('.') == std::string::npos && fs.list(below).has_value();
    if (name.ends_with(".slt") || is_folder) TRY(find_files(fs, below, files));
  }
  return {};
}

FileReport failed_outside_records(std::string path, const std::string& what) {
  FileReport report;
  report.path = std::move(path);
  report.failed = 1;
  report.failures.push_back({0, "(before or after the records)", "  + " + what + "\n"});
  return report;
}

Result<FileReport> run_file(const Options& options, Fs& fs, const std::string& path, size_t number) {
  TRY(const std::string text, fs.read(path));
  TRY(const TestFile file, parse_test_file(path, text));
  const auto sandbox =
      make_sandbox(options.fresh_by(), {options.url, "", options.deadline_ms}, number, options.reset_command);
  const auto endpoint = sandbox->enter();
  if (!endpoint) return failed_outside_records(path, endpoint.error().to_string());

  FileRunner runner(file, {options.engine, options.incremental}, *endpoint);
  FileReport report = runner.run([&](size_t failed) { return options.stop_after == 0 || failed < options.stop_after; });
  for (const ServerError& error : sandbox->leave(runner.take_created())) {
    ++report.failed;
    report.failures.push_back({0, "(cleaning up)", "  + " + error.to_string() + "\n"});
  }
  if (options.record) {
    TRY(fs.replace(path, with_recorded_answers(text, runner.answers())));
    // What was compared with the old expectations is of no interest, but an unanswered record is.
    std::erase_if(report.failures,
                  [&](const Failure& failure) { return failure.what.find("error") == std::string::npos; });
    report.failed = report.failures.size();
  }
  return report;
}

int run(const Options& options) {
  const auto fs = system_fs();
  std::vector<std::string> files;
  for (const std::string& path : options.paths) {
    if (const Status found = find_files(*fs, path, files); !found) {
      fmt::print(stderr, "{}\n", found.error().message());
      return 2;
    }
  }
  ReportPrinter printer(options, *fs);
  const auto executor = thread_executor(options.jobs);
  executor->parallel_for(files.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      auto report = run_file(options, *fs, files[i], i);
      printer.add(report ? std::move(*report) : failed_outside_records(files[i], report.error().message()));
    }
  });
  const auto all_passed = printer.finish();
  if (!all_passed) {
    fmt::print(stderr, "{}\n", all_passed.error().message());
    return 2;
  }
  return *all_passed ? 0 : 1;
}

}  // namespace
}  // namespace millrace::slt

int main(int argc, char** argv) {
  const auto options = millrace::slt::parse_options({argv + 1, argv + argc});
  if (!options) {
    fmt::print(stderr, "{}\n\n{}", options.error().message(), millrace::slt::kUsage);
    return 2;
  }
  if (options->help) {
    fmt::print("{}", millrace::slt::kUsage);
    return 0;
  }
  return millrace::slt::run(*options);
}
