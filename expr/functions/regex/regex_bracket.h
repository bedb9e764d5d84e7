// Bracket expressions and character classes of regular expressions, in RE2's spelling.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::expr {

SqlError invalid_regex(const char* why);  // 2201B

// What \d, \w, \s and \D, \W, \S stand for, as an RE2 class; empty when the letter is none of them.
std::string regex_class_escape(char letter);

// Reads the bracket expression after its [ at `at`, which moves past its ].
Result<std::string> read_regex_bracket(std::string_view pattern, size_t& at, bool stops_at_newline);

// A character in RE2's spelling, inside or outside of brackets.
std::string regex_character(char32_t code);

// The escape for one character after its backslash at `at`, which moves past it: \n, \x41, \u0041. Zero when it is
// no such escape.
Result<char32_t> read_regex_escape(std::string_view pattern, size_t& at);

}  // namespace millrace::expr
