// width_bucket(): which of equal buckets, or of buckets between thresholds, a value lies in. The one over numeric
// stands with numeric's functions.
#include <cmath>

#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/array.h"

namespace millrace::expr {
namespace {

SqlError refused(const char* why) { return SqlError(sqlstate::kInvalidArgumentForWidthBucket, why); }

Result<int32_t> width_bucket(double value, double low, double high, int32_t count) {
  if (count <= 0) return refused("count must be greater than zero");
  if (std::isnan(value) || std::isnan(low) || std::isnan(high)) {
    return refused("operand, lower bound, and upper bound cannot be NaN");
  }
  if (std::isinf(low) || std::isinf(high)) return refused("lower and upper bounds must be finite");
  if (low == high) return refused("lower bound cannot equal upper bound");
  // Buckets that count down are those that count up, mirrored.
  const bool down = low > high;
  if (down ? value > low : value < low) return 0;
  if (down ? value <= high : value >= high) {
    if (count == INT32_MAX) return SqlError(sqlstate::kNumericValueOutOfRange, "integer out of range");
    return count + 1;
  }
  const auto bucket = [&](double scale) {
    const double above = down ? low / scale - value / scale : value / scale - low / scale;
    const double size = down ? low / scale - high / scale : high / scale - low / scale;
    return count * above / size + 1;
  };
  // Where PostgreSQL 15 overflows, a smaller scale does not.
  const double exact = bucket(1);
  return static_cast<int32_t>(std::isfinite(exact) ? exact : bucket(static_cast<double>(INT32_MAX) * 4));
}

Result<int32_t> bucket_between(const Slot& value, SqlType type, const ArrayView& thresholds) {
  if (thresholds.has_nulls()) {
    return SqlError(sqlstate::kNullValueNotAllowed, "thresholds array must not contain NULLs");
  }
  if (thresholds.dimension_count() > 1) {
    return SqlError(sqlstate::kArraySubscriptError, "thresholds must be one-dimensional array");
  }
  size_t below = 0, end = thresholds.size();
  while (below < end) {
    const size_t middle = (below + end) / 2;
    if (type.info().compare(value, thresholds.element(middle), type) < 0) {
      end = middle;
    } else {
      below = middle + 1;
    }
  }
  return static_cast<int32_t>(below);
}

}  // namespace

std::vector<ScalarFunction> width_bucket_functions() {
  return {
      scalar(
          "width_bucket",
          [](double value, double low, double high, int32_t count) { return width_bucket(value, low, high, count); },
          "The bucket of a value among equal ones.", "width_bucket(5.35::float8, 0.024, 10.06, 5) = 3"),
      scalar(
          "width_bucket",
          [](Any<oid::kAnyCompatible> value, Any<oid::kAnyCompatibleArray> thresholds) {
            return bucket_between(value.slot, value.type, ArrayView(thresholds.slot, thresholds.type));
          },
          "How many of ascending thresholds are at or below a value.", "width_bucket(5, ARRAY[1, 3, 5, 10]) = 3"),
  };
}

}  // namespace millrace::expr
