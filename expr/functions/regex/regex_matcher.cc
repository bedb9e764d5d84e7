#include "expr/functions/regex/regex_matcher.h"

#include <re2/re2.h>

#include "expr/functions/code_points.h"
#include "expr/functions/regex/regex_bracket.h"

namespace millrace::expr {
namespace {

using std::string_view;

re2::StringPiece piece(string_view text) { return {text.data(), text.size()}; }

Result<std::unique_ptr<RE2>> compiled(const std::string& text, bool ignore_case, bool longest) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(!ignore_case);
  options.set_longest_match(longest);
  auto regex = std::make_unique<RE2>(text, options);
  if (!regex->ok()) {
    return regex->error_code() == RE2::ErrorPatternTooLarge || regex->error_code() == RE2::ErrorRepeatSize
               ? invalid_regex("regular expression is too complex")
               : invalid_regex(regex->error().c_str());
  }
  return regex;
}

}  // namespace

RegexMatcher::~RegexMatcher() = default;

Result<std::shared_ptr<RegexMatcher>> RegexMatcher::compile(string_view pattern, string_view flags, bool ignore_case) {
  TRY(RegexFlags parsed, parse_regex_flags(flags));
  if (ignore_case) parsed.ignore_case = true;
  TRY(std::shared_ptr<RegexMatcher> matcher, compile(pattern, parsed));
  matcher->flag_letters_ = flags;
  return matcher;
}

Result<std::shared_ptr<RegexMatcher>> RegexMatcher::compile(string_view pattern, const RegexFlags& flags) {
  std::shared_ptr<RegexMatcher> matcher(new RegexMatcher);
  matcher->pattern_ = pattern;
  matcher->flags_ = flags;
  TRY(matcher->syntax_, parse_regex(pattern, matcher->flags_));
  const RegexSyntax& syntax = matcher->syntax_;
  TRY(matcher->whole_, compiled(syntax.whole, syntax.ignore_case, !syntax.shortest));
  if (syntax.groups > 0) {
    TRY(matcher->parts_, compiled(syntax.parts, syntax.ignore_case, false));
  }
  return matcher;
}

Result<const RegexMatcher*> RegexMatcher::get(const SiteCache& cache, string_view pattern, string_view flags,
                                              bool ignore_case) {
  return cache.get<RegexMatcher>(
      [&](const RegexMatcher& kept) { return kept.pattern_ == pattern && kept.flag_letters_ == flags; },
      [&] { return compile(pattern, flags, ignore_case); });
}

bool RegexMatcher::matches(string_view text) const { return RE2::PartialMatch(piece(text), *whole_); }

RegexMatch RegexMatcher::find(string_view text, size_t start) const {
  re2::StringPiece found_whole;
  if (start > text.size() || !whole_->Match(piece(text), start, text.size(), RE2::UNANCHORED, &found_whole, 1)) {
    return {};
  }
  string_view whole(found_whole.data(), found_whole.size());
  if (syntax_.shortest) whole = shortest(text, whole);
  if (parts_ == nullptr) return {whole};
  std::vector<re2::StringPiece> found(static_cast<size_t>(syntax_.groups) + 1);
  const auto begin = static_cast<size_t>(whole.data() - text.data());
  if (!parts_->Match(piece(text), begin, begin + whole.size(), RE2::ANCHOR_BOTH, found.data(),
                     static_cast<int>(found.size()))) {
    found.assign(found.size(), {});
    found[0] = piece(whole);
  }
  RegexMatch match;
  for (const re2::StringPiece& part : found) {
    match.push_back(part.data() == nullptr ? std::nullopt : std::optional(string_view(part.data(), part.size())));
  }
  return match;
}

size_t RegexMatcher::after(string_view text, string_view match) {
  const size_t end = static_cast<size_t>(match.data() - text.data()) + match.size();
  if (!match.empty()) return end;
  return end < text.size() ? end + utf8_prefix_bytes(text.substr(end), 1) : end + 1;
}

// The shortest match that begins where `match` does. RE2 prefers the first of alternatives and of what quantifiers
// leave open, which need not be the shortest; but it says whether a match ends within so many bytes.
string_view RegexMatcher::shortest(string_view text, string_view match) const {
  const auto begin = static_cast<size_t>(match.data() - text.data());
  const auto ends_within = [&](size_t bytes) {
    return whole_->Match(piece(text), begin, begin + bytes, RE2::ANCHOR_START, nullptr, 0);
  };
  if (match.empty() || !ends_within(match.size() - 1)) return match;
  size_t none = 0, high = match.size() - 1;  // matches end within `high`, and not within less than `none`
  while (none < high) {
    const size_t middle = none + (high - none) / 2;
    ends_within(middle) ? void(high = middle) : void(none = middle + 1);
  }
  return match.substr(0, high);
}

}  // namespace millrace::expr
