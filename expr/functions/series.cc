// generate_series over integers, numeric, timestamp and timestamptz.
#include "expr/row_stream.h"
#include "types/date_time_arithmetic.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

SqlError zero_step() { return SqlError(sqlstate::kInvalidParameterValue, "step size cannot equal zero"); }

template <class T>
T argument(const TableCall& call, size_t index) {
  const Slot slot = call.arguments[index].slot();
  return NativeType<T>::load(slot);
}

template <class T>
Result<RowStreamPtr> integers(const TableCall& call) {
  const T stop = argument<T>(call, 1);
  const T step = call.arguments.size() > 2 ? argument<T>(call, 2) : T{1};
  if (step == 0) return zero_step();
  return stream_of([next = argument<T>(call, 0), stop, step, done = false](DeltaBuilder& out) mutable -> Result<bool> {
    if (done || (step > 0 ? next > stop : next < stop)) return false;
    out.column(0).append(next);
    out.end_row(1);
    done = __builtin_add_overflow(next, step, &next);  // the last value of the type ends it too
    return true;
  });
}

Status check_finite(const Numeric& value, const char* what) {
  if (!value.is_nan() && !value.is_infinite()) return {};
  return SqlError(sqlstate::kInvalidParameterValue,
                  std::string(what) + " cannot be " + (value.is_nan() ? "NaN" : "infinity"));
}

Result<RowStreamPtr> numerics(const TableCall& call) {
  const auto start = argument<Numeric>(call, 0);
  const auto stop = argument<Numeric>(call, 1);
  const Numeric step = call.arguments.size() > 2 ? argument<Numeric>(call, 2) : Numeric::from_int(1);
  TRY(check_finite(start, "start value"));
  TRY(check_finite(stop, "stop value"));
  TRY(check_finite(step, "step size"));
  const int sign = numeric::compare(step, Numeric());
  if (sign == 0) return zero_step();
  return stream_of([next = start, stop, step, sign](DeltaBuilder& out) mutable -> Result<bool> {
    if (numeric::compare(next, stop) * sign > 0) return false;
    Arena arena(64);
    TRY(Numeric following, numeric::add(next, step));
    out.column(0).append_slot(NativeType<Numeric>::store(next, arena));
    out.end_row(1);
    next = std::move(following);
    return true;
  });
}

// T: Timestamp or TimestampTz, whose months and days are those of the session's zone.
template <class T>
Result<RowStreamPtr> timestamps(const TableCall& call) {
  const auto stop = argument<T>(call, 1);
  const auto step = argument<Interval>(call, 2);
  const __int128 length = step.comparable_micros();
  if (length == 0) return zero_step();
  const bool forwards = length > 0;
  const TimeZone& zone = zone_or_utc(call.context.text.time_zone);
  return stream_of([next = argument<T>(call, 0), stop, step, forwards, &zone,
                    done = false](DeltaBuilder& out) mutable -> Result<bool> {
    if (done || (forwards ? next > stop : next < stop)) return false;
    const Result<T> following = [&] {
      if constexpr (std::is_same_v<T, TimestampTz>) {
        return add(next, step, zone);
      } else {
        return add(next, step);
      }
    }();
    if (!following) return following.error();
    out.column(0).append(next.micros);
    out.end_row(1);
    done = *following == next;  // infinity
    next = *following;
    return true;
  });
}

template <uint32_t TypeOid>
std::vector<CompositeField> series_column(std::span<const SqlType>) {
  return {{"generate_series", type_of(TypeOid)}};
}

template <uint32_t TypeOid>
TableFunction series(Result<RowStreamPtr> (*open)(const TableCall&), size_t arguments, const char* example) {
  TableFunction row;
  row.name = "generate_series";
  row.arguments.assign(arguments, TypeOid);
  row.result = TypeOid;
  row.columns = series_column<TypeOid>;
  row.open = open;
  row.doc = arguments == 2 ? "From the first to the second, by one." : "From the first to the second, by the third.";
  row.example = example;
  return row;
}

template <uint32_t TypeOid>
TableFunction of_time(Result<RowStreamPtr> (*open)(const TableCall&), Volatility volatility, const char* example) {
  TableFunction row = series<TypeOid>(open, 3, example);
  row.arguments[2] = oid::kInterval;
  row.volatility = volatility;
  return row;
}

}  // namespace

std::vector<TableFunction> series_functions() {
  const char* one = "(SELECT count(*) FROM generate_series(1, 3)) = 3";
  const char* steps = "(SELECT count(*) FROM generate_series(1, 9, 4)) = 3";
  return {
      series<oid::kInt4>(integers<int32_t>, 2, one),
      series<oid::kInt4>(integers<int32_t>, 3, steps),
      series<oid::kInt8>(integers<int64_t>, 2, one),
      series<oid::kInt8>(integers<int64_t>, 3, steps),
      series<oid::kNumeric>(numerics, 2, "(SELECT max(g) FROM generate_series(1.5, 4) g) = 3.5"),
      series<oid::kNumeric>(numerics, 3, "(SELECT max(g) FROM generate_series(1, 2, 0.25) g) = 2"),
      of_time<oid::kTimestamp>(
          timestamps<Timestamp>, Volatility::kImmutable,
          "(SELECT count(*) FROM generate_series(timestamp '2000-01-31', '2000-03-31', '1 month')) = 3"),
      of_time<oid::kTimestampTz>(
          timestamps<TimestampTz>, Volatility::kStable,
          "(SELECT count(*) FROM generate_series(timestamptz '2000-01-01', '2000-01-02', '12 hours')) = 3"),
  };
}

}  // namespace millrace::expr
