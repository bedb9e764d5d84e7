// What functions make of matches: groups as an array, the pieces between.
#pragma once

#include <string_view>
#include <vector>

#include "expr/functions/built_array.h"
#include "expr/functions/regex/regex_matcher.h"

namespace millrace::expr {

inline constexpr size_t kMatchesMax = 134217727;  // PostgreSQL's
SqlError too_many_matches();

// The groups of a match, or all of it when there are none.
BuiltArray<kTextArray> groups_of(const RegexMatch& match);
// The text between matches, before the first and after the last; empty matches at the text's ends and just after
// another divide nothing. Borrows from `text`. 54000 of more than kMatchesMax.
Result<std::vector<std::string_view>> pieces_between(const RegexMatcher& regex, std::string_view text);
// 22023 for flag g where one match is meant.
SqlError no_global_option(std::string_view function);

}  // namespace millrace::expr
