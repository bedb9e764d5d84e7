#include "expr/overload_resolution.h"

#include <algorithm>

#include "expr/coercion.h"
#include "expr/polymorphism.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

// A candidate with its argument types spelled out for this call (a variadic one repeated).
struct Match {
  const Candidate* candidate;
  std::vector<uint32_t> arguments;
};

char category(uint32_t type_oid) {
  const TypeInfo* type = find_type(type_oid);
  return type == nullptr ? 'P' : type->category;
}

bool preferred(uint32_t type_oid) {
  const TypeInfo* type = find_type(type_oid);
  return type != nullptr && type->preferred;
}

uint32_t oid_of(SqlType type) { return is_unknown(type) ? oid::kUnknown : type.oid(); }

// Whether each argument reaches its declared type by an implicit cast (can_coerce_type).
bool reaches(const std::vector<SqlType>& arguments, const std::vector<uint32_t>& declared) {
  bool polymorphic = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const uint32_t target = declared[i];
    if (is_polymorphic(target)) {
      polymorphic = true;
      continue;
    }
    if (is_unknown(arguments[i]) || target == oid::kAny) continue;
    if (target == oid::kRecord && arguments[i].info().kind == TypeKind::kComposite) continue;
    const TypeInfo* info = find_type(target);
    if (info == nullptr || !can_coerce(arguments[i], SqlType(*info), CastContext::kImplicit)) return false;
  }
  if (!polymorphic) return true;
  // Whether they agree; unknown ones agree with anything.
  std::vector<uint32_t> known_declared;
  std::vector<SqlType> known;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (is_unknown(arguments[i])) continue;
    known_declared.push_back(declared[i]);
    known.push_back(arguments[i]);
  }
  for (size_t i = 0; i < known.size(); ++i) {
    if (!is_polymorphic(known_declared[i])) known_declared[i] = known[i].oid();
  }
  return known.empty() || specialise(known_declared, oid::kBool, known).has_value();
}

std::vector<Match> of_arity(std::span<const Candidate> candidates, size_t arity) {
  std::vector<Match> matches;
  for (const Candidate& candidate : candidates) {
    const Signature& signature = *candidate.signature;
    if (!signature.variadic) {
      if (signature.arguments.size() == arity) matches.push_back({&candidate, signature.arguments});
      continue;
    }
    if (arity < signature.arguments.size()) continue;
    std::vector<uint32_t> arguments = signature.arguments;
    arguments.resize(arity, signature.arguments.back());
    matches.push_back({&candidate, std::move(arguments)});
  }
  // A plain function hides a variadic one that looks the same in this call.
  std::erase_if(matches, [&](const Match& match) {
    return match.candidate->signature->variadic && std::ranges::any_of(matches, [&](const Match& other) {
             return !other.candidate->signature->variadic && other.arguments == match.arguments;
           });
  });
  return matches;
}

// Keeps the matches with the highest score.
template <class Score>
void keep_best(std::vector<Match>& matches, Score score) {
  size_t best = 0;
  for (const Match& match : matches) best = std::max(best, score(match));
  std::erase_if(matches, [&](const Match& match) { return score(match) < best; });
}

// Rule 4: narrows by the category that the unknown arguments should have. False when they leave it open.
void narrow_by_category(std::vector<Match>& matches, const std::vector<SqlType>& arguments) {
  std::vector<char> categories(arguments.size(), 0);
  std::vector<bool> has_preferred(arguments.size(), false);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!is_unknown(arguments[i])) continue;
    bool conflict = false;
    for (const Match& match : matches) {
      const char current = category(match.arguments[i]);
      const bool is_preferred = preferred(match.arguments[i]);
      if (categories[i] == 0) {
        categories[i] = current;
        has_preferred[i] = is_preferred;
      } else if (categories[i] == current) {
        has_preferred[i] = has_preferred[i] || is_preferred;
      } else if (current == 'S') {
        categories[i] = current;
        has_preferred[i] = is_preferred;
      } else {
        conflict = true;
      }
    }
    if (conflict && categories[i] != 'S') return;
  }
  std::vector<Match> kept;
  std::ranges::copy_if(matches, std::back_inserter(kept), [&](const Match& match) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!is_unknown(arguments[i])) continue;
      if (category(match.arguments[i]) != categories[i]) return false;
      if (has_preferred[i] && !preferred(match.arguments[i])) return false;
    }
    return true;
  });
  if (!kept.empty()) matches = std::move(kept);
}

// Rule 5: takes the unknown arguments to be of the one type that all known ones have.
void narrow_by_known_type(std::vector<Match>& matches, const std::vector<SqlType>& arguments) {
  SqlType known;
  for (const SqlType argument : arguments) {
    if (is_unknown(argument)) continue;
    if (known.valid() && !known.same_base(argument)) return;
    known = argument;
  }
  if (!known.valid()) return;
  const std::vector<SqlType> assumed(arguments.size(), known);
  std::vector<Match> kept;
  std::ranges::copy_if(matches, std::back_inserter(kept),
                       [&](const Match& match) { return reaches(assumed, match.arguments); });
  if (kept.size() == 1) matches = std::move(kept);
}

// func_select_candidate. Leaves one match, or several when it cannot choose.
void select(std::vector<Match>& matches, const std::vector<SqlType>& arguments) {
  const auto exact = [&](const Match& match, size_t i) {
    return !is_unknown(arguments[i]) && match.arguments[i] == arguments[i].oid();
  };
  keep_best(matches, [&](const Match& match) {
    size_t score = 0;
    for (size_t i = 0; i < arguments.size(); ++i) score += exact(match, i);
    return score;
  });
  if (matches.size() == 1) return;
  keep_best(matches, [&](const Match& match) {
    size_t score = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (is_unknown(arguments[i])) continue;
      const bool same_category_preferred =
          preferred(match.arguments[i]) && category(match.arguments[i]) == arguments[i].info().category;
      score += exact(match, i) || same_category_preferred;
    }
    return score;
  });
  if (matches.size() == 1 || std::ranges::none_of(arguments, is_unknown)) return;
  narrow_by_category(matches, arguments);
  if (matches.size() > 1) narrow_by_known_type(matches, arguments);
}

Result<ResolvedCall> finish(const Match& match, const std::vector<SqlType>& arguments) {
  const auto specialised = specialise(match.arguments, match.candidate->signature->result, arguments);
  if (!specialised) {
    return SqlError(sqlstate::kDatatypeMismatch, "could not determine polymorphic type because input has type unknown");
  }
  return ResolvedCall{*match.candidate, specialised->arguments, specialised->result};
}

const Match* find_exact(const std::vector<Match>& matches, const std::vector<SqlType>& arguments) {
  const auto found = std::ranges::find_if(
      matches, [&](const Match& match) { return std::ranges::equal(match.arguments, arguments, {}, {}, oid_of); });
  return found == matches.end() ? nullptr : &*found;
}

SqlError missing(FunctionKind kind, const std::string& name, const std::vector<SqlType>& arguments) {
  const std::string call = describe_call(kind, name, arguments);
  if (kind != FunctionKind::kOperator) {
    return SqlError(sqlstate::kUndefinedFunction, "function " + call + " does not exist")
        .with_hint("No function matches the given name and argument types. You might need to add explicit type casts.");
  }
  return SqlError(sqlstate::kUndefinedFunction, "operator does not exist: " + call)
      .with_hint(arguments.size() == 1
                     ? "No operator matches the given name and argument type. You might need to add an explicit type "
                       "cast."
                     : "No operator matches the given name and argument types. You might need to add explicit type "
                       "casts.");
}

SqlError ambiguous(FunctionKind kind, const std::string& name, const std::vector<SqlType>& arguments) {
  const std::string call = describe_call(kind, name, arguments);
  if (kind != FunctionKind::kOperator) {
    return SqlError(sqlstate::kAmbiguousFunction, "function " + call + " is not unique")
        .with_hint("Could not choose a best candidate function. You might need to add explicit type casts.");
  }
  return SqlError(sqlstate::kAmbiguousFunction, "operator is not unique: " + call)
      .with_hint("Could not choose a best candidate operator. You might need to add explicit type casts.");
}

Result<ResolvedCall> resolve(FunctionKind kind, const std::string& name, std::span<const Candidate> candidates,
                             const std::vector<SqlType>& arguments, const std::vector<SqlType>& exact_arguments) {
  std::vector<Match> matches = of_arity(candidates, arguments.size());
  if (const Match* match = find_exact(matches, exact_arguments)) return finish(*match, arguments);
  std::erase_if(matches, [&](const Match& match) { return !reaches(arguments, match.arguments); });
  if (matches.empty()) return missing(kind, name, arguments);
  if (matches.size() > 1) select(matches, arguments);
  if (matches.size() > 1) return ambiguous(kind, name, arguments);
  return finish(matches.front(), arguments);
}

}  // namespace

bool is_unknown(SqlType type) { return !type.valid() || type.oid() == oid::kUnknown; }

Result<ResolvedCall> resolve_function(const std::string& name, const std::vector<SqlType>& arguments) {
  return resolve(FunctionKind::kFunction, name, FunctionRegistry::instance().candidates(name), arguments, arguments);
}

Result<ResolvedCall> resolve_operator(const std::string& name, const std::vector<SqlType>& arguments) {
  std::vector<SqlType> exact = arguments;
  if (exact.size() == 2) {
    if (is_unknown(exact[0])) exact[0] = exact[1];
    if (is_unknown(exact[1])) exact[1] = exact[0];
  }
  return resolve(FunctionKind::kOperator, name, FunctionRegistry::instance().operators(name), arguments, exact);
}

Result<SqlType> common_type(const std::string& what, const std::vector<SqlType>& types) {
  SqlType chosen;
  bool same = true;
  for (const SqlType type : types) {
    if (is_unknown(type)) continue;
    if (!chosen.valid()) {
      chosen = type;
      continue;
    }
    if (chosen == type) continue;
    same = false;
    if (chosen.same_base(type)) continue;
    if (chosen.info().category != type.info().category) {
      return SqlError(sqlstate::kDatatypeMismatch, what + " types " + chosen.without_typmod().to_string() + " and " +
                                                       type.without_typmod().to_string() + " cannot be matched");
    }
    if (!chosen.info().preferred && can_coerce(chosen, type, CastContext::kImplicit) &&
        !can_coerce(type, chosen, CastContext::kImplicit)) {
      chosen = type;
    }
  }
  if (!chosen.valid()) return type_of(oid::kText);
  for (const SqlType type : types) {
    if (is_unknown(type) || can_coerce(type, chosen, CastContext::kImplicit)) continue;
    return SqlError(sqlstate::kCannotCoerce, what + " could not convert type " + type.without_typmod().to_string() +
                                                 " to " + chosen.without_typmod().to_string());
  }
  // The modifier survives only when all have it.
  const bool all_known = std::ranges::none_of(types, is_unknown);
  return same && all_known ? chosen : chosen.without_typmod();
}

}  // namespace millrace::expr
