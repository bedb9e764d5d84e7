// Dates and times as C++ values: what a SQL value of these types is made of, in PostgreSQL's own units
// and epoch (2000-01-01), so that the binary wire form is these integers.
//
// The extreme integers stand for -infinity and infinity; they compare as their integers do. An
// interval has no infinity (PostgreSQL 15).
#pragma once

#include <cstdint>
#include <limits>

#include "types/native_type.h"

namespace millrace {

inline constexpr int64_t kMicrosPerMilli = 1'000;
inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr int64_t kSecondsPerDay = 86'400;
// An interval's month and year when they must be days.
inline constexpr int64_t kDaysPerMonth = 30;
inline constexpr int32_t kMonthsPerYear = 12;

inline constexpr int64_t kUnixEpochDays = -10'957;  // 1970-01-01 counted from 2000-01-01
inline constexpr int64_t kUnixEpochMicros = kUnixEpochDays * kMicrosPerDay;

struct Date {
  int32_t days = 0;  // since 2000-01-01

  static constexpr Date infinity() { return {std::numeric_limits<int32_t>::max()}; }
  static constexpr Date minus_infinity() { return {std::numeric_limits<int32_t>::min()}; }
  // From 4714-11-24 BC, Julian day 0, up to 5874897-12-31.
  static constexpr int32_t kMinDays = -2'451'545;
  static constexpr int32_t kEndDays = 2'145'031'949;  // first day past the range
  constexpr bool is_finite() const { return *this != infinity() && *this != minus_infinity(); }
  constexpr bool in_range() const { return days >= kMinDays && days < kEndDays; }
  constexpr auto operator<=>(const Date&) const = default;
};

struct Time {
  int64_t micros = 0;  // since midnight, 0 .. 24:00:00 inclusive
  constexpr auto operator<=>(const Time&) const = default;
};

// Ordered by the moment it names, then by zone, greater west (see compare()).
struct TimeTz {
  int64_t micros = 0;        // local time since midnight
  int32_t seconds_west = 0;  // of UTC: +01:00 is -3600
  constexpr bool operator==(const TimeTz&) const = default;
  constexpr int64_t utc_micros() const { return micros + seconds_west * kMicrosPerSecond; }
};

// Both kinds of timestamp; they differ in what the microseconds count.
template <class Self>
struct TimestampBase {
  int64_t micros = 0;

  static constexpr Self infinity() { return {{std::numeric_limits<int64_t>::max()}}; }
  static constexpr Self minus_infinity() { return {{std::numeric_limits<int64_t>::min()}}; }
  static constexpr Self of(int64_t micros) { return {{micros}}; }
  // Julian day 0 up to, not including, 294277-01-01.
  static constexpr int64_t kMinMicros = -211'813'488'000'000'000;
  static constexpr int64_t kEndMicros = 9'223'371'331'200'000'000;
  constexpr bool is_finite() const {
    return micros != std::numeric_limits<int64_t>::max() && micros != std::numeric_limits<int64_t>::min();
  }
  constexpr bool in_range() const { return micros >= kMinMicros && micros < kEndMicros; }
  constexpr auto operator<=>(const TimestampBase&) const = default;
};

// A reading of a calendar and a clock on the wall, no zone: microseconds since 2000-01-01 00:00.
struct Timestamp : TimestampBase<Timestamp> {
  constexpr auto operator<=>(const Timestamp&) const = default;
};

// A moment: microseconds since 2000-01-01 00:00 UTC.
struct TimestampTz : TimestampBase<TimestampTz> {
  constexpr auto operator<=>(const TimestampTz&) const = default;
};

// Three counts that do not convert into each other, until compared: then a month is 30 days of 24 h.
struct Interval {
  int64_t micros = 0;
  int32_t days = 0;
  int32_t months = 0;

  constexpr __int128 comparable_micros() const {
    return static_cast<__int128>(months * kDaysPerMonth + days) * kMicrosPerDay + micros;
  }
  // The same three fields; SQL's = is equality of comparable_micros().
  constexpr bool operator==(const Interval&) const = default;
};

template <>
struct NativeType<Date> {
  static constexpr uint32_t kOid = oid::kDate;
  static Date load(Slot slot) { return {slot.i32}; }
  static Slot store(Date value) { return Slot::of_i32(value.days); }
  static Slot store(Date value, Arena&) { return store(value); }
};

template <>
struct NativeType<Time> {
  static constexpr uint32_t kOid = oid::kTime;
  static Time load(Slot slot) { return {slot.i64}; }
  static Slot store(Time value) { return Slot::of_i64(value.micros); }
  static Slot store(Time value, Arena&) { return store(value); }
};

template <>
struct NativeType<TimeTz> {
  static constexpr uint32_t kOid = oid::kTimeTz;
  static TimeTz load(Slot slot) {
    return {static_cast<int64_t>(slot.fixed.words[0]), static_cast<int32_t>(slot.fixed.words[1])};
  }
  static Slot store(TimeTz value) {
    return Slot::of_fixed({{static_cast<uint64_t>(value.micros), static_cast<uint32_t>(value.seconds_west)}});
  }
  static Slot store(TimeTz value, Arena&) { return store(value); }
};

template <>
struct NativeType<Timestamp> {
  static constexpr uint32_t kOid = oid::kTimestamp;
  static Timestamp load(Slot slot) { return Timestamp::of(slot.i64); }
  static Slot store(Timestamp value) { return Slot::of_i64(value.micros); }
  static Slot store(Timestamp value, Arena&) { return store(value); }
};

template <>
struct NativeType<TimestampTz> {
  static constexpr uint32_t kOid = oid::kTimestampTz;
  static TimestampTz load(Slot slot) { return TimestampTz::of(slot.i64); }
  static Slot store(TimestampTz value) { return Slot::of_i64(value.micros); }
  static Slot store(TimestampTz value, Arena&) { return store(value); }
};

template <>
struct NativeType<Interval> {
  static constexpr uint32_t kOid = oid::kInterval;
  static Interval load(Slot slot) {
    const uint64_t counts = slot.fixed.words[1];
    return {static_cast<int64_t>(slot.fixed.words[0]), static_cast<int32_t>(counts),
            static_cast<int32_t>(counts >> 32)};
  }
  static Slot store(Interval value) {
    const uint64_t counts = static_cast<uint64_t>(static_cast<uint32_t>(value.months)) << 32;
    return Slot::of_fixed({{static_cast<uint64_t>(value.micros), counts | static_cast<uint32_t>(value.days)}});
  }
  static Slot store(Interval value, Arena&) { return store(value); }
};

}  // namespace millrace
