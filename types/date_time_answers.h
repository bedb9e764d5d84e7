// For the tests of date and time functions: tables of calls with PostgreSQL 15's answers. Arguments and
// results are texts in DateStyle ISO, MDY; the session's zone is America/New_York. An error's answer
// is its SQLSTATE and message.
#pragma once

#include <gtest/gtest.h>

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "types/date_time.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace millrace::date_time_answers {

struct Case {
  const char* call;
  std::vector<std::string> arguments;
  const char* answer;
};

inline const TimeZone& session_zone() { return *find_time_zone("America/New_York"); }

inline TextContext session() {
  TextContext context;
  context.time_zone = &session_zone();
  return context;
}

template <class T>
T read(const std::string& text) {
  Arena arena;
  const SqlType type = type_of(NativeType<T>::kOid);
  const Result<Slot> slot = type.info().parse(text, type, session(), arena);
  EXPECT_TRUE(slot) << text;
  return slot ? NativeType<T>::load(*slot) : T{};
}
template <>
inline int32_t read<int32_t>(const std::string& text) {
  return std::stoi(text);
}
template <>
inline double read<double>(const std::string& text) {
  return std::stod(text);
}
template <>
inline std::string read<std::string>(const std::string& text) {
  return text;
}

template <class T>
std::string shown(T value) {
  const SqlType type = type_of(NativeType<T>::kOid);
  std::string text;
  type.info().format(NativeType<T>::store(value), type, session(), text);
  return text;
}
inline std::string shown(int32_t value) { return std::to_string(value); }
inline std::string shown(bool value) { return value ? "1" : "0"; }
inline std::string shown(std::strong_ordering order) { return order < 0 ? "-1" : order > 0 ? "1" : "0"; }
template <class T>
std::string shown(std::optional<T> value) {
  return value ? shown(*value) : "NULL";
}
template <class T>
std::string shown(const Result<T>& result) {
  if (result) return shown(*result);
  std::string text = std::string(result.error().state().str()) + " " + result.error().message();
  if (!result.error().hint().empty()) text += " HINT " + result.error().hint();
  return text;
}

// Evaluates a call's arguments, all texts.
using Function = std::function<std::string(const std::vector<std::string>&)>;

// Calls `function` with the arguments read as Arguments.
template <class... Arguments, class F>
Function reading(F function) {
  return [function](const std::vector<std::string>& texts) {
    return [&]<size_t... i>(std::index_sequence<i...>) {
      return shown(function(read<Arguments>(texts[i])...));
    }(std::index_sequence_for<Arguments...>{});
  };
}

template <size_t n>
void expect_answers(const Case (&cases)[n], const std::map<std::string, Function>& functions) {
  for (const Case& c : cases) {
    std::string call = c.call;
    for (const std::string& argument : c.arguments) call += " '" + argument + "'";
    ASSERT_TRUE(functions.contains(c.call)) << call;
    EXPECT_EQ(functions.at(c.call)(c.arguments), c.answer) << call;
  }
}

}  // namespace millrace::date_time_answers
