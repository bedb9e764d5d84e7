#include "expr/functions/json_path_item.h"

#include "types/type_info.h"

namespace millrace::expr {
namespace {

// A scanner over fixed shapes: dd:dd, [+-]dd.
class Shape {
 public:
  explicit Shape(std::string_view text) : text_(text) {}

  bool digits(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (at_ + i >= text_.size() || text_[at_ + i] < '0' || text_[at_ + i] > '9') return false;
    }
    at_ += count;
    return true;
  }
  bool symbol(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // One to six digits behind a point, or nothing.
  bool fraction() {
    if (!symbol('.')) return true;
    size_t count = 0;
    while (digits(1)) ++count;
    return count >= 1 && count <= 6;
  }
  bool at_end() const { return at_ == text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  std::string_view read() const { return text_.substr(0, at_); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

struct Zone {
  std::string text;  // "+03:00"
};

std::optional<Zone> read_zone(std::string_view text) {
  Shape shape(text);
  const bool west = shape.symbol('-');
  if (!west && !shape.symbol('+')) return std::nullopt;
  const std::string_view hours = shape.rest().substr(0, 2);
  if (!shape.digits(2) && !(shape.digits(1) && shape.at_end())) return std::nullopt;
  Zone zone{west ? "-" : "+"};
  zone.text += shape.read().size() == 2 ? "0" + std::string(hours.substr(0, 1)) : std::string(hours);
  zone.text += ':';
  shape.symbol(':');
  if (shape.at_end()) {
    zone.text += "00";
    return zone;
  }
  const std::string_view minutes = shape.rest();
  if (!shape.digits(2) || !shape.at_end()) return std::nullopt;
  zone.text += minutes;
  return zone;
}

std::optional<PathMoment> moment_of(uint32_t type_oid, std::string_view text, std::string_view zone, bool with_date,
                                    const EvalContext& context) {
  const SqlType type = type_of(type_oid);
  Arena arena(64);
  const Result<Slot> slot = type.info().parse(std::string(text) + std::string(zone), type, context.text, arena);
  if (!slot) return std::nullopt;
  // Printed with the zone it was written with.
  const uint32_t local_oid = type_oid == oid::kTimestampTz ? oid::kTimestamp
                             : type_oid == oid::kTimeTz    ? oid::kTime
                                                           : type_oid;
  const SqlType local = type_of(local_oid);
  TextContext iso = context.text;
  iso.date_style = DateStyle::kIso;
  const Result<Slot> local_slot = local.info().parse(text, local, iso, arena);
  if (!local_slot) return std::nullopt;
  PathMoment moment{type, *slot, {}};
  local.info().format(*local_slot, local, iso, moment.text);
  if (with_date) {
    const size_t space = moment.text.find(' ');
    if (space != std::string::npos) moment.text[space] = 'T';
  }
  moment.text += zone;
  return moment;
}

bool has_date(const PathMoment& moment) { return moment.type.oid() != oid::kTime && moment.type.oid() != oid::kTimeTz; }

bool has_zone(const PathMoment& moment) {
  return moment.type.oid() == oid::kTimestampTz || moment.type.oid() == oid::kTimeTz;
}

SqlError needs_zone(const PathMoment& a, const PathMoment& b) {
  const auto name = [](const PathMoment& moment) {
    const std::string text = moment.type.info().name;
    return text;
  };
  return SqlError(sqlstate::kFeatureNotSupported,
                  "cannot convert value from " + name(a) + " to " + name(b) + " without time zone usage")
      .with_hint("Use *_tz() function for time zone support.");
}

// As the type of the other: a date becomes midnight, what has no zone takes the session's.
Result<Slot> converted(const PathMoment& moment, uint32_t target, const EvalContext& context) {
  if (moment.type.oid() == target) return moment.slot;
  const SqlType type = type_of(target);
  std::string text;
  TextContext iso = context.text;
  iso.date_style = DateStyle::kIso;
  moment.type.info().format(moment.slot, moment.type, iso, text);
  Arena arena(64);
  return type.info().parse(text, type, iso, arena);
}

}  // namespace

std::optional<PathMoment> parse_path_moment(std::string_view text, const EvalContext& context) {
  Shape shape(text);
  const bool date = shape.digits(4) && shape.symbol('-') && shape.digits(2) && shape.symbol('-') && shape.digits(2);
  if (date && shape.at_end()) return moment_of(oid::kDate, text, "", true, context);
  if (date && !shape.symbol(' ') && !shape.symbol('T')) return std::nullopt;
  if (!date) shape = Shape(text);
  const std::string_view clock = shape.rest();
  const bool time = shape.digits(2) && shape.symbol(':') && shape.digits(2) && shape.symbol(':') && shape.digits(2);
  // The type's own input takes 24:00:00 and a leap second.
  if (!time || clock.substr(0, 2) > "23" || clock.substr(6, 2) > "59" || !shape.fraction()) return std::nullopt;
  std::string local(shape.read());
  if (date) local[10] = ' ';
  if (shape.at_end()) return moment_of(date ? oid::kTimestamp : oid::kTime, local, "", date, context);
  shape.symbol(' ');
  const auto zone = read_zone(shape.rest());
  if (!zone) return std::nullopt;
  return moment_of(date ? oid::kTimestampTz : oid::kTimeTz, local, zone->text, date, context);
}

Result<std::optional<int>> compare_path_moments(const PathMoment& a, const PathMoment& b, bool time_zones,
                                                const EvalContext& context) {
  if (has_date(a) != has_date(b)) return std::optional<int>();
  if (has_zone(a) != has_zone(b) && !time_zones) return has_zone(b) ? needs_zone(a, b) : needs_zone(b, a);
  uint32_t target = a.type.oid();
  if (a.type.oid() != b.type.oid()) {
    const bool zone = has_zone(a) || has_zone(b);
    if (has_date(a)) {
      target = zone ? oid::kTimestampTz : oid::kTimestamp;
    } else {
      target = oid::kTimeTz;
    }
  }
  TRY(const Slot left, converted(a, target, context));
  TRY(const Slot right, converted(b, target, context));
  const SqlType type = type_of(target);
  return std::optional(type.info().compare(left, right, type));
}

}  // namespace millrace::expr
