#include "tests/functions_agreement/known_differences.h"

#include <string_view>

namespace millrace {
namespace {

// These ask the catalog, and each server has its own.
bool asks_the_catalog(std::string_view name) {
  for (const std::string_view part : {"_privilege", "_is_visible", "_description", "pg_get_", "_size", "pg_has_role",
                                      "pg_tablespace_location", "current_schema", "current_setting", "to_reg"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

// A pattern with what no linear search finds.
bool is_refused_pattern(std::string_view call) {
  for (const std::string_view part : {"\\y", "\\Y", "\\m", "\\M", "(?=", "(?!", "(?<"}) {
    if (call.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

const char* why_not_compared(const expr::Signature& signature) {
  if (signature.volatility == expr::Volatility::kVolatile) return "volatile";
  if (signature.variadic) return "variadic";
  if (signature.arguments.empty()) return "no arguments";
  if (asks_the_catalog(signature.name)) return "asks the catalog";
  return nullptr;
}

const char* why_different(const expr::Signature& signature, const std::string& call, const std::string& ours,
                          const std::string& theirs) {
  const std::string& name = signature.name;
  const bool makes_interval = signature.result == oid::kInterval;
  if (ours == "error 22008" && makes_interval && (name == "age" || name == "make_interval" || name == "-")) {
    return "an interval that is too long is an error here; PostgreSQL 15 wraps round";
  }
  if (name == "width_bucket" && theirs == "-2147483648") {
    return "bounds whose difference is no double: PostgreSQL 15 overflows";
  }
  if (ours == "error 0A000" && is_refused_pattern(call)) {
    return "look-around, back references and word boundaries are refused";
  }
  if (call.find("(a|ab)(c|bcd)(d*)") != std::string::npos && call.find("abcd") != std::string::npos) {
    return "groups share a match out by the first alternative that fits; PostgreSQL takes the longest";
  }
  return nullptr;
}

}  // namespace millrace
