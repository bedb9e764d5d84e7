#include "expr/functions/regex/regex_pieces.h"

namespace millrace::expr {

using std::string_view;

BuiltArray<kTextArray> groups_of(const RegexMatch& match) {
  ArrayBuilder parts(type_of(oid::kText));
  for (size_t i = match.size() > 1 ? 1 : 0; i < match.size(); ++i) {
    if (match[i]) {
      parts.append(Slot::of_bytes(*match[i]));
    } else {
      parts.append_null();
    }
  }
  return BuiltArray<kTextArray>::of(parts);
}

std::vector<string_view> pieces_between(const RegexMatcher& regex, string_view text) {
  std::vector<string_view> pieces;
  size_t start = 0;
  for (const RegexMatch& match : regex.find_all(text, 0, 0, true)) {
    const auto begin = static_cast<size_t>(match[0]->data() - text.data());
    pieces.push_back(text.substr(start, begin - start));
    start = begin + match[0]->size();
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

SqlError no_global_option(string_view function) {
  SqlError error(sqlstate::kInvalidParameterValue, std::string(function) + "() does not support the \"global\" option");
  if (function != "regexp_match") return error;
  return std::move(error).with_hint("Use the regexp_matches function instead.");
}

}  // namespace millrace::expr
