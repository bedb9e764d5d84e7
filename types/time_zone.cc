#include "types/time_zone.h"

#include <algorithm>

#include "base/check.h"

namespace millrace {

TimeZone::TimeZone(std::string name, std::vector<LocalTimeType> types, std::vector<Change> changes,
                   std::optional<PosixZone> after)
    : name_(std::move(name)), types_(std::move(types)), changes_(std::move(changes)), after_(std::move(after)) {
  MILLRACE_CHECK(!types_.empty(), "a zone without local time");
  // Without daylight saving the last change's type goes on: no rule needed.
  if (after_ && !after_->daylight) after_.reset();
}

std::optional<int32_t> TimeZone::fixed_seconds_east() const {
  const int32_t first = types_[0].seconds_east;
  const auto differs = [&](const LocalTimeType& type) { return type.seconds_east != first; };
  if (std::any_of(types_.begin(), types_.end(), differs)) return std::nullopt;
  if (after_ && (differs(after_->standard) || (after_->daylight && differs(*after_->daylight)))) return std::nullopt;
  return first;
}

ptrdiff_t TimeZone::change_before(int64_t unix_seconds) const {
  const auto after =
      std::upper_bound(changes_.begin(), changes_.end(), unix_seconds,
                       [](int64_t moment, const Change& change) { return moment < change.unix_seconds; });
  return after - changes_.begin() - 1;
}

const LocalTimeType& TimeZone::at(int64_t unix_seconds) const {
  const ptrdiff_t change = change_before(unix_seconds);
  if (after_ && change == std::ssize(changes_) - 1) {
    // The rule's first change may be long after the table's last, as in a zone that is nothing but a rule.
    return after_->type_at(unix_seconds);
  }
  return types_[change < 0 ? 0 : changes_[static_cast<size_t>(change)].type];
}

const LocalTimeType& TimeZone::at(TimestampTz moment) const { return at(unix_seconds_of(moment.micros)); }

Timestamp TimeZone::to_local(TimestampTz moment) const {
  return Timestamp::of(moment.micros + at(moment).seconds_east * kMicrosPerSecond);
}

std::optional<int64_t> TimeZone::next_change(int64_t unix_seconds) const {
  const auto next = static_cast<size_t>(change_before(unix_seconds) + 1);
  if (next < changes_.size()) return changes_[next].unix_seconds;
  if (!after_) return std::nullopt;
  return after_->next_change(unix_seconds);
}

int32_t TimeZone::seconds_east_of_local(int64_t local_unix_seconds) const {
  // No offset reaches a day and no two changes come within two, so one change at most is in question:
  // the first one later than a day before.
  const int64_t day_before = local_unix_seconds - kSecondsPerDay;
  const int32_t before = at(day_before).seconds_east;
  const std::optional<int64_t> change = next_change(day_before);
  if (!change) return before;
  const int32_t after = at(*change).seconds_east;
  const int64_t moment_before = local_unix_seconds - before;
  const int64_t moment_after = local_unix_seconds - after;
  if (moment_before < *change && moment_after < *change) return before;
  if (moment_before > *change && moment_after >= *change) return after;
  return moment_before > moment_after ? before : after;
}

int32_t TimeZone::seconds_east_of_local(const CivilTime& local) const {
  if (!has_julian_day(local.date)) return 0;
  const int64_t days = to_julian_day(local.date) - kJulianDayOf2000 - kUnixEpochDays;
  return seconds_east_of_local(days * kSecondsPerDay + local.hour * 3600 + local.minute * 60 + local.second);
}

std::optional<int32_t> TimeZone::seconds_east_of_abbreviation(std::string_view abbreviation,
                                                              int64_t unix_seconds) const {
  const ptrdiff_t last = change_before(unix_seconds);
  const auto type_of = [&](ptrdiff_t change) -> const LocalTimeType& {
    return types_[changes_[static_cast<size_t>(change)].type];
  };
  for (ptrdiff_t change = last; change >= 0; --change) {
    if (type_of(change).abbreviation == abbreviation) return type_of(change).seconds_east;
  }
  for (ptrdiff_t change = last + 1; change < std::ssize(changes_); ++change) {
    if (type_of(change).abbreviation == abbreviation) return type_of(change).seconds_east;
  }
  return std::nullopt;
}

}  // namespace millrace
