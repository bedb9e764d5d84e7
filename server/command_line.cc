#include "server/command_line.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "server/settings.h"
#include "server/version.h"
#include "server/wiring.h"

namespace millrace::server {
namespace {

void say_error(const SqlError& error) {
  fmt::print(stderr, "millrace: {}\n", error.message());
  if (!error.detail().empty()) fmt::print(stderr, "  {}\n", error.detail());
  if (!error.hint().empty()) fmt::print(stderr, "  {}\n", error.hint());
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

void end_at_once(int signal) { ::_exit(128 + signal); }

// Blocked in every thread from the start, fetched by the main thread. After the first one, another ends the
// process at once.
class Signals {
 public:
  Signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }
  bool wait(int64_t wait_ns) {
    if (stopping_) return true;
    const sigset_t set = stop_signals();
    const timespec time{wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
    if (sigtimedwait(&set, nullptr, &time) <= 0) return false;
    stopping_ = true;
    std::signal(SIGTERM, end_at_once);
    std::signal(SIGINT, end_at_once);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    return true;
  }

 private:
  bool stopping_ = false;
};

int run_server(const std::vector<std::string>& arguments) {
  umask(077);
  prctl(PR_SET_DUMPABLE, 0);  // passwords are in memory: no core dumps
  Signals signals;
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
  const auto fs = system_fs();
  const Result<Settings> settings = load_settings(arguments, environment, *fs);
  if (!settings) {
    say_error(settings.error());
    return 2;
  }
  configure_log(settings->log_level, settings->log_format);
  const Status served = serve(*settings, [&](int64_t wait_ns) { return signals.wait(wait_ns); });
  if (served) return 0;
  say_error(served.error());
  return 1;
}

}  // namespace

std::string help_text() {
  std::string text =
      "Millrace keeps SQL views up to date while their inputs change.\n\n"
      "usage: millrace serve --data-dir DIR [--SETTING VALUE ...]\n"
      "       millrace --help | --version\n\n"
      "Settings, also MILLRACE_NAME in the environment and `name = value` in the config file:\n"
      "  --config FILE\n      A TOML file with settings. The environment wins over it, and flags over both.\n";
  for (const Setting& setting : settings_table()) {
    text += fmt::format("  --{}{}{}\n      {}{}\n", setting.name, setting.form.empty() ? "" : " ", setting.form,
                        setting.doc, setting.default_text.empty() ? "" : " Default: " + setting.default_text + ".");
  }
  text +=
      "\nSIGTERM or SIGINT stops the server; nothing is lost. A second one ends it at once; nothing that was\n"
      "acknowledged is lost then either.\n";
  return text;
}

int run_command(const std::vector<std::string>& arguments) {
  const std::string command = arguments.empty() ? "" : arguments.front();
  if (command == "serve") {
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    for (const std::string& argument : rest) {
      if (argument == "--help") {
        fmt::print("{}", help_text());
        return 0;
      }
    }
    return run_server(rest);
  }
  if (command == "--help" || command == "help" || command == "-h") {
    fmt::print("{}", help_text());
    return 0;
  }
  if (command == "--version" || command == "version") {
    fmt::print("millrace {}\n", kVersion);
    return 0;
  }
  fmt::print(stderr, "{}usage: millrace serve --data-dir DIR ...; millrace --help says more\n",
             command.empty() ? "" : fmt::format("millrace: there is no command \"{}\"\n", command));
  return 2;
}

}  // namespace millrace::server
