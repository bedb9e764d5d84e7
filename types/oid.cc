// oid and the reg* types: an unsigned 32-bit number, which the reg* types write as the name of the
// object it belongs to, when the catalog (TextContext::names) knows one.
#include <charconv>

#include "base/hash.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

uint32_t load(Slot slot) { return static_cast<uint32_t>(slot.i32); }
Slot store(uint32_t value) { return Slot::of_i32(static_cast<int32_t>(value)); }

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// As strtoul() reads it into 64 bits, where a minus sign counts down from 2^64; then the upper half must repeat
// the lower half's sign or be zero.
Result<Slot> parse_oid(std::string_view text, SqlType, const TextContext&, Arena&) {
  const auto out_of_range = [&] {
    return SqlError(sqlstate::kNumericValueOutOfRange,
                    "value \"" + std::string(text) + "\" is out of range for type oid");
  };
  std::string_view digits = text;
  while (!digits.empty() && is_space(digits.front())) digits.remove_prefix(1);
  while (!digits.empty() && is_space(digits.back())) digits.remove_suffix(1);
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return out_of_range();
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    return SqlError(sqlstate::kInvalidTextRepresentation,
                    "invalid input syntax for type oid: \"" + std::string(text) + "\"");
  }
  if (negative) value = -value;
  const auto low = static_cast<uint32_t>(value);
  if (value != low && value != static_cast<uint64_t>(static_cast<int32_t>(low))) return out_of_range();
  return store(low);
}

void format_oid(Slot value, SqlType, const TextContext&, std::string& out) { out += std::to_string(load(value)); }

// No object at all is written "-", but for operators, where that is a name; there it is 0.
bool has_dash(SqlType type) { return type.oid() != oid::kRegoper && type.oid() != oid::kRegoperator; }

// Digits are the oid itself, everything else is a name.
Result<Slot> parse_name(std::string_view text, SqlType type, const TextContext& context, Arena& arena) {
  if (text == "-" && has_dash(type)) return store(0);
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    return parse_oid(text, type, context, arena);
  }
  if (context.names == nullptr) {
    return SqlError(sqlstate::kUndefinedObject, type.info().name + " \"" + std::string(text) + "\" does not exist");
  }
  TRY(const uint32_t object, context.names->oid_of(type.oid(), text));
  return store(object);
}

void format_name(Slot value, SqlType type, const TextContext& context, std::string& out) {
  if (load(value) == 0) {
    out += has_dash(type) ? '-' : '0';
    return;
  }
  std::string name;
  if (context.names != nullptr) name = context.names->name_of(type.oid(), load(value));
  out += name.empty() ? std::to_string(load(value)) : name;
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  TRY(const uint32_t value, read_whole<uint32_t>(bytes));
  return store(value);
}

void append_big_endian_oid(Slot value, SqlType, std::string& out) { append_big_endian(load(value), out); }

int compare(Slot a, Slot b, SqlType) { return load(a) < load(b) ? -1 : load(a) > load(b); }
uint64_t hash(Slot value, SqlType) { return hash_int(load(value)); }

TypeInfo reg_type(uint32_t type_oid, const char* name, uint32_t array_oid) {
  TypeInfo info = oid_type();
  info.oid = type_oid;
  info.name = info.sql_name = name;
  info.preferred = false;
  info.array_oid = array_oid;
  info.parse = parse_name;
  info.format = format_name;
  return info;
}

}  // namespace

TypeInfo oid_type() {
  TypeInfo info;
  info.oid = oid::kOid;
  info.name = "oid";
  info.sql_name = "oid";
  info.physical = Physical::kInt32;
  info.length = 4;
  info.category = 'N';
  info.preferred = true;
  info.array_oid = 1028;
  info.parse = parse_oid;
  info.format = format_oid;
  info.receive = receive;
  info.send = append_big_endian_oid;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_big_endian_oid;
  return info;
}

TypeInfo regproc_type() { return reg_type(oid::kRegproc, "regproc", 1008); }
TypeInfo regprocedure_type() { return reg_type(oid::kRegprocedure, "regprocedure", 2207); }
TypeInfo regoper_type() { return reg_type(oid::kRegoper, "regoper", 2208); }
TypeInfo regoperator_type() { return reg_type(oid::kRegoperator, "regoperator", 2209); }
TypeInfo regclass_type() { return reg_type(oid::kRegclass, "regclass", 2210); }
TypeInfo regtype_type() { return reg_type(oid::kRegtype, "regtype", 2211); }
TypeInfo regconfig_type() { return reg_type(oid::kRegconfig, "regconfig", 3735); }
TypeInfo regnamespace_type() { return reg_type(oid::kRegnamespace, "regnamespace", 4090); }
TypeInfo regrole_type() { return reg_type(oid::kRegrole, "regrole", 4097); }
TypeInfo regcollation_type() { return reg_type(oid::kRegcollation, "regcollation", 4192); }

}  // namespace millrace
