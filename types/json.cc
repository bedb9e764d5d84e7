#include "types/json.h"

#include <cstdio>

#include "types/byte_string.h"
#include "types/json_parser.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {
namespace {

// Wants to know nothing but whether the text is sound.
struct Validator {
  static constexpr bool kDecode = false;
  Status begin_object() { return {}; }
  Status end_object() { return {}; }
  Status key(std::string_view) { return {}; }
  Status begin_array() { return {}; }
  Status end_array() { return {}; }
  Status string(std::string_view) { return {}; }
  Status number(std::string_view) { return {}; }
  Status boolean(bool) { return {}; }
  Status null() { return {}; }
};

Result<Slot> receive(std::string_view bytes, SqlType, Arena& arena) {
  TRY(check_utf8(bytes));
  Validator validator;
  TRY(parse_json(bytes, validator));
  return Slot::copy_bytes(bytes, arena);
}

Result<Slot> parse(std::string_view text, SqlType type, const TextContext&, Arena& arena) {
  return receive(text, type, arena);
}

}  // namespace

SqlError json_too_deep() {
  return SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
      .with_hint("JSON may be nested at most " + std::to_string(kMaxJsonDepth) + " levels deep.");
}

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<uint8_t>(c) < ' ') {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// No order, as in PostgreSQL; hash and key identify the text, for state that holds whole rows.
TypeInfo json_type() {
  TypeInfo info = text_like_type(oid::kJson, "json", "json", 199);
  info.category = 'U';
  info.parse = parse;
  info.receive = receive;
  info.compare = nullptr;
  return info;
}

}  // namespace millrace
