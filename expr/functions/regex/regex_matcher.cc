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

// Where the next search begins after a match: past it, and past a character more when it was empty.
size_t after(string_view text, string_view match) {
  const size_t end = static_cast<size_t>(match.data() - text.data()) + match.size();
  if (!match.empty()) return end;
  return end < text.size() ? end + utf8_prefix_bytes(text.substr(end), 1) : end + 1;
}

}  // namespace

RegexMatcher::~RegexMatcher() = default;

Result<std::shared_ptr<RegexMatcher>> RegexMatcher::compile(string_view pattern, string_view flags, bool ignore_case) {
  std::shared_ptr<RegexMatcher> matcher(new RegexMatcher);
  matcher->pattern_ = pattern;
  matcher->flag_letters_ = flags;
  TRY(matcher->flags_, parse_regex_flags(flags));
  if (ignore_case) matcher->flags_.ignore_case = true;
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
  re2::StringPiece whole;
  if (start > text.size() || !whole_->Match(piece(text), start, text.size(), RE2::UNANCHORED, &whole, 1)) return {};
  if (parts_ == nullptr) return {string_view(whole.data(), whole.size())};
  std::vector<re2::StringPiece> found(static_cast<size_t>(syntax_.groups) + 1);
  const auto begin = static_cast<size_t>(whole.data() - text.data());
  if (!parts_->Match(piece(text), begin, begin + whole.size(), RE2::ANCHOR_BOTH, found.data(),
                     static_cast<int>(found.size()))) {
    found.assign(found.size(), {});
    found[0] = whole;
  }
  RegexMatch match;
  for (const re2::StringPiece& part : found) {
    match.push_back(part.data() == nullptr ? std::nullopt : std::optional(string_view(part.data(), part.size())));
  }
  return match;
}

std::vector<RegexMatch> RegexMatcher::find_all(string_view text, size_t start, size_t count,
                                               bool skip_degenerate) const {
  std::vector<RegexMatch> matches;
  size_t last_end = 0;
  while (start <= text.size() && (count == 0 || matches.size() < count)) {
    RegexMatch match = find(text, start);
    if (match.empty()) break;
    const string_view whole = *match[0];
    const auto begin = static_cast<size_t>(whole.data() - text.data());
    start = after(text, whole);
    const size_t end = begin + whole.size();
    if (!skip_degenerate || (begin < text.size() && end > last_end)) matches.push_back(std::move(match));
    last_end = end;
  }
  return matches;
}

}  // namespace millrace::expr
