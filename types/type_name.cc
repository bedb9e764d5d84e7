#include "types/type_name.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "types/type_info.h"

namespace millrace {
namespace {

// What is written, in words, and pg_type.typname. The longest match wins. Names that stand for themselves
// are not listed.
struct Spelling {
  const char* words;
  const char* typname;
  bool one_by_default = false;  // char is char(1)
};
constexpr Spelling kSpellings[] = {
    {"bigint", "int8"},
    {"bit", "bit"},
    {"bit varying", "varbit"},
    {"boolean", "bool"},
    {"char", "bpchar", true},
    {"char varying", "varchar"},
    {"character", "bpchar", true},
    {"character varying", "varchar"},
    {"dec", "numeric"},
    {"decimal", "numeric"},
    {"double precision", "float8"},
    {"float", "float8"},
    {"int", "int4"},
    {"integer", "int4"},
    {"national char", "bpchar", true},
    {"national char varying", "varchar"},
    {"national character", "bpchar", true},
    {"national character varying", "varchar"},
    {"nchar", "bpchar", true},
    {"nchar varying", "varchar"},
    {"real", "float4"},
    {"smallint", "int2"},
    {"time with time zone", "timetz"},
    {"time without time zone", "time"},
    {"timestamp with time zone", "timestamptz"},
    {"timestamp without time zone", "timestamp"},
};

// PostgreSQL's types that are not built here.
constexpr const char* kNotBuilt[] = {"bit",
                                     "varbit",
                                     "money",
                                     "inet",
                                     "cidr",
                                     "macaddr",
                                     "macaddr8",
                                     "xml",
                                     "point",
                                     "line",
                                     "lseg",
                                     "box",
                                     "path",
                                     "polygon",
                                     "circle",
                                     "tsvector",
                                     "tsquery",
                                     "txid_snapshot",
                                     "pg_snapshot",
                                     "pg_lsn",
                                     "int4range",
                                     "int8range",
                                     "numrange",
                                     "tsrange",
                                     "tstzrange",
                                     "daterange",
                                     "int4multirange",
                                     "xid8",
                                     "refcursor",
                                     "nummultirange",
                                     "tsmultirange",
                                     "tstzmultirange",
                                     "datemultirange",
                                     "int8multirange"};

// interval's fields and the mask that its modifier holds them in.
constexpr int32_t kMonth = 1 << 1, kYear = 1 << 2, kDay = 1 << 3, kHour = 1 << 10, kMinute = 1 << 11, kSecond = 1 << 12;
constexpr int32_t kAllFields = 0x7fff;
struct IntervalFields {
  const char* words;
  int32_t mask;
};
constexpr IntervalFields kIntervalFields[] = {
    {"year to month", kYear | kMonth},
    {"day to hour", kDay | kHour},
    {"day to minute", kDay | kHour | kMinute},
    {"day to second", kDay | kHour | kMinute | kSecond},
    {"hour to minute", kHour | kMinute},
    {"hour to second", kHour | kMinute | kSecond},
    {"minute to second", kMinute | kSecond},
    {"year", kYear},
    {"month", kMonth},
    {"day", kDay},
    {"hour", kHour},
    {"minute", kMinute},
    {"second", kSecond},
};

// One type name, from words, a list of modifiers somewhere among them, and brackets at the end.
class TypeNameReader {
 public:
  explicit TypeNameReader(std::string_view text) : text_(text), rest_(text) {}

  Result<SqlType> run() {
    TRY(read());
    if (quoted_) return resolve_type(words_, modifiers_ ? *modifiers_ : std::vector<int32_t>(), is_array_);
    if (words_ == "float" && modifiers_) return binary_float();
    if (words_ == "interval" || words_.starts_with("interval ")) return interval();
    const auto spelling = std::find_if(std::begin(kSpellings), std::end(kSpellings),
                                       [&](const Spelling& row) { return words_ == row.words; });
    const bool known = spelling != std::end(kSpellings);
    if (!known && words_.find(' ') != std::string::npos) return syntax_error();
    std::vector<int32_t> modifiers;
    if (modifiers_) {
      modifiers = *modifiers_;
    } else if (known && spelling->one_by_default) {
      modifiers = {1};
    }
    return resolve_type(known ? spelling->typname : words_, modifiers, is_array_);
  }

 private:
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<uint8_t>(c) >= 0x80;
  }

  SqlError syntax_error() const {
    return SqlError(sqlstate::kSyntaxError, "invalid type name \"" + std::string(text_) + "\"");
  }

  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || (rest_.front() >= '\t' && rest_.front() <= '\r'))) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_space();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Status read() {
    for (skip_space(); !rest_.empty(); skip_space()) {
      if (take('"')) {
        TRY(quoted_word());
      } else if (take('(')) {
        TRY(modifiers());
      } else if (take('[')) {
        TRY(brackets());
      } else if (is_word(rest_.front())) {
        TRY(word());
      } else {
        return syntax_error();
      }
    }
    if (words_.empty()) return syntax_error();
    return {};
  }

  Status word() {
    std::string word;
    for (; !rest_.empty() && is_word(rest_.front()); rest_.remove_prefix(1)) {
      const char c = rest_.front();
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    }
    if (words_.empty() && word == "pg_catalog" && take('.')) return {};
    if (is_array_ || quoted_) return syntax_error();
    if (word == "array" && !words_.empty()) {
      is_array_ = true;
      if (take('[')) return brackets();
      return {};
    }
    if (!words_.empty()) words_ += ' ';
    words_ += word;
    return {};
  }

  // Names the type as pg_type does: "char" is not char.
  Status quoted_word() {
    if (!words_.empty()) return syntax_error();
    const size_t end = rest_.find('"');
    if (end == std::string_view::npos) return syntax_error();
    words_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    quoted_ = true;
    return {};
  }

  Status modifiers() {
    if (words_.empty() || modifiers_ || is_array_) return syntax_error();
    modifiers_.emplace();
    do {
      skip_space();
      int32_t value;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc{}) return syntax_error();
      rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
      modifiers_->push_back(value);
    } while (take(','));
    if (!take(')')) return syntax_error();
    return {};
  }

  // The number of dimensions and their sizes are read and mean nothing, as in PostgreSQL.
  Status brackets() {
    if (words_.empty()) return syntax_error();
    is_array_ = true;
    skip_space();
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
    if (!take(']')) return syntax_error();
    return {};
  }

  // float(p): p is the number of mantissa bits wanted.
  Result<SqlType> binary_float() const {
    if (modifiers_->size() != 1) return syntax_error();
    const int32_t bits = modifiers_->front();
    if (bits < 1) return SqlError(sqlstate::kInvalidParameterValue, "precision for type float must be at least 1 bit");
    if (bits > 53) {
      return SqlError(sqlstate::kInvalidParameterValue, "precision for type float must be less than 54 bits");
    }
    return resolve_type(bits <= 24 ? "float4" : "float8", {}, is_array_);
  }

  Result<SqlType> interval() const {
    std::vector<int32_t> modifiers;
    if (words_ != "interval") {
      const std::string_view fields = std::string_view(words_).substr(std::string_view("interval ").size());
      const auto found = std::find_if(std::begin(kIntervalFields), std::end(kIntervalFields),
                                      [&](const IntervalFields& row) { return fields == row.words; });
      if (found == std::end(kIntervalFields)) return syntax_error();
      modifiers.push_back(found->mask);
    }
    if (modifiers_) {
      if (modifiers.empty()) modifiers.push_back(kAllFields);
      modifiers.insert(modifiers.end(), modifiers_->begin(), modifiers_->end());
    }
    return resolve_type("interval", modifiers, is_array_);
  }

  std::string_view text_, rest_;
  std::string words_;  // lower case, one space between
  bool quoted_ = false;
  bool is_array_ = false;
  std::optional<std::vector<int32_t>> modifiers_;
};

}  // namespace

Result<SqlType> resolve_type(std::string_view typname, std::span<const int32_t> modifiers, bool is_array) {
  const TypeInfo* info = find_type(typname);
  if (info == nullptr || info->name != typname) {
    const std::string name(typname);
    const bool not_built = std::find(std::begin(kNotBuilt), std::end(kNotBuilt), typname) != std::end(kNotBuilt);
    if (not_built) {
      return not_supported("type \"" + name + "\" is not supported", "Use text, or cast to a supported type.");
    }
    return SqlError(sqlstate::kUndefinedObject, "type \"" + name + "\" does not exist");
  }
  int32_t typmod = kNoTypmod;
  if (!modifiers.empty()) {
    if (info->typmod_from_arguments == nullptr) {
      return SqlError(sqlstate::kSyntaxError, "type modifier is not allowed for type \"" + info->name + "\"");
    }
    TRY(typmod, info->typmod_from_arguments(modifiers));
  }
  if (!is_array || info->kind == TypeKind::kArray) return SqlType(*info, typmod);  // arrays of arrays are arrays
  if (info->array_oid == 0) {
    return SqlError(sqlstate::kUndefinedObject, "could not find array type for data type " + info->sql_name);
  }
  return array_of(*info).with_typmod(typmod);
}

Result<SqlType> parse_type_name(std::string_view text) { return TypeNameReader(text).run(); }

}  // namespace millrace
