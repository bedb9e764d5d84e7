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
std::vector<ScalarFunction> float_operators();
std::vector<ScalarFunction> float_functions();
std::vector<ScalarFunction> array_functions();
std::vector<ScalarFunction> array_part_functions();
std::vector<ScalarFunction> json_access_functions();
std::vector<ScalarFunction> json_build_functions();
std::vector<ScalarFunction> json_object_functions();
std::vector<ScalarFunction> json_path_functions();
std::vector<ScalarFunction> json_record_functions();
std::vector<ScalarFunction> json_change_functions();
std::vector<ScalarFunction> numeric_functions();
std::vector<ScalarFunction> string_operators();
std::vector<ScalarFunction> string_functions();
std::vector<ScalarFunction> string_search_functions();
std::vector<ScalarFunction> letter_case_functions();
std::vector<ScalarFunction> like_operators();
std::vector<ScalarFunction> regex_functions();
std::vector<ScalarFunction> date_time_arithmetic();
std::vector<ScalarFunction> date_time_comparison();
std::vector<ScalarFunction> date_time_fields();
std::vector<ScalarFunction> date_time_makers();
std::vector<ScalarFunction> date_time_overlaps();
std::vector<ScalarFunction> date_time_zones();
std::vector<ScalarFunction> session_functions();
std::vector<ScalarFunction> catalog_lookup_functions();
std::vector<ScalarFunction> random_functions();
std::vector<ScalarFunction> sequence_functions();
std::vector<ScalarFunction> binary_string_functions();
std::vector<ScalarFunction> binary_like_operators();
std::vector<ScalarFunction> binary_text_functions();
std::vector<ScalarFunction> hash_functions();
std::vector<ScalarFunction> quoting_functions();
std::vector<ScalarFunction> unicode_functions();
std::vector<ScalarFunction> degree_functions();
std::vector<ScalarFunction> width_bucket_functions();
std::vector<ScalarFunction> formatting_functions();
std::vector<ScalarFunction> size_functions();
std::vector<ScalarFunction> null_count_functions();

std::vector<TableFunction> regex_row_functions();

// expr/casts/
std::vector<CastRow> generic_casts();
std::vector<CastRow> integer_casts();
std::vector<CastRow> float_casts();
std::vector<CastRow> numeric_casts();
std::vector<CastRow> string_casts();
std::vector<CastRow> json_casts();
std::vector<CastRow> date_time_casts();

// expr/aggregates/
std::vector<AggregateSpec> count_aggregates();
std::vector<AggregateSpec> integer_sum_aggregates();
std::vector<AggregateSpec> float_sum_aggregates();
std::vector<AggregateSpec> float_variance_aggregates();
std::vector<AggregateSpec> numeric_sum_aggregates();
std::vector<AggregateSpec> truth_aggregates();
std::vector<AggregateSpec> extreme_aggregates();
std::vector<AggregateSpec> integer_variance_aggregates();
std::vector<AggregateSpec> numeric_variance_aggregates();
std::vector<AggregateSpec> interval_sum_aggregates();
std::vector<AggregateSpec> bitwise_aggregates();
std::vector<AggregateSpec> regression_aggregates();
std::vector<AggregateSpec> array_aggregates();
std::vector<AggregateSpec> string_aggregates();
std::vector<AggregateSpec> percentile_aggregates();
std::vector<AggregateSpec> rank_aggregates();
std::vector<AggregateSpec> json_aggregates();

}  // namespace millrace::expr
