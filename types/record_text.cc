#include "types/record_text.h"

#include <algorithm>

#include "types/record.h"

namespace millrace {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

SqlError malformed(std::string_view text, const char* detail) {
  return SqlError(sqlstate::kInvalidTextRepresentation, "malformed record literal: \"" + std::string(text) + "\"")
      .with_detail(detail);
}

// Up to the comma or parenthesis that ends the field; quotes may begin and end anywhere in it.
Result<std::string> read_field(std::string_view text, std::string_view& rest) {
  std::string field;
  bool quoted = false;
  while (true) {
    if (rest.empty()) return malformed(text, "Unexpected end of input.");
    const char c = rest.front();
    if (!quoted && (c == ',' || c == ')')) return field;
    rest.remove_prefix(1);
    if (c == '\\') {
      if (rest.empty()) return malformed(text, "Unexpected end of input.");
      field += rest.front();
      rest.remove_prefix(1);
    } else if (c != '"') {
      field += c;
    } else if (quoted && rest.starts_with('"')) {
      field += '"';
      rest.remove_prefix(1);
    } else {
      quoted = !quoted;
    }
  }
}

bool needs_quotes(std::string_view text) {
  return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
           return c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || is_space(c);
         });
}

}  // namespace

Result<Slot> parse_record(std::string_view text, SqlType type, const TextContext& context, Arena& arena) {
  const std::vector<CompositeField>& fields = type.info().fields;
  std::vector<Slot> values(fields.size());
  std::vector<const Slot*> present(fields.size(), nullptr);
  Arena scratch;
  std::string_view rest = text;
  skip_space(rest);
  if (!rest.starts_with('(')) return malformed(text, "Missing left parenthesis.");
  rest.remove_prefix(1);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) {
      if (!rest.starts_with(',')) return malformed(text, "Too few columns.");
      rest.remove_prefix(1);
    }
    if (rest.starts_with(',') || rest.starts_with(')')) continue;  // nothing at all: NULL
    TRY(const std::string field, read_field(text, rest));
    TRY(values[i], fields[i].type.info().parse(field, fields[i].type, context, scratch));
    present[i] = &values[i];
  }
  if (!rest.starts_with(')')) return malformed(text, "Too many columns.");
  rest.remove_prefix(1);
  skip_space(rest);
  if (!rest.empty()) return malformed(text, "Junk after right parenthesis.");
  return make_record(present, type, arena);
}

void format_record(Slot value, SqlType type, const TextContext& context, std::string& out) {
  const RecordView record(value, type);
  out += '(';
  for (size_t i = 0; i < record.size(); ++i) {
    if (i > 0) out += ',';
    if (record.is_null(i)) continue;
    const size_t start = out.size();
    record.field_type(i).info().format(record.field(i), record.field_type(i), context, out);
    if (!needs_quotes(std::string_view(out).substr(start))) continue;
    const std::string plain = out.substr(start);
    out.resize(start);
    out += '"';
    for (const char c : plain) {
      if (c == '"' || c == '\\') out += c;
      out += c;
    }
    out += '"';
  }
  out += ')';
}

}  // namespace millrace
