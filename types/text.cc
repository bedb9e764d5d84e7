// text.
#include "types/byte_string.h"
#include "types/registry.h"

namespace millrace {
namespace {

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  return Slot::copy_bytes(text, arena);
}

void format(Slot value, SqlType, const TextContext&, std::string& out) { out.append(value.view()); }

Result<Slot> receive(std::string_view bytes, SqlType, Arena& arena) { return Slot::copy_bytes(bytes, arena); }

}  // namespace

TypeInfo text_type() {
  TypeInfo info;
  info.oid = oid::kText;
  info.name = "text";
  info.sql_name = "text";
  info.category = 'S';
  info.preferred = true;
  info.array_oid = 1009;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = append_slot_bytes;
  info.compare = compare_bytes;
  info.hash = hash_slot_bytes;
  info.append_key = append_slot_bytes_key;
  return info;
}

}  // namespace millrace
