// ~ and its kin, SIMILAR TO, and the functions of regular expressions.
#include <algorithm>

#include "expr/families.h"
#include "expr/functions/built_array.h"
#include "expr/functions/code_points.h"
#include "expr/functions/regex/regex_matcher.h"
#include "expr/functions/regex/regex_pieces.h"
#include "expr/typed_lambda.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Rows = std::vector<ScalarFunction>;
using NoText = std::optional<std::string_view>;
using TextArray = BuiltArray<kTextArray>;

Result<bool> matches(const SiteCache& cache, string_view text, string_view pattern, bool ignore_case) {
  TRY(const RegexMatcher* regex, RegexMatcher::get(cache, pattern, "", ignore_case));
  return regex->matches(text);
}

template <bool kIgnoreCase, bool kNegated>
ScalarFunction match_op(const char* name, const char* doc, const char* example) {
  return op(
      name,
      [](SiteCache cache, string_view text, string_view pattern) -> Result<bool> {
        TRY(const bool found, matches(cache, text, pattern, kIgnoreCase));
        return found != kNegated;
      },
      doc, example);
}

SqlError invalid_value(const char* parameter, int32_t value) {
  return SqlError(sqlstate::kInvalidParameterValue,
                  std::string("invalid value for parameter \"") + parameter + "\": " + std::to_string(value));
}

Result<const RegexMatcher*> without_global(const SiteCache& cache, string_view pattern, string_view flags,
                                           const char* function) {
  if (flags.find('g') != string_view::npos) {
    TRY(parse_regex_flags(flags));  // a letter that is no flag's comes first, the pattern last
    return no_global_option(function);
  }
  return RegexMatcher::get(cache, pattern, flags);
}

// The byte where character `start`, counted from 1, stands; past the end when there are not so many.
Result<size_t> start_byte(string_view text, int32_t start) {
  if (start <= 0) return invalid_value("start", start);
  const auto characters = static_cast<size_t>(start) - 1;
  const size_t byte = utf8_prefix_bytes(text, characters);
  return byte == text.size() && characters > utf8_length(text) ? text.size() + 1 : byte;
}

// --- replacing ---

// Goes no further once `out` is longer than a value may be.
void append_replacement(string_view replacement, const RegexMatch& match, std::string& out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\' || i + 1 == replacement.size()) {
      out += replacement[i];
      continue;
    }
    const char next = replacement[++i];
    if (out.size() > kValueBytesMax) return;
    const auto group = static_cast<size_t>(next == '&' ? 0 : next - '0');
    if (next == '&' || (next >= '1' && next <= '9')) {
      if (group < match.size() && match[group]) out += *match[group];
    } else {
      out += '\\';
      if (next != '\\') out += next;
    }
  }
}

// The n-th match replaced; all of them when n is 0.
Result<std::string> replaced(const RegexMatcher& regex, string_view text, string_view replacement, int32_t start,
                             int32_t n) {
  TRY(const size_t from, start_byte(text, start));
  std::string result;
  size_t copied = 0;
  int32_t number = 0;
  regex.for_each_match(text, from, [&](const RegexMatch& match) {
    ++number;
    if (number < n) return true;
    const auto begin = static_cast<size_t>(match[0]->data() - text.data());
    result += text.substr(copied, begin - copied);
    append_replacement(replacement, match, result);
    copied = begin + match[0]->size();
    return n == 0 && result.size() <= kValueBytesMax;
  });
  if (result.size() > kValueBytesMax) return value_too_long();
  return result.append(text.substr(copied));
}

void add_replace(Rows& rows) {
  rows.push_back(scalar(
      "regexp_replace",
      [](SiteCache cache, string_view text, string_view pattern, string_view replacement) -> Result<std::string> {
        TRY(const RegexMatcher* regex, RegexMatcher::get(cache, pattern));
        return replaced(*regex, text, replacement, 1, 1);
      },
      "The first match replaced.", "regexp_replace('foobarbaz', 'b..', 'X') = 'fooXbaz'"));
  rows.push_back(scalar(
      "regexp_replace",
      [](SiteCache cache, string_view text, string_view pattern, string_view replacement,
         string_view flags) -> Result<std::string> {
        if (!flags.empty() && flags[0] >= '0' && flags[0] <= '9') {
          return SqlError(sqlstate::kInvalidParameterValue,
                          "invalid regular expression option: \"" + std::string(flags.substr(0, 1)) + "\"")
              .with_hint(
                  "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer "
                  "explicitly.");
        }
        TRY(const RegexMatcher* regex, RegexMatcher::get(cache, pattern, flags));
        return replaced(*regex, text, replacement, 1, regex->is_global() ? 0 : 1);
      },
      "Matches replaced, all of them with flag g.", "regexp_replace('foobarbaz', 'b..', 'X', 'g') = 'fooXX'"));
  const auto nth = [](SiteCache cache, string_view text, string_view pattern, string_view replacement, int32_t start,
                      int32_t n, string_view flags) -> Result<std::string> {
    if (start <= 0) return invalid_value("start", start);
    if (n < 0) return invalid_value("n", n);
    TRY(const RegexMatcher* regex, RegexMatcher::get(cache, pattern, flags));
    return replaced(*regex, text, replacement, start, n);
  };
  using Nth = decltype(nth);
  rows.push_back(scalar(
      "regexp_replace",
      [](SiteCache cache, string_view text, string_view pattern, string_view replacement, int32_t start) {
        return Nth{}(cache, text, pattern, replacement, start, 1, "");
      },
      "The first match from a character on replaced.", "regexp_replace('abab', 'b', 'X', 3) = 'abaX'"));
  rows.push_back(scalar(
      "regexp_replace",
      [](SiteCache cache, string_view text, string_view pattern, string_view replacement, int32_t start, int32_t n) {
        return Nth{}(cache, text, pattern, replacement, start, n, "");
      },
      "The n-th match replaced, all of them when n is 0.", "regexp_replace('ababab', 'b', 'X', 1, 2) = 'abaXab'"));
  rows.push_back(scalar("regexp_replace", nth, "The n-th match replaced, all of them when n is 0.",
                        "regexp_replace('abAB', 'B', 'X', 1, 0, 'i') = 'aXAX'"));
}

// --- finding ---

struct Search {
  int32_t start = 1;
  int32_t n = 1;
  int32_t end_option = 0;
  string_view flags;
  int32_t group = 0;
};

// The part wanted of the n-th match: the whole, or a group.
Result<NoText> find_part(const SiteCache& cache, string_view text, string_view pattern, const Search& search,
                         const char* function) {
  if (search.start <= 0) return invalid_value("start", search.start);
  if (search.n <= 0) return invalid_value("n", search.n);
  if (search.end_option != 0 && search.end_option != 1) return invalid_value("endoption", search.end_option);
  if (search.group < 0) return invalid_value("subexpr", search.group);
  TRY(const RegexMatcher* regex, without_global(cache, pattern, search.flags, function));
  TRY(const size_t from, start_byte(text, search.start));
  int32_t number = 0;
  RegexMatch last;
  regex->for_each_match(text, from, [&](const RegexMatch& match) {
    if (++number < search.n) return true;
    last = match;
    return false;
  });
  // Of a pattern without groups, the first is all of it.
  const auto group = static_cast<size_t>(regex->groups() == 0 && search.group == 1 ? 0 : search.group);
  if (group >= last.size()) return NoText();
  return last[group];  // lies in `text`
}

Result<int32_t> position_of(const SiteCache& cache, string_view text, string_view pattern, const Search& search) {
  TRY(const NoText part, find_part(cache, text, pattern, search, "regexp_instr"));
  if (!part) return 0;
  const size_t byte = static_cast<size_t>(part->data() - text.data()) + (search.end_option == 1 ? part->size() : 0);
  return static_cast<int32_t>(utf8_length(text.substr(0, byte))) + 1;
}

Result<int32_t> count_matches(const SiteCache& cache, string_view text, string_view pattern, int32_t start,
                              string_view flags) {
  if (start <= 0) return invalid_value("start", start);
  TRY(const RegexMatcher* regex, without_global(cache, pattern, flags, "regexp_count"));
  TRY(const size_t from, start_byte(text, start));
  int32_t count = 0;
  regex->for_each_match(text, from, [&](const RegexMatch&) {
    ++count;
    return true;
  });
  return count;
}

Result<std::optional<TextArray>> match_parts(const SiteCache& cache, string_view text, string_view pattern,
                                             string_view flags) {
  TRY(const RegexMatcher* regex, without_global(cache, pattern, flags, "regexp_match"));
  const RegexMatch match = regex->find(text, 0);
  if (match.empty()) return std::optional<TextArray>();
  return std::optional(groups_of(match));
}

Result<TextArray> split(const SiteCache& cache, string_view text, string_view pattern, string_view flags) {
  TRY(const RegexMatcher* regex, without_global(cache, pattern, flags, "regexp_split_to_array"));
  ArrayBuilder parts(type_of(oid::kText));
  TRY(const std::vector<string_view> pieces, pieces_between(*regex, text));
  for (const string_view piece : pieces) parts.append(Slot::of_bytes(piece));
  return TextArray::of(parts);
}

// The first group, or the whole match of a pattern without groups.
Result<NoText> substring(const SiteCache& cache, string_view text, string_view pattern) {
  TRY(const RegexMatcher* regex, RegexMatcher::get(cache, pattern));
  const RegexMatch match = regex->find(text, 0);
  if (match.empty()) return NoText();
  return match[match.size() > 1 ? 1 : 0];
}

// kRun(cache, text, pattern, flags), and without flags.
template <auto kRun>
void add_with_flags(Rows& rows, const char* name, const char* doc, const char* example, const char* flags_doc,
                    const char* flags_example) {
  rows.push_back(scalar(
      name, [](SiteCache cache, string_view text, string_view pattern) { return kRun(cache, text, pattern, ""); }, doc,
      example));
  rows.push_back(scalar(
      name,
      [](SiteCache cache, string_view text, string_view pattern, string_view flags) {
        return kRun(cache, text, pattern, flags);
      },
      flags_doc, flags_example));
}

void add_match(Rows& rows) {
  add_with_flags<match_parts>(rows, "regexp_match", "The groups of the first match, or all of it when there are none.",
                              "regexp_match('foobarbequebaz', '(bar)(beque)')::text = '{bar,beque}'",
                              "The groups of the first match, with flags.",
                              "regexp_match('ABC', 'b', 'i')::text = '{B}'");
  add_with_flags<split>(rows, "regexp_split_to_array", "The pieces between matches.",
                        R"(regexp_split_to_array('hello world', '\s+')::text = '{hello,world}')",
                        "The pieces between matches, with flags.",
                        "regexp_split_to_array('aXbxc', 'x', 'i')::text = '{a,b,c}'");
  rows.push_back(scalar(
      "regexp_like",
      [](SiteCache cache, string_view text, string_view pattern) { return matches(cache, text, pattern, false); },
      "Whether it matches.", "regexp_like('Hello World', 'W')"));
  rows.push_back(scalar(
      "regexp_like",
      [](SiteCache cache, string_view text, string_view pattern, string_view flags) -> Result<bool> {
        TRY(const RegexMatcher* regex, without_global(cache, pattern, flags, "regexp_like"));
        return regex->matches(text);
      },
      "Whether it matches, with flags.", "regexp_like('Hello World', 'world', 'i')"));
}

void add_count(Rows& rows) {
  using S = string_view;
  rows.push_back(scalar(
      "regexp_count", [](SiteCache c, S text, S pattern) { return count_matches(c, text, pattern, 1, ""); },
      "How many matches there are.", R"(regexp_count('123456789012', '\d\d\d') = 4)"));
  rows.push_back(scalar(
      "regexp_count",
      [](SiteCache c, S text, S pattern, int32_t start) { return count_matches(c, text, pattern, start, ""); },
      "How many matches there are from a character on.", R"(regexp_count('123456789012', '\d\d\d', 2) = 3)"));
  rows.push_back(scalar(
      "regexp_count",
      [](SiteCache c, S text, S pattern, int32_t start, S flags) {
        return count_matches(c, text, pattern, start, flags);
      },
      "How many matches there are, with flags.", "regexp_count('aAaA', 'a', 1, 'i') = 4"));
}

void add_instr(Rows& rows) {
  using S = string_view;
  using I = int32_t;
  const char* doc = "Where the n-th match, or one of its groups, begins or (1) has ended; 0 when there is none.";
  rows.push_back(scalar(
      "regexp_instr", [](SiteCache c, S text, S pattern) { return position_of(c, text, pattern, {}); }, doc,
      "regexp_instr('number of your street', 'of') = 8"));
  rows.push_back(scalar(
      "regexp_instr", [](SiteCache c, S text, S pattern, I start) { return position_of(c, text, pattern, {start}); },
      doc, "regexp_instr('abcabc', 'b', 3) = 5"));
  rows.push_back(scalar(
      "regexp_instr",
      [](SiteCache c, S text, S pattern, I start, I n) { return position_of(c, text, pattern, {start, n}); }, doc,
      "regexp_instr('abcabc', 'b', 1, 2) = 5"));
  rows.push_back(scalar(
      "regexp_instr",
      [](SiteCache c, S text, S pattern, I start, I n, I end) {
        return position_of(c, text, pattern, {start, n, end});
      },
      doc, "regexp_instr('abcabc', 'b', 1, 2, 1) = 6"));
  rows.push_back(scalar(
      "regexp_instr",
      [](SiteCache c, S text, S pattern, I start, I n, I end, S flags) {
        return position_of(c, text, pattern, {start, n, end, flags});
      },
      doc, "regexp_instr('abcABC', 'B', 1, 2, 0, 'i') = 5"));
  rows.push_back(scalar(
      "regexp_instr",
      [](SiteCache c, S text, S pattern, I start, I n, I end, S flags, I group) {
        return position_of(c, text, pattern, {start, n, end, flags, group});
      },
      doc, "regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2) = 5"));
}

void add_substr(Rows& rows) {
  using S = string_view;
  using I = int32_t;
  const char* doc = "The n-th match, or one of its groups.";
  static constexpr const char* kName = "regexp_substr";
  rows.push_back(scalar(
      kName, [](SiteCache c, S text, S pattern) { return find_part(c, text, pattern, {}, kName); }, doc,
      "regexp_substr('ABCDEF', 'C.') = 'CD'"));
  rows.push_back(scalar(
      kName, [](SiteCache c, S text, S pattern, I start) { return find_part(c, text, pattern, {start}, kName); }, doc,
      "regexp_substr('abcabd', 'b.', 3) = 'bd'"));
  rows.push_back(scalar(
      kName,
      [](SiteCache c, S text, S pattern, I start, I n) { return find_part(c, text, pattern, {start, n}, kName); }, doc,
      "regexp_substr('abcabd', 'b.', 1, 2) = 'bd'"));
  rows.push_back(scalar(
      kName,
      [](SiteCache c, S text, S pattern, I start, I n, S flags) {
        return find_part(c, text, pattern, {start, n, 0, flags}, kName);
      },
      doc, "regexp_substr('ABCDEF', 'c.', 1, 1, 'i') = 'CD'"));
  rows.push_back(scalar(
      kName,
      [](SiteCache c, S text, S pattern, I start, I n, S flags, I group) {
        return find_part(c, text, pattern, {start, n, 0, flags, group}, kName);
      },
      doc, "regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2) = 'EF'"));
}

void add_similar(Rows& rows) {
  rows.push_back(scalar(
      "similar_to_escape", [](string_view pattern) { return similar_to_regex(pattern, "\\"); },
      "The pattern of SIMILAR TO as a regular expression.", "similar_to_escape('%(b|d)_') = '^(?:.*(?:b|d).)$'"));
  rows.push_back(scalar(
      "similar_to_escape", [](string_view pattern, string_view escape) { return similar_to_regex(pattern, escape); },
      "The pattern of SIMILAR TO .. ESCAPE as a regular expression.", "similar_to_escape('a#%', '#') = '^(?:a\\%)$'"));
  rows.push_back(scalar(
      "similar_escape",
      [](std::optional<string_view> pattern, std::optional<string_view> escape) -> Result<std::optional<std::string>> {
        if (!pattern) return std::optional<std::string>();
        TRY(std::string regex, similar_to_regex(*pattern, escape.value_or("\\")));
        return std::optional(std::move(regex));
      },
      "The same; NULL for the escape is a backslash.", "similar_escape('a%', NULL) = '^(?:a.*)$'"));
  rows.push_back(scalar(
      "substring",
      [](SiteCache cache, string_view text, string_view pattern) { return substring(cache, text, pattern); },
      "What matches, or its first group.", R"("substring"('foobar', 'o(.)b') = 'o')"));
  rows.push_back(scalar(
      "substring",
      [](SiteCache cache, string_view text, string_view pattern, string_view escape) -> Result<NoText> {
        TRY(const std::string regex, similar_to_regex(pattern, escape));
        return substring(cache, text, regex);
      },
      "What matches between the escaped quotes of a SIMILAR TO pattern.",
      R"("substring"('foobar', '%#"o_b#"%', '#') = 'oob')"));
}

}  // namespace

std::vector<ScalarFunction> regex_functions() {
  Rows rows{
      match_op<false, false>("~", "Matches a regular expression.", "'thomas' ~ 't.*ma'"),
      match_op<false, true>("!~", "Does not match a regular expression.", "'thomas' !~ 't.*max'"),
      match_op<true, false>("~*", "Matches a regular expression in any case.", "'thomas' ~* 'T.*ma'"),
      match_op<true, true>("!~*", "Does not match a regular expression in any case.", "'thomas' !~* 'T.*ka'"),
  };
  add_similar(rows);
  add_replace(rows);
  add_match(rows);
  add_count(rows);
  add_instr(rows);
  add_substr(rows);
  return rows;
}

}  // namespace millrace::expr
