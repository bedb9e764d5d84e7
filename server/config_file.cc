#include "server/config_file.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

namespace millrace::server {

Result<std::vector<std::pair<std::string, std::string>>> read_config(std::string_view contents,
                                                                     const std::string& path) {
  const toml::parse_result parsed = toml::parse(contents);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [key, node] : parsed.table()) {
    std::string value;
    if (const auto* text = node.as_string()) {
      value = text->get();
    } else if (const auto* number = node.as_integer()) {
      value = std::to_string(number->get());
    } else if (const auto* flag = node.as_boolean()) {
      value = flag->get() ? "true" : "false";
    } else {
      return SqlError(sqlstate::kInvalidParameterValue,
                      fmt::format("{}:{}: \"{}\" is neither text nor a whole number nor true or false", path,
                                  node.source().begin.line, key.str()));
    }
    values.emplace_back(key.str(), std::move(value));
  }
  return values;
}

}  // namespace millrace::server
