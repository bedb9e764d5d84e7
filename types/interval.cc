// interval: months, days and microseconds. Equal when they are as long with months of 30 days, so "30
// days" = "1 month" though the two stay different values.
#include "base/hash.h"
#include "types/date_time_output.h"
#include "types/interval_input.h"
#include "types/registry.h"
#include "types/time_precision.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

using Native = NativeType<Interval>;

Result<Slot> parse(std::string_view text, SqlType type, const TextContext& context, Arena&) {
  TRY(const Interval interval, parse_interval(text, interval_fields(type.typmod()), context.interval_style));
  return Native::store(apply_interval_typmod(interval, type.typmod()));
}

void format(Slot value, SqlType, const TextContext& context, std::string& out) {
  append_interval(Native::load(value), context.interval_style, out);
}

Result<Slot> receive(std::string_view bytes, SqlType type, Arena&) {
  TRY(check_wire_size(bytes, 16));
  const Interval interval{read_big_endian<int64_t>(bytes), read_big_endian<int32_t>(bytes.substr(8)),
                          read_big_endian<int32_t>(bytes.substr(12))};
  return Native::store(apply_interval_typmod(interval, type.typmod()));
}

void send(Slot value, SqlType, std::string& out) {
  const Interval interval = Native::load(value);
  append_big_endian(interval.micros, out);
  append_big_endian(interval.days, out);
  append_big_endian(interval.months, out);
}

int compare(Slot a, Slot b, SqlType) {
  const __int128 left = Native::load(a).comparable_micros();
  const __int128 right = Native::load(b).comparable_micros();
  return left < right ? -1 : left > right;
}

uint64_t hash(Slot value, SqlType) {
  const __int128 micros = Native::load(value).comparable_micros();
  return hash_combine(hash_int(static_cast<uint64_t>(micros)), static_cast<uint64_t>(micros >> 64));
}

void append_key(Slot value, SqlType, std::string& out) {
  const __int128 micros = Native::load(value).comparable_micros();
  append_ordered(static_cast<int64_t>(micros >> 64), out);
  append_big_endian(static_cast<uint64_t>(micros), out);
}

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool, Arena&) {
  return Native::store(apply_interval_typmod(Native::load(value), typmod));
}

}  // namespace

TypeInfo interval_type() {
  TypeInfo info;
  info.oid = oid::kInterval;
  info.name = "interval";
  info.sql_name = "interval";
  info.physical = Physical::kFixed16;
  info.length = 16;
  info.category = 'T';
  info.preferred = true;
  info.array_oid = 1187;
  info.bytewise_equality = false;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = interval_typmod_from_arguments;
  info.typmod_to_string = interval_typmod_to_string;
  return info;
}

}  // namespace millrace
