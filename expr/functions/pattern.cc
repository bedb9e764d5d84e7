// LIKE and ILIKE.
#include "expr/families.h"
#include "expr/functions/code_points.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

using std::string_view;

// Greedy with one point of return: after a mismatch the last % takes one character more. That is enough,
// since a later % makes all earlier ones' choices irrelevant. O(text * pattern) at worst.
Result<bool> like(string_view text, string_view pattern) {
  size_t t = 0, p = 0;
  size_t retry_pattern = string_view::npos, retry_text = 0;
  while (true) {
    if (p < pattern.size() && pattern[p] == '%') {
      retry_pattern = ++p;
      retry_text = t;
      if (p == pattern.size()) return true;
      continue;
    }
    if (t == text.size()) {
      if (p < pattern.size()) return false;
      return true;
    }
    bool matches = false;
    size_t next_p = p, next_t = t;
    if (p < pattern.size()) {
      if (pattern[p] == '_') {
        next_code_point(text, next_t);
        next_p = p + 1;
        matches = true;
      } else {
        if (pattern[p] == '\\') {
          if (p + 1 == pattern.size()) {
            return SqlError(sqlstate::kInvalidEscapeSequence, "LIKE pattern must not end with escape character");
          }
          ++next_p;
        }
        matches = pattern[next_p] == text[t];
        ++next_p;
        ++next_t;
      }
    }
    if (matches) {
      p = next_p;
      t = next_t;
      continue;
    }
    if (retry_pattern == string_view::npos) return false;
    next_code_point(text, retry_text);
    t = retry_text;
    p = retry_pattern;
  }
}

Result<bool> ilike(string_view text, string_view pattern) { return like(to_lower(text), to_lower(pattern)); }

Result<bool> negated(Result<bool> result) {
  if (!result) return result;
  return !*result;
}

// The pattern of LIKE .. ESCAPE with the escape character made a backslash.
Result<std::string> like_escape(string_view pattern, string_view escape) {
  std::string result;
  if (escape.empty()) {  // no escapes at all: every backslash is itself
    for (const char c : pattern) result.append(c == '\\' ? 2 : 1, c);
    return result;
  }
  if (utf8_length(escape) != 1) {
    return SqlError(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  if (escape == "\\") return std::string(pattern);
  for (size_t at = 0; at < pattern.size();) {
    if (pattern.substr(at).starts_with(escape)) {
      result += '\\';
      at += escape.size();
      if (at < pattern.size()) {  // the escaped character stands for itself, an escape included
        const size_t start = at;
        next_code_point(pattern, at);
        result += pattern.substr(start, at - start);
      }
      continue;
    }
    if (pattern[at] == '\\') result += '\\';
    result += pattern[at++];
  }
  return result;
}

}  // namespace

std::vector<ScalarFunction> like_operators() {
  return {
      op(
          "~~", [](string_view text, string_view pattern) { return like(text, pattern); }, "LIKE.", "'abc' LIKE '_b%'"),
      op(
          "!~~", [](string_view text, string_view pattern) { return negated(like(text, pattern)); }, "NOT LIKE.",
          "'abc' NOT LIKE 'c%'"),
      op(
          "~~*", [](string_view text, string_view pattern) { return ilike(text, pattern); }, "ILIKE: LIKE in any case.",
          "'ABC' ILIKE '_b%'"),
      op(
          "!~~*", [](string_view text, string_view pattern) { return negated(ilike(text, pattern)); }, "NOT ILIKE.",
          "'ABC' NOT ILIKE 'c%'"),
      scalar(
          "like", [](string_view text, string_view pattern) { return like(text, pattern); }, "LIKE.",
          "\"like\"('abc', '_b%')"),
      scalar(
          "notlike", [](string_view text, string_view pattern) { return negated(like(text, pattern)); }, "NOT LIKE.",
          "notlike('abc', 'c%')"),
      scalar(
          "like_escape", [](string_view pattern, string_view escape) { return like_escape(pattern, escape); },
          "A LIKE pattern with another escape character.", "'a_c' LIKE like_escape('a#_c', '#')"),
  };
}

}  // namespace millrace::expr
