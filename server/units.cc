#include "server/units.h"

#include <fmt/format.h>

#include <charconv>
#include <span>

namespace millrace::server {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr Unit kBytes[] = {{"", 1},
                           {"B", 1},
                           {"kB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000},
                           {"KiB", uint64_t{1} << 10},
                           {"MiB", uint64_t{1} << 20},
                           {"GiB", uint64_t{1} << 30},
                           {"TiB", uint64_t{1} << 40}};
constexpr Unit kTimes[] = {
    {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"min", 60'000'000'000}, {"h", 3'600'000'000'000}};

SqlError bad_value(std::string_view text, std::string_view wanted) {
  return SqlError(sqlstate::kInvalidParameterValue, fmt::format("invalid value \"{}\": {}", text, wanted));
}

Result<uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units, uint64_t most,
                                 std::string_view wanted) {
  uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{}) return bad_value(text, wanted);
  std::string_view name = text.substr(static_cast<size_t>(end - text.data()));
  while (name.starts_with(' ')) name.remove_prefix(1);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > most / unit.factor) return bad_value(text, "too large");
    return number * unit.factor;
  }
  return bad_value(text, wanted);
}

}  // namespace

Result<uint64_t> parse_count(std::string_view text) {
  constexpr Unit kOne[] = {{"", 1}};
  return parse_with_unit(text, kOne, UINT64_MAX, "a whole number is wanted");
}

Result<uint64_t> parse_bytes(std::string_view text) {
  return parse_with_unit(text, kBytes, UINT64_MAX, "a size is wanted, such as 4GiB or 512MB");
}

Result<int64_t> parse_duration_ns(std::string_view text) {
  if (text == "0") return 0;
  TRY(const uint64_t ns, parse_with_unit(text, kTimes, INT64_MAX, "a time is wanted, such as 10s, 500ms or 2min"));
  return static_cast<int64_t>(ns);
}

Result<bool> parse_switch(std::string_view text) {
  for (const std::string_view yes : {"true", "on", "yes", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "off", "no", "0"}) {
    if (text == no) return false;
  }
  return bad_value(text, "true or false is wanted");
}

}  // namespace millrace::server
