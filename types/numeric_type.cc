// numeric's row in the table of types.
#include "types/numeric.h"
#include "types/registry.h"

namespace millrace {
namespace {

Result<Slot> stored(Result<Numeric> value, Arena& arena) {
  if (!value) return std::move(value).error();
  return Slot(numeric::store(*value, arena));
}

Result<Slot> parse(std::string_view text, SqlType type, const TextContext&, Arena& arena) {
  return stored(numeric::parse(text, type.typmod()), arena);
}

void format(Slot value, SqlType, const TextContext&, std::string& out) {
  numeric::format(numeric::load(value.bytes), out);
}

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) {
  return stored(numeric::receive(bytes, type.typmod()), arena);
}

void send(Slot value, SqlType, std::string& out) { numeric::send(numeric::load(value.bytes), out); }

int compare(Slot a, Slot b, SqlType) {
  if (a.bytes == b.bytes) return 0;
  return numeric::compare(numeric::load(a.bytes), numeric::load(b.bytes));
}

uint64_t hash(Slot value, SqlType) { return numeric::hash(numeric::load(value.bytes)); }

void append_key(Slot value, SqlType, std::string& out) { numeric::append_key(numeric::load(value.bytes), out); }

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool, Arena& arena) {
  return stored(numeric::apply_typmod(numeric::load(value.bytes), typmod), arena);
}

}  // namespace

TypeInfo numeric_type() {
  TypeInfo info;
  info.oid = oid::kNumeric;
  info.name = "numeric";
  info.sql_name = "numeric";
  info.physical = Physical::kBytes;
  info.length = -1;
  info.category = 'N';
  info.array_oid = 1231;
  info.bytewise_equality = false;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = numeric::typmod_from_arguments;
  info.typmod_to_string = numeric::typmod_to_string;
  return info;
}

}  // namespace millrace
