// ~ and its kin, regexp_replace, regexp_match: over RE2, which runs in time linear in the text.
//
// PostgreSQL's advanced regular expressions are taken where RE2 means the same. Look-around and back
// references have no such form and are refused (0A000), never approximated.
#include <re2/re2.h>

#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

using std::string_view;

re2::StringPiece piece(string_view text) { return {text.data(), text.size()}; }

struct Compiled {
  std::string pattern;
  std::string flags;
  std::unique_ptr<RE2> regex;
  bool global = false;
};

SqlError unsupported(const char* what) {
  return not_supported(std::string(what) + " in regular expressions are not supported",
                       "Rewrite the pattern without them: patterns here run in time linear in the text.");
}

// PostgreSQL's spelling to RE2's, as far as both can say the same.
Result<std::string> translated(string_view pattern) {
  std::string result;
  bool in_brackets = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      if (!in_brackets && next >= '1' && next <= '9') return unsupported("back references");
      if (!in_brackets && (next == 'm' || next == 'M')) return unsupported("word start and word end (\\m, \\M)");
      if (!in_brackets && next == 'y') {
        result += "\\b";
      } else if (!in_brackets && next == 'Y') {
        result += "\\B";
      } else if (!in_brackets && next == 'Z') {
        result += "\\z";
      } else {
        result += c;
        result += next;
      }
      continue;
    }
    if (in_brackets) {
      if (c == '[' && i + 1 < pattern.size() && pattern[i + 1] == ':') {
        const size_t end = pattern.find(":]", i + 2);
        if (end != string_view::npos) {
          result += pattern.substr(i, end + 2 - i);
          i = end + 1;
          continue;
        }
      }
      if (c == ']') in_brackets = false;
    } else if (c == '[') {
      in_brackets = true;
      result += c;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') result += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') {
        result += "\\]";
        ++i;
      }
      continue;
    } else if (c == '(' && pattern.substr(i).starts_with("(?") && i + 2 < pattern.size()) {
      const char kind = pattern[i + 2];
      if (kind == '=' || kind == '!' || kind == '<') return unsupported("look-around constraints");
    }
    result += c;
  }
  return result;
}

Result<std::shared_ptr<Compiled>> compile(string_view pattern, string_view flags, bool ignore_case) {
  auto compiled = std::make_shared<Compiled>();
  compiled->pattern = pattern;
  compiled->flags = flags;
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(!ignore_case);
  options.set_dot_nl(true);
  std::string prefix;
  for (const char flag : flags) {
    switch (flag) {
      case 'g': compiled->global = true; break;
      case 'i': options.set_case_sensitive(false); break;
      case 'c': options.set_case_sensitive(true); break;
      case 's': break;
      case 'n':
      case 'm':
        options.set_dot_nl(false);
        prefix = "(?m)";
        break;
      default:
        return SqlError(sqlstate::kInvalidParameterValue,
                        std::string("invalid regular expression option: \"") + flag + "\"");
    }
  }
  TRY(const std::string spelled, translated(pattern));
  compiled->regex = std::make_unique<RE2>(prefix + spelled, options);
  if (!compiled->regex->ok()) {
    return SqlError(sqlstate::kInvalidRegularExpression, "invalid regular expression: " + compiled->regex->error());
  }
  return compiled;
}

Result<const Compiled*> cached(SiteCache cache, string_view pattern, string_view flags, bool ignore_case) {
  return cache.get<Compiled>([&](const Compiled& kept) { return kept.pattern == pattern && kept.flags == flags; },
                             [&] { return compile(pattern, flags, ignore_case); });
}

Result<bool> matches(SiteCache cache, string_view text, string_view pattern, bool ignore_case) {
  TRY(const Compiled* compiled, cached(cache, pattern, "", ignore_case));
  return RE2::PartialMatch(piece(text), *compiled->regex);
}

Result<bool> negated(Result<bool> result) {
  if (!result) return result;
  return !*result;
}

// One match, groups included; empty when there is none from `start` on.
std::vector<re2::StringPiece> match_from(const RE2& regex, string_view text, size_t start) {
  std::vector<re2::StringPiece> groups(static_cast<size_t>(regex.NumberOfCapturingGroups()) + 1);
  if (!regex.Match(piece(text), start, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    groups.clear();
  }
  return groups;
}

void append_replacement(string_view replacement, const std::vector<re2::StringPiece>& groups, std::string& out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\' || i + 1 == replacement.size()) {
      out += replacement[i];
      continue;
    }
    const char next = replacement[++i];
    if (next >= '1' && next <= '9') {
      const size_t group = static_cast<size_t>(next - '0');
      if (group < groups.size()) out.append(groups[group].data(), groups[group].size());
    } else if (next == '&') {
      out.append(groups[0].data(), groups[0].size());
    } else if (next == '\\') {
      out += '\\';
    } else {
      out += '\\';
      out += next;
    }
  }
}

Result<std::string> regexp_replace(SiteCache cache, string_view text, string_view pattern, string_view replacement,
                                   string_view flags) {
  TRY(const Compiled* compiled, cached(cache, pattern, flags, false));
  std::string result;
  size_t at = 0;
  size_t search = 0;
  while (search <= text.size()) {
    const auto groups = match_from(*compiled->regex, text, search);
    if (groups.empty()) break;
    const size_t start = static_cast<size_t>(groups[0].data() - text.data());
    const size_t end = start + groups[0].size();
    result += text.substr(at, start - at);
    append_replacement(replacement, groups, result);
    at = end;
    if (!compiled->global) break;
    search = end > start ? end : end + 1;
  }
  result += text.substr(at);
  return result;
}

}  // namespace

std::vector<ScalarFunction> regex_functions() {
  return {
      op(
          "~",
          [](SiteCache cache, string_view text, string_view pattern) { return matches(cache, text, pattern, false); },
          "Matches a regular expression.", "'thomas' ~ 't.*ma'"),
      op(
          "!~",
          [](SiteCache cache, string_view text, string_view pattern) {
            return negated(matches(cache, text, pattern, false));
          },
          "Does not match a regular expression.", "'thomas' !~ 't.*max'"),
      op(
          "~*",
          [](SiteCache cache, string_view text, string_view pattern) { return matches(cache, text, pattern, true); },
          "Matches a regular expression in any case.", "'thomas' ~* 'T.*ma'"),
      op(
          "!~*",
          [](SiteCache cache, string_view text, string_view pattern) {
            return negated(matches(cache, text, pattern, true));
          },
          "Does not match a regular expression in any case.", "'thomas' !~* 'T.*ka'"),
      scalar(
          "regexp_replace",
          [](SiteCache cache, string_view text, string_view pattern, string_view replacement) {
            return regexp_replace(cache, text, pattern, replacement, "");
          },
          "The first match replaced.", "regexp_replace('foobarbaz', 'b..', 'X') = 'fooXbaz'"),
      scalar(
          "regexp_replace",
          [](SiteCache cache, string_view text, string_view pattern, string_view replacement, string_view flags) {
            return regexp_replace(cache, text, pattern, replacement, flags);
          },
          "Matches replaced, all of them with flag g.", "regexp_replace('foobarbaz', 'b..', 'X', 'g') = 'fooXX'"),
  };
}

}  // namespace millrace::expr
