// A regular expression ready to run, kept by a call site while pattern and flags stay the same.
//
// Runs in time linear in the text. Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/functions/regex/regex_syntax.h"
#include "expr/typed_lambda.h"

namespace re2 {
class RE2;
}

namespace millrace::expr {

// Parts of the text: the whole match, then its groups; none where a group took no part.
using RegexMatch = std::vector<std::optional<std::string_view>>;

class RegexMatcher {
 public:
  static Result<std::shared_ptr<RegexMatcher>> compile(std::string_view pattern, std::string_view flags,
                                                       bool ignore_case);
  ~RegexMatcher();

  // The one of `cache`.
  static Result<const RegexMatcher*> get(const SiteCache& cache, std::string_view pattern, std::string_view flags = {},
                                         bool ignore_case = false);

  int32_t groups() const { return syntax_.groups; }
  bool is_global() const { return flags_.global; }
  bool matches(std::string_view text) const;
  // The leftmost match at or after a byte; empty when there is none. Borrows from `text`.
  RegexMatch find(std::string_view text, size_t start) const;
  // The match at and after `start`, one after another: at most `count` of them, 0 is all. `skip_degenerate` leaves out
  // empty ones at the text's ends and just after another, as splitting wants it.
  std::vector<RegexMatch> find_all(std::string_view text, size_t start, size_t count, bool skip_degenerate) const;

 private:
  RegexMatcher() = default;

  std::string pattern_, flag_letters_;
  RegexFlags flags_;
  RegexSyntax syntax_;
  std::unique_ptr<re2::RE2> whole_, parts_;
};

}  // namespace millrace::expr
