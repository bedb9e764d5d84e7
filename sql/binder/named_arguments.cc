#include "sql/binder/named_arguments.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "expr/signature.h"

namespace millrace::sql {
namespace {

using expr::ExprPtr;

// The functions whose parameters PostgreSQL names, in order; those after `required` have the default '0'.
struct Parameters {
  std::string_view function;
  std::vector<std::string_view> names;
  size_t required;
};

const std::vector<Parameters>& table() {
  static const std::vector<Parameters> kTable{
      {"make_date", {"year", "month", "day"}, 3},
      {"make_interval", {"years", "months", "weeks", "days", "hours", "mins", "secs"}, 0},
      {"make_time", {"hour", "min", "sec"}, 3},
      {"make_timestamp", {"year", "month", "mday", "hour", "min", "sec"}, 6},
      {"make_timestamptz", {"year", "month", "mday", "hour", "min", "sec", "timezone"}, 6},
      {"regexp_count", {"string", "pattern", "start", "flags"}, 2},
      {"regexp_instr", {"string", "pattern", "start", "N", "endoption", "flags", "subexpr"}, 2},
      {"regexp_like", {"string", "pattern", "flags"}, 2},
      {"regexp_match", {"string", "pattern", "flags"}, 2},
      {"regexp_replace", {"string", "pattern", "replacement", "start", "N", "flags"}, 3},
      {"regexp_substr", {"string", "pattern", "start", "N", "flags", "subexpr"}, 2},
  };
  return kTable;
}

// Only make_interval() has more defaults than overloads.
bool has_defaults(const Parameters& parameters) { return parameters.required == 0; }

SqlError no_such_function(const std::string& function, const std::vector<ExprPtr>& arguments,
                          const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < arguments.size(); ++i) {
    list += i > 0 ? ", " : "";
    if (!names[i].empty()) list += names[i] + " => ";
    list += arguments[i]->type().to_string();
  }
  return SqlError(sqlstate::kUndefinedFunction, "function " + function + "(" + list + ") does not exist")
      .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.");
}

ExprPtr default_value() { return expr::make_constant(Value(type_of(oid::kUnknown), Slot::of_bytes("0"))); }

}  // namespace

Result<std::vector<ExprPtr>> order_named_arguments(const std::string& function, std::vector<ExprPtr> arguments,
                                                   const std::vector<std::string>& names) {
  const auto found = std::ranges::find(table(), function, &Parameters::function);
  if (found == table().end()) return no_such_function(function, arguments, names);
  std::vector<ExprPtr> ordered(found->names.size());
  size_t count = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const size_t place =
        names[i].empty() ? i : static_cast<size_t>(std::ranges::find(found->names, names[i]) - found->names.begin());
    if (place >= ordered.size() || ordered[place] != nullptr) return no_such_function(function, arguments, names);
    ordered[place] = arguments[i];
    count = std::max(count, place + 1);
  }
  if (count < found->required) return no_such_function(function, arguments, names);
  ordered.resize(count);
  for (ExprPtr& argument : ordered) {
    if (argument != nullptr) continue;
    if (!has_defaults(*found)) return no_such_function(function, arguments, names);
    argument = default_value();
  }
  return ordered;
}

}  // namespace millrace::sql
