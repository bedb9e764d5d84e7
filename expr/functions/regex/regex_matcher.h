// A regular expression ready to run, kept by a call site while pattern and flags stay the same.
//
// One search takes time linear in the text; of a pattern that prefers the shortest match, a few more over the match
// alone. Threads: any.
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
  static Result<std::shared_ptr<RegexMatcher>> compile(std::string_view pattern, const RegexFlags& flags);
  ~RegexMatcher();

  // The one of `cache`.
  static Result<const RegexMatcher*> get(const SiteCache& cache, std::string_view pattern, std::string_view flags = {},
                                         bool ignore_case = false);

  int32_t groups() const { return syntax_.groups; }
  bool is_global() const { return flags_.global; }
  bool matches(std::string_view text) const;
  // The leftmost match at or after a byte; empty when there is none. Borrows from `text`.
  RegexMatch find(std::string_view text, size_t start) const;
  // Calls visit(const RegexMatch&) for the matches at and after `start`, one after another, until it says false.
  template <class Visit>
  void for_each_match(std::string_view text, size_t start, Visit visit) const {
    while (start <= text.size()) {
      const RegexMatch match = find(text, start);
      if (match.empty() || !visit(match)) return;
      start = after(text, *match[0]);
    }
  }

 private:
  RegexMatcher() = default;

  // Where the next search begins after a match: past it, and past a character more when it was empty.
  static size_t after(std::string_view text, std::string_view match);
  std::string_view shortest(std::string_view text, std::string_view match) const;

  std::string pattern_, flag_letters_;
  RegexFlags flags_;
  RegexSyntax syntax_;
  std::unique_ptr<re2::RE2> whole_, parts_;
};

}  // namespace millrace::expr
