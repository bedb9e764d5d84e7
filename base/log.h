// Structured logging: one event a line, a fixed message and named fields. Text on a terminal, JSON
// for machines. Never a secret, never a user's literal.
//
//   log_info("tick log opened", {{"tick", tick.value()}, {"bytes", size}});
//
// Threads: any. The sink is chosen once, by server/, before the first thread starts.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace millrace {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

// A name and a value already rendered; numbers stay unquoted in JSON.
struct LogField {
  LogField(std::string_view name, std::string_view value) : name(name), value(value), quoted(true) {}
  LogField(std::string_view name, const char* value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, const std::string& value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, bool value) : name(name), value(value ? "true" : "false"), quoted(false) {}
  template <class T>
    requires(std::integral<T> || std::floating_point<T>) && (!std::same_as<T, bool>)
  LogField(std::string_view name, T value) : name(name), value(std::to_string(value)), quoted(false) {}

  std::string_view name;
  std::string value;
  bool quoted;
};

void configure_log(LogLevel lowest, LogFormat format);

void log_event(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::kDebug, message, fields);
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::kInfo, message, fields);
}
inline void log_warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::kWarning, message, fields);
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
  log_event(LogLevel::kError, message, fields);
}

}  // namespace millrace
