// array_agg: the values of the group in order, NULLs among them; of arrays, one array with a dimension more.
#include "expr/families.h"
#include "expr/sequence_aggregate.h"
#include "types/array.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

SqlError too_many_elements() {
  return SqlError(sqlstate::kProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)");
}
constexpr size_t kElementsMax = 134217727;

Result<std::optional<Slot>> collect_values(const SequenceCall& call) {
  ArrayBuilder elements(SqlType(*call.result_type.info().element));
  std::optional<SqlError> failed;
  size_t bytes = 0;
  call.rows.visit(0, [&](RowValues values, int64_t weight) {
    const std::optional<Slot>& value = values[0];
    const bool is_long = value && elements.element_type().physical() == Physical::kBytes;
    const size_t each = is_long ? value->view().size() : 0;
    if (static_cast<uint64_t>(weight) > kElementsMax - elements.size()) {
      failed = too_many_elements();
    } else if ((bytes += each * static_cast<size_t>(weight)) > kValueBytesMax) {
      failed = value_too_long();
    }
    for (; weight > 0 && !failed; --weight) value ? elements.append(*value) : elements.append_null();
    return !failed;
  });
  if (failed) return std::move(*failed);
  if (elements.size() == 0) return std::optional<Slot>();
  return std::optional<Slot>(elements.finish(call.arena));
}

// Why `value` cannot stand beside the arrays before it; nothing when it can.
std::optional<SqlError> unfit(const std::optional<Slot>& value, const std::vector<ArrayDimension>& inner,
                              SqlType type) {
  if (!value) return SqlError(sqlstate::kNullValueNotAllowed, "cannot accumulate null arrays");
  const ArrayView array(*value, type);
  if (array.empty()) return SqlError(sqlstate::kArraySubscriptError, "cannot accumulate empty arrays");
  if (!inner.empty() && array.dimensions() != inner) {
    return SqlError(sqlstate::kArraySubscriptError, "cannot accumulate arrays of different dimensionality");
  }
  if (array.dimension_count() >= kMaxArrayDimensions) {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    "number of array dimensions (" + std::to_string(array.dimension_count() + 1) +
                        ") exceeds the maximum allowed (" + std::to_string(kMaxArrayDimensions) + ")");
  }
  return std::nullopt;
}

Result<std::optional<Slot>> collect_arrays(const SequenceCall& call) {
  const SqlType type = call.result_type;
  ArrayBuilder elements(SqlType(*type.info().element));
  std::vector<ArrayDimension> inner;
  std::optional<SqlError> failed;
  int32_t arrays = 0;
  size_t bytes = 0;
  call.rows.visit(0, [&](RowValues values, int64_t weight) {
    failed = unfit(values[0], inner, type);
    if (failed) return false;
    const ArrayView array(*values[0], type);
    inner = array.dimensions();
    if (static_cast<uint64_t>(weight) > (kElementsMax - elements.size()) / array.size()) {
      failed = too_many_elements();
    } else if ((bytes += values[0]->view().size() * static_cast<size_t>(weight)) > kValueBytesMax) {
      failed = value_too_long();
    }
    for (; weight > 0 && !failed; --weight, ++arrays) {
      for (size_t i = 0; i < array.size(); ++i) elements.append_from(array, i);
    }
    return !failed;
  });
  if (failed) return std::move(*failed);
  if (arrays == 0) return std::optional<Slot>();
  inner.insert(inner.begin(), {.length = arrays, .lower_bound = 1});
  return std::optional<Slot>(elements.finish(inner, call.arena));
}

}  // namespace

std::vector<AggregateSpec> array_aggregates() {
  return {
      of_whole_group(sequence_aggregate("array_agg", {oid::kAnyNonArray}, oid::kAnyArray, collect_values,
                                        "The values as an array.",
                                        "(SELECT array_agg(x) FROM generate_series(1, 3) x) = '{1,2,3}'")),
      of_whole_group(sequence_aggregate("array_agg", {oid::kAnyArray}, oid::kAnyArray, collect_arrays,
                                        "The arrays as an array with one dimension more.",
                                        "(SELECT array_agg(ARRAY[x, x]) FROM generate_series(1, 2) x) = "
                                        "'{{1,1},{2,2}}'")),
  };
}

}  // namespace millrace::expr
