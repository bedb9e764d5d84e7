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

SqlError too_many_matches() { return SqlError(sqlstate::kProgramLimitExceeded, "too many regular expression matches"); }

Result<std::vector<string_view>> pieces_between(const RegexMatcher& regex, string_view text) {
  std::vector<string_view> pieces;
  size_t start = 0, last_end = 0;
  regex.for_each_match(text, 0, [&](const RegexMatch& match) {
    const auto begin = static_cast<size_t>(match[0]->data() - text.data());
    const size_t end = begin + match[0]->size();
    if (begin < text.size() && end > last_end) {
      pieces.push_back(text.substr(start, begin - start));
      start = end;
    }
    last_end = end;
    return pieces.size() <= kMatchesMax;
  });
  if (pieces.size() > kMatchesMax) return too_many_matches();
  pieces.push_back(text.substr(start));
  return pieces;
}

SqlError no_global_option(string_view function) {
  SqlError error(sqlstate::kInvalidParameterValue, std::string(function) + "() does not support the \"global\" option");
  if (function != "regexp_match") return error;
  return std::move(error).with_hint("Use the regexp_matches function instead.");
}

}  // namespace millrace::expr
