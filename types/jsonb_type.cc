// jsonb as a row of the type table: order, hash, key and the forms for clients.
#include "base/hash.h"
#include "types/byte_string.h"
#include "types/jsonb.h"
#include "types/registry.h"
#include "types/wire_order.h"

namespace millrace {
namespace {

constexpr char kWireVersion = 1;

const TypeInfo& numeric_info() {
  static const TypeInfo& info = type_of(oid::kNumeric).info();
  return info;
}

template <class T>
int order(T a, T b) {
  return a < b ? -1 : a > b;
}

int compare_strings(std::string_view a, std::string_view b) { return order(a.compare(b), 0); }

int compare_nested(JsonbView a, JsonbView b) {
  if (a.kind() != b.kind()) return order(a.kind(), b.kind());
  switch (a.kind()) {
    case JsonbKind::kNull: return 0;
    case JsonbKind::kString: return compare_strings(a.string(), b.string());
    case JsonbKind::kNumber: return numeric_info().compare(a.number(), b.number(), SqlType(numeric_info()));
    case JsonbKind::kBool: return order(a.boolean(), b.boolean());
    case JsonbKind::kArray:
    case JsonbKind::kObject: break;
  }
  if (a.size() != b.size()) return order(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (a.kind() == JsonbKind::kArray) {
      if (const int result = compare_nested(a.element(i), b.element(i))) return result;
    } else {
      if (const int result = compare_strings(a.key(i), b.key(i))) return result;
      if (const int result = compare_nested(a.value(i), b.value(i))) return result;
    }
  }
  return 0;
}

bool is_empty_array(JsonbView value) { return value.kind() == JsonbKind::kArray && value.size() == 0; }

uint64_t hash_jsonb(JsonbView value) {
  const auto kind = static_cast<uint64_t>(value.kind());
  switch (value.kind()) {
    case JsonbKind::kNull: return hash_int(kind);
    case JsonbKind::kString: return hash_combine(kind, hash_bytes(value.string()));
    case JsonbKind::kNumber: return hash_combine(kind, numeric_info().hash(value.number(), SqlType(numeric_info())));
    case JsonbKind::kBool: return hash_combine(kind, hash_int(value.boolean() ? 1 : 0));
    case JsonbKind::kArray:
    case JsonbKind::kObject: break;
  }
  uint64_t result = hash_combine(kind, value.size());
  for (size_t i = 0; i < value.size(); ++i) {
    if (value.kind() == JsonbKind::kArray) {
      result = hash_combine(result, hash_jsonb(value.element(i)));
    } else {
      result = hash_combine(result, hash_bytes(value.key(i)));
      result = hash_combine(result, hash_jsonb(value.value(i)));
    }
  }
  return result;
}

void append_u32(size_t value, std::string& out) { append_big_endian(static_cast<uint32_t>(value), out); }

// The kind, from 1 on, then the content.
void append_nested_key(JsonbView value, std::string& out) {
  out += static_cast<char>(static_cast<int>(value.kind()) + 1);
  switch (value.kind()) {
    case JsonbKind::kNull: return;
    case JsonbKind::kString: append_bytes_key(value.string(), out); return;
    case JsonbKind::kNumber: numeric_info().append_key(value.number(), SqlType(numeric_info()), out); return;
    case JsonbKind::kBool: out += value.boolean() ? '\1' : '\0'; return;
    case JsonbKind::kArray:
      append_u32(value.size(), out);
      for (size_t i = 0; i < value.size(); ++i) append_nested_key(value.element(i), out);
      return;
    case JsonbKind::kObject:
      append_u32(value.size(), out);
      for (size_t i = 0; i < value.size(); ++i) {
        append_bytes_key(value.key(i), out);
        append_nested_key(value.value(i), out);
      }
      return;
  }
}

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  return parse_jsonb(text, arena);
}

void format(Slot value, SqlType, const TextContext&, std::string& out) {
  append_jsonb_text(JsonbView(value.view()), out);
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena& arena) {
  if (bytes.empty()) return SqlError(sqlstate::kProtocolViolation, "no data left in message");
  if (bytes[0] != kWireVersion) {
    return SqlError(sqlstate::kInternalError,
                    "unsupported jsonb version number " + std::to_string(static_cast<uint8_t>(bytes[0])));
  }
  return parse_jsonb(bytes.substr(1), arena);
}

void send(Slot value, SqlType, std::string& out) {
  out += kWireVersion;
  append_jsonb_text(JsonbView(value.view()), out);
}

int compare(Slot a, Slot b, SqlType) { return compare_jsonb(JsonbView(a.view()), JsonbView(b.view())); }

uint64_t hash(Slot value, SqlType) { return hash_jsonb(JsonbView(value.view())); }

void append_key(Slot slot, SqlType, std::string& out) {
  const JsonbView value(slot.view());
  if (is_empty_array(value)) {
    out += '\0';
  } else {
    append_nested_key(value, out);
  }
}

}  // namespace

int compare_jsonb(JsonbView a, JsonbView b) {
  if (is_empty_array(a) || is_empty_array(b)) return order(is_empty_array(b), is_empty_array(a));
  return compare_nested(a, b);
}

TypeInfo jsonb_type() {
  TypeInfo info;
  info.oid = oid::kJsonb;
  info.name = "jsonb";
  info.sql_name = "jsonb";
  info.array_oid = 3807;
  info.bytewise_equality = false;  // 1 = 1.0
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
