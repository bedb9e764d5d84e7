// percentile_cont, percentile_disc and mode: single places of the sorted group. NULLs do not count.
//
//   percentile_disc(p)   the value at place ceil(p n) - 1, from 0
//   percentile_cont(p)   at place p (n - 1), between the two values next to it in proportion
//
// An array of fractions gives an array of the same shape; NULL there gives NULL.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "expr/families.h"
#include "expr/sequence_aggregate.h"
#include "types/array.h"
#include "types/date_time_arithmetic.h"

namespace millrace::expr {
namespace {

constexpr uint32_t kFloat8Array = 1022, kIntervalArray = 1187;

using Answer = Result<std::optional<Slot>>;

std::optional<SqlError> wrong_fraction(double fraction) {
  if (fraction >= 0 && fraction <= 1) return std::nullopt;
  return SqlError(sqlstate::kNumericValueOutOfRange,
                  fmt::format("percentile value {:g} is not between 0 and 1", fraction));
}

// The value at a place, in the arena. REQUIRES: place < count.
Slot value_at(const SequenceCall& call, int64_t place) {
  Slot found;
  call.rows.visit(place, [&](RowValues values, int64_t) {
    found = *values[0];
    if (call.argument_types[0].physical() == Physical::kBytes) found = Slot::copy_bytes(found.view(), call.arena);
    return false;
  });
  return found;
}

// REQUIRES: count > 0, 0 <= fraction <= 1.
Answer discrete(const SequenceCall& call, int64_t count, double fraction) {
  const auto place = static_cast<int64_t>(std::ceil(fraction * static_cast<double>(count))) - 1;
  return std::optional<Slot>(value_at(call, std::clamp<int64_t>(place, 0, count - 1)));
}

double between(double low, double high, double part) { return low + part * (high - low); }

Result<Interval> between(Interval low, Interval high, double part) {
  TRY(const Interval difference, subtract(high, low));
  TRY(const Interval step, multiply(difference, part));
  return add(step, low);
}

template <class T>
Answer continuous(const SequenceCall& call, int64_t count, double fraction) {
  const double place = fraction * static_cast<double>(count - 1);
  const auto low_place = static_cast<int64_t>(std::floor(place));
  const auto high_place = static_cast<int64_t>(std::ceil(place));
  const Slot low = value_at(call, low_place);
  if (low_place == high_place) return std::optional<Slot>(low);
  const Slot high = value_at(call, high_place);
  const Result<T> value =
      between(NativeType<T>::load(low), NativeType<T>::load(high), place - static_cast<double>(low_place));
  if (!value) return value.error();
  return std::optional<Slot>(NativeType<T>::store(*value, call.arena));
}

using OneFraction = Answer (*)(const SequenceCall& call, int64_t count, double fraction);

template <OneFraction kAnswer>
Answer at_fraction(const SequenceCall& call) {
  const Value& direct = call.direct[0];
  if (direct.is_null()) return std::optional<Slot>();
  const double fraction = direct.slot().f64;
  if (auto wrong = wrong_fraction(fraction)) return std::move(*wrong);
  const int64_t count = call.rows.count();
  if (count <= 0) return std::optional<Slot>();
  return kAnswer(call, count, fraction);
}

template <OneFraction kAnswer>
Answer at_fractions(const SequenceCall& call) {
  const Value& direct = call.direct[0];
  const int64_t count = call.rows.count();
  if (direct.is_null() || count <= 0) return std::optional<Slot>();
  const Slot bytes = direct.slot();
  const ArrayView fractions(bytes, direct.type());
  ArrayBuilder values(SqlType(*call.result_type.info().element));
  for (size_t i = 0; i < fractions.size(); ++i) {
    if (fractions.is_null(i)) continue;
    if (auto wrong = wrong_fraction(fractions.element(i).f64)) return std::move(*wrong);
  }
  for (size_t i = 0; i < fractions.size(); ++i) {
    if (fractions.is_null(i)) {
      values.append_null();
      continue;
    }
    TRY(const std::optional<Slot> value, kAnswer(call, count, fractions.element(i).f64));
    values.append(*value);
  }
  return std::optional<Slot>(values.finish(fractions.dimensions(), call.arena));
}

Answer most_frequent(const SequenceCall& call) {
  if (call.rows.count() <= 0) return std::optional<Slot>();
  return std::optional<Slot>(value_at(call, 0));
}

AggregateSpec ordered_set(AggregateSpec row, uint32_t direct_arguments) {
  row.within_group = WithinGroup::kOrderedSet;
  row.direct_arguments = direct_arguments;
  row.skips_nulls = true;
  return row;
}

AggregateSpec percentile(const char* name, uint32_t fraction, uint32_t value, uint32_t result, SequenceRead read,
                         const char* doc, const char* example) {
  return ordered_set(sequence_aggregate(name, {fraction, value}, result, read, doc, example), 1);
}

}  // namespace

std::vector<AggregateSpec> percentile_aggregates() {
  const char* cont = "(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM generate_series(1, 4) x) = 2.5";
  const char* disc = "(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM generate_series(1, 4) x) = 2";
  const char* one = "The value at a fraction of the order, between two values in proportion.";
  const char* many = "The values at fractions of the order, between two values in proportion.";
  AggregateSpec mode =
      ordered_set(sequence_aggregate("mode", {oid::kAnyElement}, oid::kAnyElement, most_frequent,
                                     "The most frequent value, the first of them in the order.",
                                     "(SELECT mode() WITHIN GROUP (ORDER BY x % 3) FROM generate_series(1, 4) x) = 1"),
                  0);
  mode.form = SequenceForm::kByFrequency;
  return {
      percentile("percentile_cont", oid::kFloat8, oid::kFloat8, oid::kFloat8, at_fraction<continuous<double>>, one,
                 cont),
      percentile("percentile_cont", oid::kFloat8, oid::kInterval, oid::kInterval, at_fraction<continuous<Interval>>,
                 one, cont),
      percentile("percentile_cont", kFloat8Array, oid::kFloat8, kFloat8Array, at_fractions<continuous<double>>, many,
                 cont),
      percentile("percentile_cont", kFloat8Array, oid::kInterval, kIntervalArray, at_fractions<continuous<Interval>>,
                 many, cont),
      percentile("percentile_disc", oid::kFloat8, oid::kAnyElement, oid::kAnyElement, at_fraction<discrete>,
                 "The first value at or behind a fraction of the order.", disc),
      percentile("percentile_disc", kFloat8Array, oid::kAnyElement, oid::kAnyArray, at_fractions<discrete>,
                 "The first values at or behind fractions of the order.", disc),
      std::move(mode),
  };
}

}  // namespace millrace::expr
