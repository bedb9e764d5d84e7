// int2, int4, int8.
#include <charconv>

#include "base/hash.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

template <class T>
struct Names;
template <>
struct Names<int16_t> {
  static constexpr const char* kSql = "smallint";
};
template <>
struct Names<int32_t> {
  static constexpr const char* kSql = "integer";
};
template <>
struct Names<int64_t> {
  static constexpr const char* kSql = "bigint";
};

template <class T>
T load(Slot slot) {
  if constexpr (sizeof(T) == 2) return slot.i16;
  if constexpr (sizeof(T) == 4) return slot.i32;
  if constexpr (sizeof(T) == 8) return slot.i64;
}

template <class T>
Slot store(T value) {
  if constexpr (sizeof(T) == 2) return Slot::of_i16(value);
  if constexpr (sizeof(T) == 4) return Slot::of_i32(value);
  if constexpr (sizeof(T) == 8) return Slot::of_i64(value);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// PostgreSQL counts downwards and turns the sign at the end, so a number that is too large is noticed before
// what stands behind it, unless only its sign makes it too large.
template <class T>
bool overflows_while_read(std::string_view number) {
  if (number.starts_with('-')) return true;
  const std::string negative = "-" + std::string(number);
  T value;
  return std::from_chars(negative.data(), negative.data() + negative.size(), value).ec != std::errc{};
}

template <class T>
Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena&) {
  std::string_view digits = text;
  while (!digits.empty() && is_space(digits.front())) digits.remove_prefix(1);
  while (!digits.empty() && is_space(digits.back())) digits.remove_suffix(1);
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool all_read = end == digits.data() + digits.size();
  if (error == std::errc::result_out_of_range && (all_read || overflows_while_read<T>({digits.data(), end}))) {
    return SqlError(sqlstate::kNumericValueOutOfRange,
                    "value \"" + std::string(text) + "\" is out of range for type " + Names<T>::kSql);
  }
  if (error != std::errc{} || !all_read) {
    return SqlError(sqlstate::kInvalidTextRepresentation,
                    "invalid input syntax for type " + std::string(Names<T>::kSql) + ": \"" + std::string(text) + "\"");
  }
  return store<T>(value);
}

template <class T>
void format(Slot value, SqlType, const TextContext&, std::string& out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, load<T>(value));
  out.append(digits, end);
}

template <class T>
Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  TRY(const T value, read_whole<T>(bytes));
  return store<T>(value);
}

template <class T>
void send(Slot value, SqlType, std::string& out) {
  append_big_endian(load<T>(value), out);
}

template <class T>
int compare(Slot a, Slot b, SqlType) {
  return load<T>(a) < load<T>(b) ? -1 : load<T>(a) > load<T>(b);
}

template <class T>
uint64_t hash(Slot value, SqlType) {
  return hash_int(static_cast<uint64_t>(int64_t{load<T>(value)}));
}

template <class T>
void append_key(Slot value, SqlType, std::string& out) {
  append_ordered(load<T>(value), out);
}

template <class T>
TypeInfo integer_type(uint32_t type_oid, const char* name, uint32_t array_oid, Physical physical) {
  TypeInfo info;
  info.oid = type_oid;
  info.name = name;
  info.sql_name = Names<T>::kSql;
  info.physical = physical;
  info.length = sizeof(T);
  info.category = 'N';
  info.array_oid = array_oid;
  info.parse = parse<T>;
  info.format = format<T>;
  info.receive = receive<T>;
  info.send = send<T>;
  info.compare = compare<T>;
  info.hash = hash<T>;
  info.append_key = append_key<T>;
  return info;
}

}  // namespace

TypeInfo int2_type() { return integer_type<int16_t>(oid::kInt2, "int2", 1005, Physical::kInt16); }
TypeInfo int4_type() { return integer_type<int32_t>(oid::kInt4, "int4", 1007, Physical::kInt32); }
TypeInfo int8_type() { return integer_type<int64_t>(oid::kInt8, "int8", 1016, Physical::kInt64); }

}  // namespace millrace
