#include "sql/statement/option_reader.h"

#include <fmt/format.h>

#include <charconv>

#include "types/value.h"

namespace millrace::sql {
namespace {

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

SqlError OptionReader::invalid(const ast::SourceOption& option) const {
  const std::string value = option.values.empty() ? "" : option.values[0];
  return SqlError(sqlstate::kInvalidParameterValue,
                  fmt::format("invalid value for option {} of {}: \"{}\"", upper(option.name), what_, value))
      .at(option.value_location);
}

const ast::SourceOption* OptionReader::find(const std::string& name) {
  known_.insert(name);
  for (const ast::SourceOption& option : options_) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

Result<std::optional<std::string>> OptionReader::text(const std::string& name) {
  const ast::SourceOption* option = find(name);
  if (option == nullptr) return std::nullopt;
  if (option->is_secret) {
    return not_supported(fmt::format("SECRET for option {}", upper(name)), "Write the value itself.")
        .at(option->value_location);
  }
  if (option->is_list || option->values.size() != 1) return invalid(*option);
  return option->values[0];
}

Result<std::optional<double>> OptionReader::number(const std::string& name) {
  TRY(const std::optional<std::string> value, text(name));
  if (!value) return std::nullopt;
  double out = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), out);
  if (error != std::errc() || end != value->data() + value->size() || !(out > 0) || out > 1e12)
    return invalid(*find(name));
  return out;
}

Result<std::optional<int64_t>> OptionReader::integer(const std::string& name) {
  TRY(const std::optional<std::string> value, text(name));
  if (!value) return std::nullopt;
  int64_t out = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), out);
  if (error != std::errc() || end != value->data() + value->size() || out < 0) return invalid(*find(name));
  return out;
}

Result<std::optional<int64_t>> OptionReader::interval(const std::string& name) {
  struct Unit {
    std::string_view name;
    double microseconds;
  };
  static constexpr Unit kUnits[] = {
      {"us", 1},  {"microsecond", 1}, {"microseconds", 1}, {"ms", 1e3}, {"millisecond", 1e3}, {"milliseconds", 1e3},
      {"s", 1e6}, {"second", 1e6},    {"seconds", 1e6},    {"m", 60e6}, {"minute", 60e6},     {"minutes", 60e6},
      {"", 1e6}};
  TRY(const std::optional<std::string> value, text(name));
  if (!value) return std::nullopt;
  double amount = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), amount);
  std::string_view unit(end, static_cast<size_t>(value->data() + value->size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : kUnits) {
    if (error == std::errc() && known.name == unit && amount > 0 && amount * known.microseconds < 1e15) {
      return static_cast<int64_t>(amount * known.microseconds);
    }
  }
  return invalid(*find(name));
}

Status OptionReader::finish() const {
  std::set<std::string> seen;
  for (const ast::SourceOption& option : options_) {
    if (!known_.contains(option.name)) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("unrecognized option {} of {}", upper(option.name), what_))
          .at(option.location);
    }
    if (!seen.insert(option.name).second) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("option {} of {} is given twice", upper(option.name), what_))
          .at(option.location);
    }
  }
  return {};
}

}  // namespace millrace::sql
