// Parts of arrays and arrays of one value: a[1:2], trim_array, array_fill.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/array.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using Array = Any<oid::kAnyArray>;
using NewArray = InArena<oid::kAnyArray>;
constexpr uint32_t kInt4Array = 1007;
using Int4Array = Any<kInt4Array>;

// The bounds of each dimension in turn, lower and upper; bit i of `given` is set when bound i is written. A written
// bound that is NULL makes the slice NULL.
std::optional<NewArray> slice(const Array& array, int32_t given, std::span<const std::optional<AnyValue>> bounds,
                              Arena& arena) {
  std::vector<SliceBounds> slices(bounds.size() / 2);
  for (size_t i = 0; i < bounds.size(); ++i) {
    if ((given >> i & 1) == 0) continue;
    if (!bounds[i]) return std::nullopt;
    (i % 2 == 0 ? slices[i / 2].lower : slices[i / 2].upper) = bounds[i]->slot.i32;
  }
  return NewArray{array_slice(ArrayView(array.slot, array.type), slices, arena)};
}

Result<NewArray> trimmed(const Array& array, int32_t count, Arena& arena) {
  const ArrayView view(array.slot, array.type);
  const ArrayDimension outer = view.empty() ? ArrayDimension{0, 1} : view.dimension(0);
  if (count < 0 || count > outer.length) {
    return SqlError(sqlstate::kArraySubscriptError,
                    "number of elements to trim must be between 0 and " + std::to_string(outer.length));
  }
  SliceBounds kept;
  kept.upper = outer.lower_bound + outer.length - count - 1;
  return NewArray{array_slice(view, {&kept, 1}, arena)};
}

Result<std::vector<int32_t>> numbers_of(const Int4Array& array, const char* kind, const char* detail) {
  const ArrayView view(array.slot, array.type);
  if (view.dimension_count() > 1) {
    return SqlError(sqlstate::kArraySubscriptError, "wrong number of array subscripts").with_detail(detail);
  }
  std::vector<int32_t> numbers;
  for (size_t i = 0; i < view.size(); ++i) {
    if (view.is_null(i)) return SqlError(sqlstate::kNullValueNotAllowed, std::string(kind) + " values cannot be null");
    numbers.push_back(view.element(i).i32);
  }
  return numbers;
}

Result<NewArray> filled(SqlType type, const std::optional<AnyElement>& value, const std::optional<Int4Array>& lengths,
                        const std::optional<Int4Array>& lower_bounds, Arena& arena) {
  if (!lengths || !lower_bounds) {
    return SqlError(sqlstate::kNullValueNotAllowed, "dimension array or low bound array cannot be null");
  }
  TRY(const std::vector<int32_t> length, numbers_of(*lengths, "dimension", "Dimension array must be one dimensional."));
  TRY(const std::vector<int32_t> lower,
      numbers_of(*lower_bounds, "dimension", "Dimension array must be one dimensional."));
  ArrayBuilder builder(SqlType(*type.info().element));
  if (length.empty()) return NewArray{builder.finish(arena)};
  if (length.size() > kMaxArrayDimensions) {
    return SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(length.size()) +
                                                         ") exceeds the maximum allowed (" +
                                                         std::to_string(kMaxArrayDimensions) + ")");
  }
  if (!lower.empty() && lower.size() != length.size()) {
    return SqlError(sqlstate::kArraySubscriptError, "wrong number of array subscripts")
        .with_detail("Low bound array has different size than dimensions array.");
  }
  std::vector<ArrayDimension> dimensions;
  for (size_t i = 0; i < length.size(); ++i) {
    if (length[i] < 0) return SqlError(sqlstate::kProgramLimitExceeded, "array size exceeds the maximum allowed");
    dimensions.push_back({length[i], lower.empty() ? 1 : lower[i]});
  }
  TRY(const size_t size, array_size(dimensions));
  if (size == 0) return NewArray{builder.finish(arena)};
  if (value) {
    const Physical physical = builder.element_type().physical();
    const size_t each =
        physical == Physical::kBytes ? value->slot.bytes.size() + sizeof(uint32_t) : physical_bytes(physical);
    if (size > kValueBytesMax / each) return value_too_long();
  }
  for (size_t i = 0; i < size; ++i) value ? builder.append(value->slot) : builder.append_null();
  return NewArray{builder.finish(dimensions, arena)};
}

}  // namespace

std::vector<ScalarFunction> array_part_functions() {
  return {
      scalar(
          "[:]",
          [](ResultArena arena, Array array, int32_t given, Variadic<oid::kInt4> bounds) {
            return slice(array, given, bounds.values, arena.arena);
          },
          "What a[1:2] stands for.", "(SELECT (ARRAY[1, 2, 3])[2:3]) = ARRAY[2, 3]"),
      scalar(
          "trim_array",
          [](ResultArena arena, Array array, int32_t count) { return trimmed(array, count, arena.arena); },
          "Without its last elements.", "trim_array(ARRAY[1, 2, 3, 4], 2) = ARRAY[1, 2]"),
      scalar(
          "array_fill",
          [](ResultType type, ResultArena arena, std::optional<AnyElement> value, std::optional<Int4Array> lengths) {
            ArrayBuilder empty(type_of(oid::kInt4));
            const Slot none = empty.finish(arena.arena);
            return filled(type.type, value, lengths, Int4Array{none, type_of(kInt4Array)}, arena.arena);
          },
          "An array of these lengths, each element the value.", "array_fill(7, ARRAY[2]) = ARRAY[7, 7]"),
      scalar(
          "array_fill",
          [](ResultType type, ResultArena arena, std::optional<AnyElement> value, std::optional<Int4Array> lengths,
             std::optional<Int4Array> lower_bounds) {
            return filled(type.type, value, lengths, lower_bounds, arena.arena);
          },
          "The same with lower bounds.", "array_fill(7, ARRAY[2], ARRAY[3])::text = '[3:4]={7,7}'"),
  };
}

}  // namespace millrace::expr
