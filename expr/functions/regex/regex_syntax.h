// PostgreSQL's advanced regular expressions as RE2's.
//
// A pattern becomes a tree, and the tree RE2's text, as far as both can say the same: look-around, back references
// and word boundaries have no such form and are refused (0A000). What is no pattern is 2201B with
// PostgreSQL's reason.
//
// PostgreSQL decides first how long the whole match is, by the pattern's own preference (that of its first quantifier;
// of alternatives always the longest), and then how its parts share it. So there are two texts: `whole` finds the
// match, `parts` splits it. The whole match is PostgreSQL's; its groups are shared out as Perl does it, by the first
// alternative that fits, where PostgreSQL takes the longest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::expr {

struct RegexFlags {
  bool global = false;
  bool ignore_case = false;
  bool dot_stops = false;         // . and [^x] do not match a newline
  bool anchors_at_lines = false;  // ^ and $ match at newlines
  bool literal = false;
  bool expanded = false;  // white space and comments are not part of the pattern
};

// The letters of a flags argument. 22023.
Result<RegexFlags> parse_regex_flags(std::string_view letters);

struct RegexSyntax {
  std::string whole;
  std::string parts;
  bool shortest = false;  // the whole prefers the shortest match
  bool ignore_case = false;
  int32_t groups = 0;
};
Result<RegexSyntax> parse_regex(std::string_view pattern, const RegexFlags& flags);

// The pattern of SIMILAR TO as a regular expression. `escape` is empty or one character. 22025, 2200C.
Result<std::string> similar_to_regex(std::string_view pattern, std::string_view escape);

}  // namespace millrace::expr
