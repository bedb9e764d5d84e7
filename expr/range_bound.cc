#include "expr/range_bound.h"

#include <cmath>

#include "types/date_time_arithmetic.h"
#include "types/numeric.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

bool is_integer(uint32_t type) { return type == oid::kInt2 || type == oid::kInt4 || type == oid::kInt8; }

template <class T>
T as(Slot slot) {
  return NativeType<T>::load(slot);
}

Interval interval_of(const Value& value) { return as<Interval>(value.slot()); }

int64_t integer_of(SqlType type, Slot slot) {
  switch (type.oid()) {
    case oid::kInt2: return slot.i16;
    case oid::kInt4: return slot.i32;
    default: return slot.i64;
  }
}

template <class T>
std::optional<int64_t> fitting(Int128 sum) {
  if (sum < std::numeric_limits<T>::min() || sum > std::numeric_limits<T>::max()) return std::nullopt;
  return static_cast<int64_t>(sum);
}

std::optional<Slot> integer_bound(const RangeBound& bound, Slot value) {
  const Int128 offset = integer_of(bound.offset.type(), bound.offset.slot());
  const Int128 base = integer_of(bound.type, value);
  const Int128 sum = bound.subtract ? base - offset : base + offset;
  switch (bound.type.oid()) {
    case oid::kInt2:
      if (const auto fits = fitting<int16_t>(sum)) return Slot::of_i16(static_cast<int16_t>(*fits));
      return std::nullopt;
    case oid::kInt4:
      if (const auto fits = fitting<int32_t>(sum)) return Slot::of_i32(static_cast<int32_t>(*fits));
      return std::nullopt;
    default:
      if (const auto fits = fitting<int64_t>(sum)) return Slot::of_i64(*fits);
      return std::nullopt;
  }
}

// NaN is its own neighbour alone; infinities that cancel leave everything within reach.
double float_bound(const RangeBound& bound, double base) {
  if (std::isnan(base)) return base;
  const double offset = bound.offset.slot().f64;
  const double sum = bound.subtract ? base - offset : base + offset;
  if (!std::isnan(sum)) return sum;
  return bound.less ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

// The float nearest to `sum` from the inside of the frame.
float to_float(double sum, bool less) {
  const auto rounded = static_cast<float>(sum);
  if (std::isnan(sum) || rounded == sum) return rounded;
  if (less && rounded > sum) return std::nextafterf(rounded, -std::numeric_limits<float>::infinity());
  if (!less && rounded < sum) return std::nextafterf(rounded, std::numeric_limits<float>::infinity());
  return rounded;
}

std::optional<Slot> numeric_bound(const RangeBound& bound, Slot value, Arena& arena) {
  const Numeric base = numeric::load(value.bytes);
  const Numeric offset = numeric::load(bound.offset.slot().bytes);
  if (base.is_nan()) return value;
  const auto sum = bound.subtract ? numeric::subtract(base, offset) : numeric::add(base, offset);
  if (!sum) return std::nullopt;
  if (sum->is_nan()) {
    return Slot(numeric::store(Numeric::infinity(bound.less ? 1 : -1), arena));
  }
  return Slot(numeric::store(*sum, arena));
}

template <class T>
std::optional<Slot> stored(const Result<T>& sum, Arena& arena) {
  if (!sum) return std::nullopt;
  return NativeType<T>::store(*sum, arena);
}

// A date is the midnight it begins with.
std::optional<Slot> date_bound(const RangeBound& bound, Slot value) {
  const Interval offset = interval_of(bound.offset);
  const Date base = as<Date>(value);
  if (base == Date::infinity() || base == Date::minus_infinity()) return value;
  const auto sum = bound.subtract ? subtract(base, offset) : add(base, offset);
  if (!sum) return std::nullopt;
  int64_t days = sum->micros / kMicrosPerDay;
  const int64_t rest = sum->micros % kMicrosPerDay;
  if (rest < 0) --days;
  if (rest != 0 && !bound.less) ++days;
  return Slot::of_i32(static_cast<int32_t>(days));
}

// Not round the clock: only the offset's hours count, and 00:00 has no time before it.
std::optional<int64_t> time_bound(const RangeBound& bound, int64_t base) {
  const Int128 offset = interval_of(bound.offset).micros;
  return fitting<int64_t>(bound.subtract ? base - offset : base + offset);
}

}  // namespace

std::optional<SqlType> range_offset_type(SqlType column, SqlType offset) {
  switch (column.oid()) {
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8:
      if (is_integer(offset.oid())) return offset.without_typmod();
      return offset.oid() == oid::kUnknown ? std::optional(column) : std::nullopt;
    case oid::kFloat4:
    case oid::kFloat8: return type_of(oid::kFloat8);
    case oid::kNumeric: return type_of(oid::kNumeric);
    case oid::kDate:
    case oid::kTime:
    case oid::kTimeTz:
    case oid::kTimestamp:
    case oid::kTimestampTz:
    case oid::kInterval: return type_of(oid::kInterval);
    default: return std::nullopt;
  }
}

Status check_range_offset(const Value& offset) {
  const Slot slot = offset.slot();
  bool negative = false;
  switch (offset.type().oid()) {
    case oid::kInt2:
    case oid::kInt4:
    case oid::kInt8: negative = integer_of(offset.type(), slot) < 0; break;
    case oid::kFloat8: negative = !(slot.f64 >= 0); break;
    case oid::kNumeric: {
      const Numeric value = numeric::load(slot.bytes);
      negative = value.is_nan() || value.is_negative();
      break;
    }
    default: negative = interval_of(offset).comparable_micros() < 0; break;
  }
  if (!negative) return {};
  return SqlError(kInvalidFrameOffset, "invalid preceding or following size in window function");
}

std::optional<Slot> range_bound(const RangeBound& bound, Slot value, const TimeZone& zone, Arena& arena) {
  switch (bound.type.oid()) {
    case oid::kFloat4: return Slot::of_f32(to_float(float_bound(bound, value.f32), bound.less));
    case oid::kFloat8: return Slot::of_f64(float_bound(bound, value.f64));
    case oid::kNumeric: return numeric_bound(bound, value, arena);
    case oid::kDate: return date_bound(bound, value);
    case oid::kTime: {
      const auto sum = time_bound(bound, value.i64);
      return sum ? std::optional(Slot::of_i64(*sum)) : std::nullopt;
    }
    case oid::kTimeTz: {
      auto time = as<TimeTz>(value);
      const auto sum = time_bound(bound, time.micros);
      if (!sum) return std::nullopt;
      time.micros = *sum;
      return NativeType<TimeTz>::store(time, arena);
    }
    case oid::kTimestamp: {
      const auto base = as<Timestamp>(value);
      if (!base.is_finite()) return value;
      const Interval offset = interval_of(bound.offset);
      return stored(bound.subtract ? subtract(base, offset) : add(base, offset), arena);
    }
    case oid::kTimestampTz: {
      const auto base = as<TimestampTz>(value);
      if (!base.is_finite()) return value;
      const Interval offset = interval_of(bound.offset);
      return stored(bound.subtract ? subtract(base, offset, zone) : add(base, offset, zone), arena);
    }
    case oid::kInterval: {
      const auto base = as<Interval>(value);
      const Interval offset = interval_of(bound.offset);
      return stored(bound.subtract ? subtract(base, offset) : add(base, offset), arena);
    }
    default: return integer_bound(bound, value);
  }
}

}  // namespace millrace::expr
