#include "expr/typed_lambda.h"

#include "base/check.h"

namespace millrace::expr {

ScalarFunction retyped(ScalarFunction row, std::vector<uint32_t> arguments, uint32_t result) {
  MILLRACE_CHECK(arguments.size() == row.arguments.size(), "retyped with another arity");
  row.arguments = std::move(arguments);
  row.result = result;
  return row;
}

}  // namespace millrace::expr
