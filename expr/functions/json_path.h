// Runs a jsonpath over a jsonb value, with PostgreSQL 15's answers and errors.
//
// In lax mode arrays are unwrapped and wrapped as accessors want them and structural errors give nothing; in strict
// mode they are errors. Inside a predicate an error makes its answer unknown.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/eval_context.h"
#include "expr/functions/regex/regex_matcher.h"
#include "types/jsonb.h"
#include "types/jsonpath.h"

namespace millrace::expr {

// A path made ready: what a call site keeps.
class PathProgram {
 public:
  // `text` is of a jsonpath value.
  static Result<std::shared_ptr<PathProgram>> compile(std::string_view text);

  const std::string& text() const { return text_; }
  const Jsonpath& path() const { return path_; }
  // REQUIRES: a like_regex of this path.
  const RegexMatcher& regex(const PathNode& node) const { return *regexes_.at(&node); }

 private:
  PathProgram() = default;
  Status add_regexes(const PathNode* node);

  std::string text_;
  Jsonpath path_;
  std::map<const PathNode*, std::shared_ptr<RegexMatcher>> regexes_;
};

struct PathCall {
  const PathProgram& program;
  JsonbView target;
  std::optional<JsonbView> variables;  // an object
  bool silent = false;                 // errors end the run instead of failing it
  bool time_zones = false;             // values with and without time zone may be compared
  const EvalContext& context;
};

// What the path finds, each as the bytes of a jsonb.
Result<std::vector<std::string>> run_path(const PathCall& call);
// Whether it finds anything; none when it ended in an error.
Result<std::optional<bool>> path_finds(const PathCall& call);

}  // namespace millrace::expr
