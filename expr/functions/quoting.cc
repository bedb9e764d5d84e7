// Values and names as SQL writes them: quote_*(), parse_ident(), format().
#include <charconv>

#include "expr/families.h"
#include "expr/functions/built_array.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"
#include "types/identifier.h"
#include "types/type_info.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Values = std::span<const std::optional<AnyValue>>;

std::string quote_literal(string_view text) {
  std::string result = text.find('\\') != string_view::npos ? "E'" : "'";
  for (const char c : text) result.append(c == '\'' || c == '\\' ? 2 : 1, c);
  return result + "'";
}

std::string text_of(Slot slot, SqlType type, const EvalContext& context) {
  std::string text;
  type.info().format(slot, type, context.text, text);
  return text;
}

Result<BuiltArray<kTextArray>> parse_ident(string_view text, bool strict) {
  TRY(const std::vector<std::string> names, parse_identifiers(text, strict));
  ArrayBuilder array(type_of(oid::kText));
  for (const std::string& name : names) array.append(Slot::of_bytes(name));
  return BuiltArray<kTextArray>::of(array);
}

SqlError invalid(std::string message) { return SqlError(sqlstate::kInvalidParameterValue, std::move(message)); }
SqlError out_of_range() { return SqlError(sqlstate::kNumericValueOutOfRange, "number is out of range"); }
constexpr const char* kPercentHint = "For a single \"%\" use \"%%\".";
SqlError unterminated() { return invalid("unterminated format() type specifier").with_hint(kPercentHint); }

// One conversion of format(): %[position$][-][width]type.
struct Conversion {
  int32_t position = 0;         // 0: the next argument
  int32_t width_position = -1;  // 0: the next argument, -1: the width is written
  int32_t width = 0;
  bool left = false;
};

class Formatter {
 public:
  Formatter(string_view format, Values values, const EvalContext& context)
      : format_(format), values_(values), context_(context) {}

  Result<std::string> run() {
    for (; at_ < format_.size(); ++at_) {
      if (format_[at_] != '%') {
        out_ += format_[at_];
        continue;
      }
      TRY(advance());
      if (format_[at_] == '%') {
        out_ += '%';
        continue;
      }
      TRY(Conversion conversion, read_conversion());
      const char type = format_[at_];
      if (type != 's' && type != 'I' && type != 'L') {
        const string_view character = take_characters(format_.substr(at_), 1);
        return invalid("unrecognized format() type specifier \"" + std::string(character) + "\"")
            .with_hint(kPercentHint);
      }
      if (conversion.width_position >= 0) TRY(take_width(conversion));
      TRY(const std::optional<AnyValue>* value, take(conversion.position));
      TRY(append(*value, type, conversion));
    }
    return std::move(out_);
  }

 private:
  Status advance() {
    if (++at_ >= format_.size()) return unterminated();
    return {};
  }

  Result<std::optional<int32_t>> read_number() {
    int64_t number = 0;
    bool found = false;
    for (; format_[at_] >= '0' && format_[at_] <= '9'; found = true) {
      number = number * 10 + (format_[at_] - '0');
      if (number > INT32_MAX) return out_of_range();
      TRY(advance());
    }
    return found ? std::optional(static_cast<int32_t>(number)) : std::nullopt;
  }

  static Status check_position(int32_t position) {
    if (position == 0) return invalid("format specifies argument 0, but arguments are numbered from 1");
    return {};
  }

  Result<Conversion> read_conversion() {
    Conversion result;
    TRY(const std::optional<int32_t> first, read_number());
    if (first && format_[at_] != '$') {
      result.width = *first;
      return result;
    }
    if (first) {
      result.position = *first;
      TRY(check_position(*first));
      TRY(advance());
    }
    while (format_[at_] == '-') {
      result.left = true;
      TRY(advance());
    }
    if (format_[at_] == '*') {
      TRY(advance());
      TRY(const std::optional<int32_t> position, read_number());
      result.width_position = position.value_or(0);
      if (position) {
        if (format_[at_] != '$') return invalid("width argument position must be ended by \"$\"");
        TRY(check_position(*position));
        TRY(advance());
      }
    } else {
      TRY(const std::optional<int32_t> width, read_number());
      result.width = width.value_or(0);
    }
    return result;
  }

  Result<const std::optional<AnyValue>*> take(int32_t position) {
    if (position > 0) next_ = static_cast<size_t>(position) - 1;
    if (next_ >= values_.size()) return invalid("too few arguments for format()");
    return &values_[next_++];
  }

  Status take_width(Conversion& conversion) {
    TRY(const std::optional<AnyValue>* value, take(conversion.width_position));
    if (!*value) return {};
    const std::string text = text_of((*value)->slot, (*value)->type, context_);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), conversion.width);
    if (error == std::errc::result_out_of_range) {
      return SqlError(sqlstate::kNumericValueOutOfRange, "value \"" + text + "\" is out of range for type integer");
    }
    if (error != std::errc{} || end != text.data() + text.size()) {
      return SqlError(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type integer: \"" + text + "\"");
    }
    return {};
  }

  Status append(const std::optional<AnyValue>& value, char type, const Conversion& conversion) {
    std::string text;
    if (!value) {
      if (type == 'I') {
        return SqlError(sqlstate::kNullValueNotAllowed, "null values cannot be formatted as an SQL identifier");
      }
      text = type == 'L' ? "NULL" : "";
    } else {
      text = text_of(value->slot, value->type, context_);
      if (type == 'I') text = quote_identifier(text);
      if (type == 'L') text = quote_literal(text);
    }
    if (conversion.width == INT32_MIN) return out_of_range();
    const auto width = static_cast<size_t>(std::abs(conversion.width));
    const size_t length = utf8_length(text);
    const size_t missing = width > length ? width - length : 0;
    if (out_.size() + text.size() + missing > kValueBytesMax) return value_too_long();
    const std::string padding(missing, ' ');
    out_ += conversion.left || conversion.width < 0 ? text + padding : padding + text;
    return {};
  }

  const string_view format_;
  const Values values_;
  const EvalContext& context_;
  size_t at_ = 0;
  size_t next_ = 0;
  std::string out_;
};

}  // namespace

std::vector<ScalarFunction> quoting_functions() {
  const auto formatted = [](const EvalContext& context, std::optional<string_view> format,
                            Variadic<oid::kAny> values) -> Result<std::optional<std::string>> {
    if (!format) return std::optional<std::string>();
    TRY(std::string text, Formatter(*format, values.values, context).run());
    return std::optional(std::move(text));
  };
  return {
      scalar(
          "quote_ident", [](string_view name) { return quote_identifier(name); },
          "The name as SQL writes it, quoted where it must be.", "quote_ident('Foo bar') = '\"Foo bar\"'"),
      scalar(
          "quote_literal", [](string_view text) { return quote_literal(text); }, "The text as a SQL literal.",
          "quote_literal('O''Reilly') = '''O''''Reilly'''"),
      scalar(
          "quote_literal",
          [](const EvalContext& c, AnyElement value) { return quote_literal(text_of(value.slot, value.type, c)); },
          "The value as a SQL literal.", "quote_literal(42.5) = '''42.5'''"),
      scalar(
          "quote_nullable",
          [](std::optional<string_view> text) { return text ? quote_literal(*text) : std::string("NULL"); },
          "The text as a SQL literal, NULL as NULL.", "quote_nullable(NULL) = 'NULL'"),
      scalar(
          "quote_nullable",
          [](const EvalContext& c, std::optional<AnyElement> value) {
            return value ? quote_literal(text_of(value->slot, value->type, c)) : std::string("NULL");
          },
          "The value as a SQL literal, NULL as NULL.", "quote_nullable(42.5) = '''42.5'''"),
      scalar(
          "parse_ident", [](string_view text) { return parse_ident(text, true); }, "A qualified name in its parts.",
          "parse_ident('\"SomeSchema\".someTable')::text = '{SomeSchema,sometable}'"),
      scalar(
          "parse_ident", [](string_view text, bool strict) { return parse_ident(text, strict); },
          "A qualified name in its parts; with false, what follows it is passed over.",
          "parse_ident('a.b()', false)::text = '{a,b}'"),
      scalar("format", formatted, "The text with %s, %I and %L replaced by the arguments.",
             "format('Hello %s, %1$s', 'World') = 'Hello World, World'"),
      scalar(
          "format", [](const EvalContext& context, string_view format) { return Formatter(format, {}, context).run(); },
          "The text with %% as %.", "format('100%%') = '100%'"),
  };
}

}  // namespace millrace::expr
