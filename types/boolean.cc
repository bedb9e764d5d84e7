// bool.
#include <strings.h>

#include "base/hash.h"
#include "types/registry.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

// Any unambiguous prefix of the words is accepted, in any case.
bool is_prefix_of(std::string_view text, std::string_view word, size_t shortest) {
  return text.size() >= shortest && text.size() <= word.size() &&
         strncasecmp(text.data(), word.data(), text.size()) == 0;
}

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena&) {
  std::string_view word = text;
  while (!word.empty() && isspace(static_cast<unsigned char>(word.front()))) word.remove_prefix(1);
  while (!word.empty() && isspace(static_cast<unsigned char>(word.back()))) word.remove_suffix(1);
  if (word == "1" || is_prefix_of(word, "true", 1) || is_prefix_of(word, "yes", 1) || is_prefix_of(word, "on", 2)) {
    return Slot::of_bool(true);
  }
  if (word == "0" || is_prefix_of(word, "false", 1) || is_prefix_of(word, "no", 1) || is_prefix_of(word, "off", 2)) {
    return Slot::of_bool(false);
  }
  return SqlError(sqlstate::kInvalidTextRepresentation,
                  "invalid input syntax for type boolean: \"" + std::string(text) + "\"");
}

void format(Slot value, SqlType, const TextContext&, std::string& out) { out += value.boolean() ? 't' : 'f'; }

Result<Slot> receive(std::string_view bytes, SqlType, Arena&) {
  TRY(const uint8_t value, read_whole<uint8_t>(bytes));
  return Slot::of_bool(value != 0);
}

void send(Slot value, SqlType, std::string& out) { out += value.boolean() ? '\1' : '\0'; }

int compare(Slot a, Slot b, SqlType) { return a.i8 - b.i8; }
uint64_t hash(Slot value, SqlType) { return hash_int(static_cast<uint64_t>(value.i8)); }
void append_key(Slot value, SqlType, std::string& out) { out += static_cast<char>(value.i8); }

}  // namespace

TypeInfo bool_type() {
  TypeInfo info;
  info.oid = oid::kBool;
  info.name = "bool";
  info.sql_name = "boolean";
  info.physical = Physical::kInt8;
  info.length = 1;
  info.category = 'B';
  info.preferred = true;
  info.array_oid = 1000;
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
