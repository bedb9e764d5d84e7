#include "expr/functions/json_value.h"

#include "types/array.h"
#include "types/date_time.h"
#include "types/json.h"
#include "types/json_parser.h"
#include "types/record.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

std::string text_of(const Slot& slot, SqlType type, const TextContext& context) {
  std::string text;
  type.info().format(slot, type, context, text);
  return text;
}

// ISO 8601 whatever the session's DateStyle: "2020-01-02T03:04:05+01:00".
std::string iso_text(const Slot& slot, SqlType type, TextContext context) {
  context.date_style = DateStyle::kIso;
  std::string text = text_of(slot, type, context);
  if (type.oid() == oid::kDate) return text;
  const size_t space = text.find(' ');
  if (space == std::string::npos) return text;  // infinity
  text[space] = 'T';
  const size_t zone = text.find_first_of("+-", space);
  if (type.oid() == oid::kTimestampTz && zone != std::string::npos && text.find(':', zone) == std::string::npos) {
    const size_t end = text.find(' ', zone);  // before " BC"
    text.insert(end == std::string::npos ? text.size() : end, ":00");
  }
  return text;
}

bool is_json_number(std::string_view text) {
  return text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;  // not NaN, not Infinity
}

bool is_iso(uint32_t type) { return type == oid::kDate || type == oid::kTimestamp || type == oid::kTimestampTz; }

// PostgreSQL's classes: numeric types but not oid and money.
bool is_number(uint32_t type) {
  return type == oid::kInt2 || type == oid::kInt4 || type == oid::kInt8 || type == oid::kFloat4 ||
         type == oid::kFloat8 || type == oid::kNumeric;
}

// Takes events and writes JSON text without spaces.
class TextWriter {
 public:
  TextWriter(std::string& out, bool lines) : out_(out), lines_(lines) {}
  Status begin_object() { return open('{'); }
  Status end_object() { return close('}'); }
  Status begin_array() { return open('['); }
  Status end_array() { return close(']'); }
  Status key(std::string_view name) {
    comma();
    append_json_string(name, out_);
    out_ += ':';
    fresh_ = true;
    return {};
  }
  Status string(std::string_view text) {
    comma();
    append_json_string(text, out_);
    return {};
  }
  Status number(std::string_view text) { return verbatim(text); }
  Status boolean(bool value) { return verbatim(value ? "true" : "false"); }
  Status null() { return verbatim("null"); }
  Status json(std::string_view text) { return verbatim(text); }
  Status jsonb(JsonbView value) {
    comma();
    append_jsonb_text(value, out_);
    return {};
  }

 private:
  void comma() {
    if (!fresh_) out_ += lines_ && depth_ == 1 ? ",\n " : ",";
    fresh_ = false;
  }
  Status verbatim(std::string_view text) {
    comma();
    out_ += text;
    return {};
  }
  Status open(char c) {
    comma();
    out_ += c;
    fresh_ = true;
    ++depth_;
    return {};
  }
  Status close(char c) {
    out_ += c;
    fresh_ = false;
    --depth_;
    return {};
  }

  std::string& out_;
  const bool lines_;
  int depth_ = 0;
  bool fresh_ = true;  // nothing before the next value that a comma would part it from
};

class TreeWriter {
 public:
  explicit TreeWriter(JsonbBuilder& out) : out_(out) {}
  Status begin_object() { return out_.begin_object(); }
  Status end_object() { return out_.end_object(); }
  Status begin_array() { return out_.begin_array(); }
  Status end_array() { return out_.end_array(); }
  Status key(std::string_view name) { return out_.key(name); }
  Status string(std::string_view text) { return out_.string(text); }
  Status number(std::string_view text) { return out_.number(text); }
  Status boolean(bool value) { return out_.boolean(value); }
  Status null() { return out_.null(); }
  Status json(std::string_view text) { return parse_json(text, out_); }
  Status jsonb(JsonbView value) { return out_.append(value); }

 private:
  JsonbBuilder& out_;
};

template <class Writer>
Status write(const Slot* slot, SqlType type, const EvalContext& context, Writer& out);

// Dimension `depth` of an array, from element `at` on.
template <class Writer>
Status write_array(const ArrayView& array, int depth, size_t& at, const EvalContext& context, Writer& out) {
  TRY(out.begin_array());
  const int32_t length = array.empty() ? 0 : array.dimension(depth).length;
  for (int32_t i = 0; i < length; ++i) {
    if (depth + 1 < array.dimension_count()) {
      TRY(write_array(array, depth + 1, at, context, out));
      continue;
    }
    const Slot element = array.is_null(at) ? Slot() : array.element(at);
    TRY(write(array.is_null(at) ? nullptr : &element, array.element_type(), context, out));
    ++at;
  }
  return out.end_array();
}

template <class Writer>
Status write_record(const RecordView& record, SqlType type, const EvalContext& context, Writer& out) {
  TRY(out.begin_object());
  for (size_t i = 0; i < record.size(); ++i) {
    TRY(out.key(type.info().fields[i].name));
    const Slot field = record.is_null(i) ? Slot() : record.field(i);
    TRY(write(record.is_null(i) ? nullptr : &field, record.field_type(i), context, out));
  }
  return out.end_object();
}

template <class Writer>
Status write(const Slot* slot, SqlType type, const EvalContext& context, Writer& out) {
  if (slot == nullptr) return out.null();
  const uint32_t type_oid = type.oid();
  if (type_oid == oid::kBool) return out.boolean(slot->boolean());
  if (type_oid == oid::kJson) return out.json(slot->view());
  if (type_oid == oid::kJsonb) return out.jsonb(JsonbView(slot->view()));
  if (type.info().element != nullptr) {
    size_t at = 0;
    return write_array(ArrayView(*slot, type), 0, at, context, out);
  }
  if (!type.info().fields.empty()) return write_record(RecordView(*slot, type), type, context, out);
  if (is_iso(type_oid)) return out.string(iso_text(*slot, type, context.text));
  const std::string text = text_of(*slot, type, context.text);
  return is_number(type_oid) && is_json_number(text) ? out.number(text) : out.string(text);
}

}  // namespace

Status append_json_value(const Slot* slot, SqlType type, const EvalContext& context, std::string& out, bool lines) {
  TextWriter writer(out, lines);
  return write(slot, type, context, writer);
}

Status append_jsonb_value(const Slot* slot, SqlType type, const EvalContext& context, JsonbBuilder& out) {
  TreeWriter writer(out);
  return write(slot, type, context, writer);
}

Result<std::string> json_key(const Slot& slot, SqlType type, const EvalContext& context) {
  if (type.info().element != nullptr || !type.info().fields.empty() || type.oid() == oid::kJson ||
      type.oid() == oid::kJsonb) {
    return SqlError(sqlstate::kInvalidParameterValue, "key value must be scalar, not array, composite, or json");
  }
  if (type.oid() == oid::kBool) return std::string(slot.boolean() ? "true" : "false");
  if (is_iso(type.oid())) return iso_text(slot, type, context.text);
  return text_of(slot, type, context.text);
}

}  // namespace millrace::expr
