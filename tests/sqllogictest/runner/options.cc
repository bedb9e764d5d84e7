#include "tests/sqllogictest/runner/options.h"

#include <charconv>
#include <functional>
#include <map>

namespace millrace::slt {

const char* const kUsage =
    "usage: sqllogictest [OPTION].. FILE.slt | DIRECTORY ..\n"
    "Runs SQL test files against a server that speaks PostgreSQL's protocol.\n"
    "\n"
    "  --url URL             the server (postgresql://millrace@127.0.0.1:6875/millrace)\n"
    "  --engine NAME         millrace (the default) or postgresql\n"
    "  --incremental         make each query a materialized view before its tables get rows, and compare the view\n"
    "  --fresh WAY           how each file starts afresh: database (CREATE DATABASE for each; the default on\n"
    "                        postgresql) or drops (what a file created is dropped after it; on millrace)\n"
    "  --reset-command CMD   give CMD to the shell before each file\n"
    "  --jobs N              files at a time (1); more than one only with --fresh database\n"
    "  --stop-after N        end a file's run after N failures in it\n"
    "  --deadline-ms N       for one statement (60000)\n"
    "  --record              write the answers into the files instead of comparing them\n"
    "  --report FILE         one line a file: path, passed, failed, skipped, through views, unsupported; tabs between\n"
    "  --list-failures FILE  one line a failed record: path:line\n"
    "  --verbose             also name the files that passed and each query that cannot be a view\n"
    "\n"
    "The exit status is 0 when nothing failed, 1 when something did, 2 when the command is not understood.\n";

namespace {

SqlError bad_value(const std::string& option, const std::string& value) {
  return SqlError(sqlstate::kInvalidParameterValue, "invalid value for " + option + ": \"" + value + "\"");
}

template <class Number>
Status set_number(const std::string& option, const std::string& value, Number& target) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), target);
  if (error != std::errc{} || end != value.data() + value.size() || target < 0) return bad_value(option, value);
  return {};
}

Status set_engine(const std::string& value, Options& options) {
  for (const EngineKind engine : {EngineKind::kMillrace, EngineKind::kPostgres}) {
    if (value == name_of(engine)) {
      options.engine = engine;
      return {};
    }
  }
  return bad_value("--engine", value);
}

Status set_fresh(const std::string& value, Options& options) {
  if (value != "database" && value != "drops") return bad_value("--fresh", value);
  options.fresh = value == "database" ? FreshBy::kDatabase : FreshBy::kDrops;
  return {};
}

using Setter = std::function<Status(const std::string& value, Options& options)>;

const std::map<std::string, Setter>& options_with_value() {
  static const auto text = [](std::string Options::* member) {
    return [member](const std::string& value, Options& options) -> Status {
      options.*member = value;
      return {};
    };
  };
  static const auto number = [](const char* name, auto member) {
    return
        [name, member](const std::string& value, Options& options) { return set_number(name, value, options.*member); };
  };
  static const std::map<std::string, Setter> table = {
      {"--url", text(&Options::url)},
      {"--engine", set_engine},
      {"--fresh", set_fresh},
      {"--reset-command", text(&Options::reset_command)},
      {"--jobs", number("--jobs", &Options::jobs)},
      {"--stop-after", number("--stop-after", &Options::stop_after)},
      {"--deadline-ms", number("--deadline-ms", &Options::deadline_ms)},
      {"--report", text(&Options::report_path)},
      {"--list-failures", text(&Options::failures_path)},
  };
  return table;
}

const std::map<std::string, bool Options::*>& flags() {
  static const std::map<std::string, bool Options::*> table = {
      {"--incremental", &Options::incremental},
      {"--record", &Options::record},
      {"--verbose", &Options::verbose},
      {"--help", &Options::help},
  };
  return table;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (!argument.starts_with("--")) {
      options.paths.push_back(argument);
    } else if (const auto flag = flags().find(argument); flag != flags().end()) {
      options.*flag->second = true;
    } else if (const auto option = options_with_value().find(name); option != options_with_value().end()) {
      if (name.size() < argument.size()) {
        TRY(option->second(argument.substr(name.size() + 1), options));
      } else if (i + 1 < arguments.size()) {
        TRY(option->second(arguments[++i], options));
      } else {
        return SqlError(sqlstate::kSyntaxError, name + " needs a value");
      }
    } else {
      return SqlError(sqlstate::kSyntaxError, "unknown option \"" + argument + "\"");
    }
  }
  if (options.help) return options;
  if (options.paths.empty()) return SqlError(sqlstate::kSyntaxError, "no file named");
  if (options.jobs == 0) return bad_value("--jobs", "0");
  if (options.jobs > 1 && options.fresh_by() != FreshBy::kDatabase) {
    return SqlError(sqlstate::kInvalidParameterValue, "--jobs needs --fresh database: files would meet in one");
  }
  if (options.record && options.incremental) {
    return SqlError(sqlstate::kInvalidParameterValue, "--record writes one-shot answers, not with --incremental");
  }
  return options;
}

}  // namespace millrace::slt
