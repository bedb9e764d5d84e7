// Text as rows: string_to_table.
#include "expr/row_stream.h"
#include "types/utf8.h"

namespace millrace::expr {
namespace {

// A NULL separator parts every character; an empty one nothing; a field equal to `null_text` is NULL.
Result<RowStreamPtr> open_fields(const TableCall& call) {
  struct Fields {
    std::optional<std::string> text, separator, null_text;
    size_t at = 0;
    bool done = false;

    std::string_view next() {
      const std::string_view rest = std::string_view(*text).substr(at);
      size_t length = rest.size();
      size_t step = length;
      if (!separator) {
        length = step = utf8_prefix_bytes(rest, 1);
        done = length == rest.size();
      } else {
        const size_t found = separator->empty() ? std::string_view::npos : rest.find(*separator);
        done = found == std::string_view::npos;
        if (!done) {
          length = found;
          step = found + separator->size();
        }
      }
      at += step;
      return rest.substr(0, length);
    }
  };
  const auto text_of = [&](size_t index) -> std::optional<std::string> {
    if (index >= call.arguments.size() || call.arguments[index].is_null()) return std::nullopt;
    const Slot slot = call.arguments[index].slot();
    return std::string(slot.view());
  };
  Fields fields{text_of(0), text_of(1), text_of(2)};
  fields.done = !fields.text || fields.text->empty();
  return stream_of([fields = std::move(fields)](DeltaBuilder& out) mutable -> Result<bool> {
    if (fields.done) return false;
    const std::string_view field = fields.next();
    fields.null_text&& field == *fields.null_text ? out.column(0).append_null() : out.column(0).append_bytes(field);
    out.end_row(1);
    return true;
  });
}

TableFunction string_to_table(size_t arguments, const char* doc, const char* example) {
  TableFunction row;
  row.name = "string_to_table";
  row.arguments.assign(arguments, oid::kText);
  row.result = oid::kText;
  row.strict = false;
  row.columns = [](std::span<const SqlType>) -> std::vector<CompositeField> {
    return {{"string_to_table", type_of(oid::kText)}};
  };
  row.open = open_fields;
  row.doc = doc;
  row.example = example;
  return row;
}

}  // namespace

std::vector<TableFunction> text_row_functions() {
  return {
      string_to_table(2, "The fields between separators, row by row.",
                      "(SELECT max(f) FROM string_to_table('a,c,b', ',') f) = 'c'"),
      string_to_table(3, "The same, some text becoming NULL.",
                      "(SELECT count(f) FROM string_to_table('a,c,b', ',', 'c') f) = 2"),
  };
}

}  // namespace millrace::expr
