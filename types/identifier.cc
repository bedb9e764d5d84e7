#include "types/identifier.h"

#include <algorithm>
#include <string>

namespace millrace {
namespace {

using std::string_view;

// PostgreSQL 15's keywords that are not unreserved: pg_get_keywords(), catcode <> 'U'.
constexpr string_view kKeywords[] = {"all",
                                     "analyse",
                                     "analyze",
                                     "and",
                                     "any",
                                     "array",
                                     "as",
                                     "asc",
                                     "asymmetric",
                                     "authorization",
                                     "between",
                                     "bigint",
                                     "binary",
                                     "bit",
                                     "boolean",
                                     "both",
                                     "case",
                                     "cast",
                                     "char",
                                     "character",
                                     "check",
                                     "coalesce",
                                     "collate",
                                     "collation",
                                     "column",
                                     "concurrently",
                                     "constraint",
                                     "create",
                                     "cross",
                                     "current_catalog",
                                     "current_date",
                                     "current_role",
                                     "current_schema",
                                     "current_time",
                                     "current_timestamp",
                                     "current_user",
                                     "dec",
                                     "decimal",
                                     "default",
                                     "deferrable",
                                     "desc",
                                     "distinct",
                                     "do",
                                     "else",
                                     "end",
                                     "except",
                                     "exists",
                                     "extract",
                                     "false",
                                     "fetch",
                                     "float",
                                     "for",
                                     "foreign",
                                     "freeze",
                                     "from",
                                     "full",
                                     "grant",
                                     "greatest",
                                     "group",
                                     "grouping",
                                     "having",
                                     "ilike",
                                     "in",
                                     "initially",
                                     "inner",
                                     "inout",
                                     "int",
                                     "integer",
                                     "intersect",
                                     "interval",
                                     "into",
                                     "is",
                                     "isnull",
                                     "join",
                                     "lateral",
                                     "leading",
                                     "least",
                                     "left",
                                     "like",
                                     "limit",
                                     "localtime",
                                     "localtimestamp",
                                     "national",
                                     "natural",
                                     "nchar",
                                     "none",
                                     "normalize",
                                     "not",
                                     "notnull",
                                     "null",
                                     "nullif",
                                     "numeric",
                                     "offset",
                                     "on",
                                     "only",
                                     "or",
                                     "order",
                                     "out",
                                     "outer",
                                     "overlaps",
                                     "overlay",
                                     "placing",
                                     "position",
                                     "precision",
                                     "primary",
                                     "real",
                                     "references",
                                     "returning",
                                     "right",
                                     "row",
                                     "select",
                                     "session_user",
                                     "setof",
                                     "similar",
                                     "smallint",
                                     "some",
                                     "substring",
                                     "symmetric",
                                     "table",
                                     "tablesample",
                                     "then",
                                     "time",
                                     "timestamp",
                                     "to",
                                     "trailing",
                                     "treat",
                                     "trim",
                                     "true",
                                     "union",
                                     "unique",
                                     "user",
                                     "using",
                                     "values",
                                     "varchar",
                                     "variadic",
                                     "verbose",
                                     "when",
                                     "where",
                                     "window",
                                     "with",
                                     "xmlattributes",
                                     "xmlconcat",
                                     "xmlelement",
                                     "xmlexists",
                                     "xmlforest",
                                     "xmlnamespaces",
                                     "xmlparse",
                                     "xmlpi",
                                     "xmlroot",
                                     "xmlserialize",
                                     "xmltable"};
static_assert(std::ranges::is_sorted(kKeywords));

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool starts_name(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || is_upper(c) || static_cast<uint8_t>(c) >= 0x80;
}
bool continues_name(char c) { return starts_name(c) || c == '$' || (c >= '0' && c <= '9'); }

SqlError invalid(string_view text, const char* detail) {
  SqlError error(sqlstate::kInvalidParameterValue, "string is not a valid identifier: \"" + std::string(text) + "\"");
  return *detail == '\0' ? error : std::move(error).with_detail(detail);
}

}  // namespace

std::string quote_identifier(string_view name) {
  const bool plain =
      !name.empty() && (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z')) &&
      std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
  if (plain && !std::ranges::binary_search(kKeywords, name)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

Result<std::vector<std::string>> parse_identifiers(string_view text, bool strict) {
  std::vector<std::string> names;
  size_t at = 0;
  const auto skip_space = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  skip_space();
  for (bool after_dot = false;; after_dot = true) {
    std::string name;
    if (at < text.size() && text[at] == '"') {
      for (++at;; ++at) {
        if (at == text.size()) return invalid(text, "String has unclosed double quotes.");
        if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) break;
        if (text[at] == '"') ++at;
        name += text[at];
      }
      ++at;
      if (name.empty()) return invalid(text, "Quoted identifier must not be empty.");
    } else if (at < text.size() && starts_name(text[at])) {
      for (; at < text.size() && continues_name(text[at]); ++at) {
        name += is_upper(text[at]) ? static_cast<char>(text[at] + 32) : text[at];
      }
    } else if (at < text.size() && text[at] == '.') {
      return invalid(text, "No valid identifier before \".\".");
    } else {
      return invalid(text, after_dot ? "No valid identifier after \".\"." : "");
    }
    names.push_back(std::move(name));
    skip_space();
    if (at == text.size()) return names;
    if (text[at] != '.') {
      if (strict) return invalid(text, "");
      return names;
    }
    ++at;
    skip_space();
  }
}

}  // namespace millrace
