// The families of functions: each is one file under expr/functions/, expr/casts/ or expr/aggregates/ that
// ends in the table returned here. function_registry.cc calls them all; nobody else does.
#pragma once

#include <vector>

#include "expr/function_registry.h"

namespace millrace::expr {

// A row of the cast table, with the function it owns (none when binary coercible or through text).
struct CastRow {
  uint32_t source;
  uint32_t target;
  CastContext context;
  CastMethod method;
  ScalarFunction function;
};

// expr/functions/
std::vector<ScalarFunction> comparison_operators();
std::vector<ScalarFunction> integer_operators();
std::vector<ScalarFunction> integer_functions();

// expr/casts/
std::vector<CastRow> generic_casts();
std::vector<CastRow> integer_casts();

// expr/aggregates/
std::vector<AggregateSpec> count_aggregates();

}  // namespace millrace::expr
