// date: days since 2000-01-01.
#include "base/hash.h"
#include "types/date_time_input.h"
#include "types/date_time_output.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

using Native = NativeType<Date>;

Result<Slot> parse(std::string_view text, SqlType, const TextContext& context, Arena&) {
  const DateTimeErrors errors{"date", text};
  TRY(const DecodedDateTime decoded, decode_date_time(errors, context, SessionZone::kIgnored));
  switch (decoded.kind) {
    case DecodedDateTime::Kind::kEpoch: return Native::store({kUnixEpochDays});
    case DecodedDateTime::Kind::kInfinity: return Native::store(Date::infinity());
    case DecodedDateTime::Kind::kMinusInfinity: return Native::store(Date::minus_infinity());
    case DecodedDateTime::Kind::kFields: break;
  }
  if (!has_julian_day(decoded.civil.date)) return errors.out_of_range("date");
  const Date date{static_cast<int32_t>(to_julian_day(decoded.civil.date) - kJulianDayOf2000)};
  if (!date.in_range()) return errors.out_of_range("date");
  return Native::store(date);
}

void format(Slot value, SqlType, const TextContext& context, std::string& out) {
  append_date(Native::load(value), context, out);
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  WireReader reader(bytes);
  TRY(const int32_t days, reader.read<int32_t>());
  const Date date{days};
  if (date.is_finite() && !date.in_range()) return SqlError(sqlstate::kDatetimeFieldOverflow, "date out of range");
  TRY(reader.end());
  return Native::store(date);
}

void send(Slot value, SqlType, std::string& out) { append_big_endian(value.i32, out); }

int compare(Slot a, Slot b, SqlType) { return a.i32 < b.i32 ? -1 : a.i32 > b.i32; }

uint64_t hash(Slot value, SqlType) { return hash_int(static_cast<uint64_t>(int64_t{value.i32})); }

void append_key(Slot value, SqlType, std::string& out) { append_ordered(value.i32, out); }

}  // namespace

TypeInfo date_type() {
  TypeInfo info;
  info.oid = oid::kDate;
  info.name = "date";
  info.sql_name = "date";
  info.physical = Physical::kInt32;
  info.length = 4;
  info.category = 'D';
  info.array_oid = 1182;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  return info;
}

}  // namespace millrace
