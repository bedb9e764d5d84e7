#include "expr/function_registry.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "base/check.h"
#include "expr/families.h"
#include "expr/postgres_oids.h"

namespace millrace::expr {
namespace {

// One line a family.
// clang-format off
constexpr std::vector<ScalarFunction> (*kScalarFamilies[])() = {
    comparison_operators,
    integer_operators,
    integer_functions,
    float_operators,
    float_functions,
    numeric_functions,
    string_operators,
    string_functions,
    string_search_functions,
    letter_case_functions,
    like_operators,
    regex_functions,
    date_time_arithmetic,
    date_time_comparison,
    date_time_fields,
    date_time_makers,
    date_time_overlaps,
    date_time_zones,
    session_functions,
    catalog_lookup_functions,
    random_functions,
    sequence_functions,
    binary_string_functions,
    binary_like_operators,
    binary_text_functions,
    hash_functions,
    quoting_functions,
    unicode_functions,
    degree_functions,
    width_bucket_functions,
    formatting_functions,
    size_functions,
    null_count_functions,
    array_functions,
    array_part_functions,
    json_access_functions,
    json_build_functions,
    json_record_functions,
    json_object_functions,
    json_path_functions,
    json_change_functions,
};
constexpr std::vector<CastRow> (*kCastFamilies[])() = {
    generic_casts,
    integer_casts,
    float_casts,
    numeric_casts,
    string_casts,
    json_casts,
    date_time_casts,
};
constexpr std::vector<AggregateSpec> (*kAggregateFamilies[])() = {
    count_aggregates,
    integer_sum_aggregates,
    numeric_sum_aggregates,
    float_sum_aggregates,
    float_variance_aggregates,
    truth_aggregates,
    extreme_aggregates,
    integer_variance_aggregates,
    numeric_variance_aggregates,
    interval_sum_aggregates,
    bitwise_aggregates,
    regression_aggregates,
    array_aggregates,
    string_aggregates,
    percentile_aggregates,
    rank_aggregates,
    json_aggregates,
};
constexpr std::vector<TableFunction> (*kTableFamilies[])() = {
    series_functions,
    array_row_functions,
    text_row_functions,
    json_row_functions,
    json_record_row_functions,
    json_path_row_functions,
    regex_row_functions,
};
constexpr std::vector<WindowFunction> (*kWindowFamilies[])() = {
    window_functions,
};
// clang-format on

uint64_t identity(FunctionKind kind, uint32_t oid) { return uint64_t{static_cast<uint8_t>(kind)} << 32 | oid; }

bool by_name(const Candidate& a, const Candidate& b) { return a.signature->name < b.signature->name; }

std::span<const Candidate> named(const std::vector<Candidate>& sorted, std::string_view name) {
  const auto range = std::ranges::equal_range(
      sorted, name, {}, [](const Candidate& candidate) { return std::string_view(candidate.signature->name); });
  return {range.begin(), range.end()};
}

}  // namespace

namespace {

// What f(VARIADIC array) calls.
ScalarFunction with_array(ScalarFunction row) {
  const uint32_t element = row.arguments.back();
  row.arguments.back() = element == oid::kAny ? oid::kAnyArray : type_of(element).info().array_oid;
  row.variadic = false;
  row.name = "VARIADIC " + row.name;
  row.kernel = row.spread_kernel;
  row.strict = false;
  return row;
}

}  // namespace

// Where the rows live: addresses never change.
struct FunctionRegistry::Rows {
  std::deque<ScalarFunction> scalars;
  std::deque<AggregateSpec> aggregates;
  std::deque<TableFunction> tables;
  std::deque<WindowFunction> windows;
  std::unordered_map<uint64_t, Candidate> by_identity;

  void index(const Candidate& candidate) {
    const Signature& signature = *candidate.signature;
    const bool is_new = by_identity.emplace(identity(signature.kind, signature.oid), candidate).second;
    MILLRACE_CHECK(is_new, signature.to_string().c_str());
  }

  const ScalarFunction& add(ScalarFunction row) {
    row.oid = signature_oid(row);
    if (row.variadic) row.with_array = &add(with_array(row));
    const ScalarFunction& kept = scalars.emplace_back(std::move(row));
    index({&kept, &kept, nullptr, nullptr, nullptr});
    return kept;
  }
};

FunctionRegistry::FunctionRegistry() : rows_(new Rows) {
  for (const auto family : kScalarFamilies) {
    for (ScalarFunction& row : family()) {
      const ScalarFunction& kept = rows_->add(std::move(row));
      auto& list = kept.kind == FunctionKind::kOperator ? operators_ : functions_;
      list.push_back({&kept, &kept, nullptr, nullptr, nullptr});
    }
  }
  for (const auto family : kAggregateFamilies) {
    for (AggregateSpec& row : family()) {
      row.kind = FunctionKind::kAggregate;
      row.oid = signature_oid(row);
      const AggregateSpec& kept = rows_->aggregates.emplace_back(std::move(row));
      functions_.push_back({&kept, nullptr, &kept, nullptr, nullptr});
      rows_->index(functions_.back());
    }
  }
  for (const auto family : kTableFamilies) {
    for (TableFunction& row : family()) {
      row.kind = FunctionKind::kTable;
      row.oid = signature_oid(row);
      const TableFunction& kept = rows_->tables.emplace_back(std::move(row));
      functions_.push_back({&kept, nullptr, nullptr, &kept, nullptr});
      rows_->index(functions_.back());
    }
  }
  for (const auto family : kWindowFamilies) {
    for (WindowFunction& row : family()) {
      row.kind = FunctionKind::kWindow;
      row.oid = signature_oid(row);
      const WindowFunction& kept = rows_->windows.emplace_back(std::move(row));
      functions_.push_back({&kept, nullptr, nullptr, nullptr, &kept});
      rows_->index(functions_.back());
    }
  }
  for (const auto family : kCastFamilies) {
    for (CastRow& row : family()) {
      const ScalarFunction* function = nullptr;
      if (row.method == CastMethod::kFunction) {
        row.function.kind = FunctionKind::kCast;
        function = &rows_->add(std::move(row.function));
      }
      if (row.source == oid::kAny) continue;  // found by name: expr/conversion_functions.h
      casts_.push_back({row.source, row.target, row.context, row.method, function});
    }
  }
  std::ranges::stable_sort(functions_, by_name);
  std::ranges::stable_sort(operators_, by_name);
  std::ranges::sort(casts_, {}, [](const Cast& cast) { return std::pair(cast.source, cast.target); });
}

FunctionRegistry::~FunctionRegistry() = default;

const FunctionRegistry& FunctionRegistry::instance() {
  static const FunctionRegistry registry;
  return registry;
}

std::span<const Candidate> FunctionRegistry::candidates(std::string_view name) const { return named(functions_, name); }
std::span<const Candidate> FunctionRegistry::operators(std::string_view name) const { return named(operators_, name); }

const Cast* FunctionRegistry::find_cast(uint32_t source, uint32_t target) const {
  const std::pair key(source, target);
  const auto at =
      std::ranges::lower_bound(casts_, key, {}, [](const Cast& c) { return std::pair(c.source, c.target); });
  return at != casts_.end() && at->source == source && at->target == target ? &*at : nullptr;
}

const ScalarFunction* FunctionRegistry::find_scalar(FunctionKind kind, uint32_t oid) const {
  const auto found = rows_->by_identity.find(identity(kind, oid));
  return found == rows_->by_identity.end() ? nullptr : found->second.scalar;
}

const AggregateSpec* FunctionRegistry::find_aggregate(uint32_t oid) const {
  const auto found = rows_->by_identity.find(identity(FunctionKind::kAggregate, oid));
  return found == rows_->by_identity.end() ? nullptr : found->second.aggregate;
}

const TableFunction* FunctionRegistry::find_table_function(uint32_t oid) const {
  const auto found = rows_->by_identity.find(identity(FunctionKind::kTable, oid));
  return found == rows_->by_identity.end() ? nullptr : found->second.table;
}

const WindowFunction* FunctionRegistry::find_window_function(uint32_t oid) const {
  const auto found = rows_->by_identity.find(identity(FunctionKind::kWindow, oid));
  return found == rows_->by_identity.end() ? nullptr : found->second.window;
}

}  // namespace millrace::expr
