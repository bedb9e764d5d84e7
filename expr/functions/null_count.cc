// num_nulls() and num_nonnulls().
#include <algorithm>

#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

int32_t count_nulls(std::span<const std::optional<AnyValue>> values) {
  return static_cast<int32_t>(std::ranges::count_if(values, [](const auto& value) { return !value.has_value(); }));
}

}  // namespace

std::vector<ScalarFunction> null_count_functions() {
  return {
      scalar(
          "num_nulls", [](Variadic<oid::kAny> values) { return count_nulls(values.values); },
          "How many arguments are NULL.", "num_nulls(1, NULL, 2) = 1"),
      scalar(
          "num_nonnulls",
          [](Variadic<oid::kAny> values) {
            return static_cast<int32_t>(values.values.size()) - count_nulls(values.values);
          },
          "How many arguments are not NULL.", "num_nonnulls(1, NULL, 2) = 2"),
  };
}

}  // namespace millrace::expr
