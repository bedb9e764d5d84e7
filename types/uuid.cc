#include "types/uuid.h"

#include "base/hash.h"
#include "types/hex.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

// 32 digits, in braces or not, with a hyphen or none after each four of them.
bool read_uuid(std::string_view text, Uuid& value) {
  const bool braces = text.starts_with('{');
  if (braces) text.remove_prefix(1);
  for (size_t i = 0; i < value.bytes.size(); ++i) {
    if (text.size() < 2) return false;
    const int high = hex_value(text[0]);
    const int low = hex_value(text[1]);
    if (high < 0 || low < 0) return false;
    value.bytes[i] = static_cast<uint8_t>(high << 4 | low);
    text.remove_prefix(2);
    if (i % 2 == 1 && i + 1 < value.bytes.size() && text.starts_with('-')) text.remove_prefix(1);
  }
  return text == (braces ? "}" : "");
}

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  Uuid value;
  if (!read_uuid(text, value)) {
    return SqlError(sqlstate::kInvalidTextRepresentation,
                    "invalid input syntax for type uuid: \"" + std::string(text) + "\"");
  }
  return NativeType<Uuid>::store(value, arena);
}

void format(Slot slot, SqlType, const TextContext&, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  const Uuid value = NativeType<Uuid>::load(slot);
  for (size_t i = 0; i < value.bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[value.bytes[i] >> 4];
    out += kHex[value.bytes[i] & 15];
  }
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  TRY(check_wire_size(bytes, sizeof(Fixed16)));
  Fixed16 fixed;
  std::memcpy(&fixed, bytes.data(), sizeof fixed);
  return Slot::of_fixed(fixed);
}

void append_bytes(Slot value, SqlType, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value.fixed), sizeof value.fixed);
}

int compare(Slot a, Slot b, SqlType) {
  for (int i = 0; i < 2; ++i) {
    const uint64_t left = byte_swap(a.fixed.words[i]);
    const uint64_t right = byte_swap(b.fixed.words[i]);
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

uint64_t hash(Slot value, SqlType) { return hash_combine(hash_int(value.fixed.words[0]), value.fixed.words[1]); }

}  // namespace

TypeInfo uuid_type() {
  TypeInfo info;
  info.oid = oid::kUuid;
  info.name = "uuid";
  info.sql_name = "uuid";
  info.physical = Physical::kFixed16;
  info.length = 16;
  info.array_oid = 2951;
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = append_bytes;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_bytes;
  return info;
}

}  // namespace millrace
