#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

namespace millrace {
namespace {

// Written by hand rather than with spdlog: 60 lines, one write a line, and structured fields, which
// spdlog 1.10 does not have.
std::atomic<LogLevel> lowest_level{LogLevel::kInfo};
std::atomic<LogFormat> log_format{LogFormat::kText};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "";
}

std::string timestamp() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);  // A log line's stamp is for people: not a read of the engine's clock.
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1'000'000);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void configure_log(LogLevel lowest, LogFormat format) {
  lowest_level = lowest;
  log_format = format;
}

void log_event(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  std::string line;
  if (log_format.load(std::memory_order_relaxed) == LogFormat::kJson) {
    line.append("{\"time\":\"").append(timestamp()).append("\",\"level\":\"").append(level_name(level));
    line.append("\",\"message\":");
    append_quoted(line, message);
    for (const LogField& field : fields) {
      line.append(",\"").append(field.name).append("\":");
      if (field.quoted) {
        append_quoted(line, field.value);
      } else {
        line += field.value;
      }
    }
    line += "}\n";
  } else {
    line.append(timestamp()).append(" ").append(level_name(level)).append("  ").append(message);
    for (const LogField& field : fields) {
      line.append("  ").append(field.name).append("=");
      if (field.quoted && field.value.find_first_of(" \"\n") != std::string::npos) {
        append_quoted(line, field.value);
      } else {
        line += field.value;
      }
    }
    line += '\n';
  }
  // One write a line, so that lines of several threads do not mix.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace millrace
