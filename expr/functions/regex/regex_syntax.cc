#include "expr/functions/regex/regex_syntax.h"

#include <vector>

#include "expr/functions/code_points.h"
#include "expr/functions/regex/regex_bracket.h"

namespace millrace::expr {
namespace {

using std::string_view;

// Which length of several possible ones is taken.
enum class Preference : uint8_t { kNone, kLongest, kShortest };

struct Node {
  enum class Kind : uint8_t { kAtom, kSequence, kAlternatives, kGroup, kRepetition };
  Kind kind = Kind::kSequence;
  std::string atom;  // in RE2's spelling
  std::vector<Node> parts;
  bool captures = false;                      // of a group
  std::string bounds;                         // of a repetition: "*", "{2,3}"
  Preference quantifier = Preference::kNone;  // of a repetition; none: an exact count
};

Preference preference(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kAtom: return Preference::kNone;
    case Node::Kind::kAlternatives: return Preference::kLongest;
    case Node::Kind::kRepetition:
      if (node.quantifier != Preference::kNone) return node.quantifier;
      break;
    case Node::Kind::kSequence:
    case Node::Kind::kGroup: break;
  }
  for (const Node& part : node.parts) {
    if (const Preference found = preference(part); found != Preference::kNone) return found;
  }
  return Preference::kNone;
}

// `forced` overrules the quantifiers' own preference: a quantifier decides for all that it holds.
void append(const Node& node, Preference forced, std::string& out) {
  switch (node.kind) {
    case Node::Kind::kAtom: out += node.atom; break;
    case Node::Kind::kSequence:
      for (const Node& part : node.parts) append(part, forced, out);
      break;
    case Node::Kind::kAlternatives:
      for (size_t i = 0; i < node.parts.size(); ++i) {
        if (i > 0) out += '|';
        append(node.parts[i], forced, out);
      }
      break;
    case Node::Kind::kGroup:
      out += node.captures ? "(" : "(?:";
      append(node.parts[0], forced, out);
      out += ')';
      break;
    case Node::Kind::kRepetition: {
      const Preference own = forced != Preference::kNone ? forced : node.quantifier;
      append(node.parts[0], own, out);
      out += node.bounds;
      if (own == Preference::kShortest) out += '?';
      break;
    }
  }
}

class Parser {
 public:
  Parser(string_view pattern, RegexFlags flags) : pattern_(pattern), flags_(flags) {}

  Result<RegexSyntax> run() {
    TRY(read_director());
    Node root;
    if (flags_.literal) {
      while (!at_end()) root.parts.push_back(character(next_code_point(pattern_, at_)));
    } else {
      TRY(root, read_alternatives(0));
      if (!at_end()) return invalid_regex("parentheses () not balanced");
    }
    RegexSyntax syntax;
    syntax.shortest = preference(root) == Preference::kShortest;
    append(root, syntax.shortest ? Preference::kShortest : Preference::kLongest, syntax.whole);
    append(root, Preference::kNone, syntax.parts);
    syntax.ignore_case = flags_.ignore_case;
    syntax.groups = groups_;
    return syntax;
  }

 private:
  static constexpr int kDepthMax = 500;

  bool at_end() const { return at_ >= pattern_.size(); }
  char front() const { return at_end() ? '\0' : pattern_[at_]; }
  bool rest_begins(string_view text) const { return pattern_.substr(std::min(at_, pattern_.size())).starts_with(text); }

  static Node atom(std::string text) {
    Node node;
    node.kind = Node::Kind::kAtom;
    node.atom = std::move(text);
    return node;
  }
  static Node character(char32_t code) { return atom(regex_character(code)); }

  static SqlError unsupported(const char* what) {
    return SqlError(sqlstate::kFeatureNotSupported, std::string(what) + " in regular expressions are not supported")
        .with_hint("Rewrite the pattern without them: patterns here run in time linear in the text.");
  }

  // "***=" makes the rest literal, "***:" an advanced expression; "(?xyz)" sets flags.
  Status read_director() {
    if (flags_.literal) return {};
    if (rest_begins("***=")) {
      at_ += 4;
      flags_.literal = true;
      return {};
    }
    if (rest_begins("***:")) at_ += 4;
    if (rest_begins("***")) return invalid_regex("quantifier operand invalid");
    if (!rest_begins("(?") || at_ + 2 >= pattern_.size()) return {};
    const char first = pattern_[at_ + 2];
    if (!((first >= 'a' && first <= 'z') || first == ')')) return {};
    const size_t close = pattern_.find(')', at_);
    if (close == string_view::npos) return invalid_regex("invalid embedded option");
    const string_view letters = pattern_.substr(at_ + 2, close - at_ - 2);
    if (letters.find('g') != string_view::npos || !set_flags(letters, flags_)) {
      return invalid_regex("invalid embedded option");
    }
    at_ = close + 1;
    return {};
  }

 public:
  // False when a letter is none of a flag's.
  static bool set_flags(string_view letters, RegexFlags& flags) {
    for (const char letter : letters) {
      switch (letter) {
        case 'g': flags.global = true; break;
        case 'i': flags.ignore_case = true; break;
        case 'c': flags.ignore_case = false; break;
        case 'n':
        case 'm': flags.dot_stops = flags.anchors_at_lines = true; break;
        case 's': flags.dot_stops = flags.anchors_at_lines = false; break;
        case 'p':
          flags.dot_stops = true;
          flags.anchors_at_lines = false;
          break;
        case 'w':
          flags.dot_stops = false;
          flags.anchors_at_lines = true;
          break;
        case 'q': flags.literal = true; break;
        case 'x': flags.expanded = true; break;
        case 't': flags.expanded = false; break;
        case 'e': break;
        default: return false;
      }
    }
    return true;
  }

 private:
  void skip_ignored() {
    while (true) {
      if (rest_begins("(?#")) {
        const size_t close = pattern_.find(')', at_);
        at_ = close == string_view::npos ? pattern_.size() : close + 1;
      } else if (flags_.expanded && (front() == ' ' || (front() >= '\t' && front() <= '\r')) && !at_end()) {
        ++at_;
      } else if (flags_.expanded && front() == '#') {
        at_ = std::min(pattern_.find('\n', at_), pattern_.size());
      } else {
        return;
      }
    }
  }

  Result<Node> read_alternatives(int depth) {
    if (depth > kDepthMax) return invalid_regex("regular expression is too complex");
    std::vector<Node> branches;
    do {
      if (!branches.empty()) ++at_;
      TRY(Node branch, read_sequence(depth));
      branches.push_back(std::move(branch));
    } while (front() == '|');
    if (branches.size() == 1) return std::move(branches.front());
    Node node;
    node.kind = Node::Kind::kAlternatives;
    node.parts = std::move(branches);
    return node;
  }

  Result<Node> read_sequence(int depth) {
    Node node;
    for (skip_ignored(); !at_end() && front() != '|' && front() != ')'; skip_ignored()) {
      bool is_constraint = false;
      TRY(Node part, read_atom(depth, is_constraint));
      skip_ignored();
      TRY(read_quantifiers(part, is_constraint));
      node.parts.push_back(std::move(part));
    }
    return node;
  }

  Result<int> read_count() {
    int count = -1;
    for (; front() >= '0' && front() <= '9' && !at_end(); ++at_) {
      count = std::max(count, 0) * 10 + (front() - '0');
      if (count > 255) return invalid_regex("invalid repetition count(s)");
    }
    return count;
  }

  bool begins_bounds() const {
    return front() == '{' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] >= '0' && pattern_[at_ + 1] <= '9';
  }

  Status read_quantifiers(Node& part, bool is_constraint) {
    const auto begins = [&] {
      return !at_end() && (front() == '*' || front() == '+' || front() == '?' || begins_bounds());
    };
    if (!begins()) return {};
    if (is_constraint) return invalid_regex("quantifier operand invalid");
    Node node;
    node.kind = Node::Kind::kRepetition;
    node.quantifier = Preference::kLongest;
    if (begins_bounds()) {
      ++at_;
      TRY(const int low, read_count());
      int high = low;
      bool exact = true;
      if (front() == ',') {
        ++at_;
        exact = false;
        TRY(high, read_count());
      }
      if (front() != '}') return invalid_regex(at_end() ? "braces {} not balanced" : "invalid repetition count(s)");
      if (high >= 0 && high < low) return invalid_regex("invalid repetition count(s)");
      if (exact) node.quantifier = Preference::kNone;
      node.bounds = "{" + std::to_string(low) + (exact ? "" : "," + (high < 0 ? "" : std::to_string(high))) + "}";
    } else {
      node.bounds = std::string(1, front());
    }
    ++at_;
    if (front() == '?') {
      ++at_;
      if (node.quantifier != Preference::kNone) node.quantifier = Preference::kShortest;
    }
    // RE2 refuses what is repeated to be repeated again, bare.
    Node group;
    group.kind = Node::Kind::kGroup;
    group.parts.push_back(std::move(part));
    node.parts.push_back(std::move(group));
    part = std::move(node);
    skip_ignored();
    if (begins()) return invalid_regex("quantifier operand invalid");
    return {};
  }

  Result<Node> read_group(int depth) {
    ++at_;
    Node node;
    node.kind = Node::Kind::kGroup;
    node.captures = true;
    if (front() == '?') {
      ++at_;
      const char kind = front();
      if (kind == '=' || kind == '!' || kind == '<') return unsupported("look-around constraints");
      if (kind != ':') return invalid_regex("quantifier operand invalid");
      ++at_;
      node.captures = false;
    }
    if (node.captures) ++groups_;
    TRY(Node inside, read_alternatives(depth + 1));
    if (front() != ')') return invalid_regex("parentheses () not balanced");
    ++at_;
    node.parts.push_back(std::move(inside));
    return node;
  }

  Result<Node> read_escape(bool& is_constraint) {
    ++at_;
    if (at_end()) return invalid_regex("invalid escape \\ sequence");
    const char letter = front();
    if (const std::string members = regex_class_escape(letter); !members.empty()) {
      ++at_;
      return atom(members);
    }
    if (letter >= '1' && letter <= '9') return read_number();
    if (letter == 'm' || letter == 'M') return unsupported("word start and word end (\\m, \\M)");
    // RE2's own word boundary knows ASCII words alone.
    if (letter == 'y' || letter == 'Y') return unsupported("word boundaries (\\y, \\Y)");
    const char* anchor = letter == 'A' ? "\\A" : letter == 'Z' ? "\\z" : nullptr;
    if (anchor != nullptr) {
      ++at_;
      is_constraint = true;
      return atom(anchor);
    }
    TRY(const char32_t code, read_regex_escape(pattern_, at_));
    return character(code);
  }

  // \1 is a back reference; \101, with no so many groups before it, an octal number.
  Result<Node> read_number() {
    const size_t end = std::min(pattern_.find_first_not_of("0123456789", at_), pattern_.size());
    if (end - at_ == 1) {
      if (front() - '0' > groups_) return invalid_regex("invalid backreference number");
      return unsupported("back references");
    }
    int32_t number = 0;
    for (size_t i = at_; i < end && number <= groups_; ++i) number = number * 10 + (pattern_[i] - '0');
    if (number <= groups_) return unsupported("back references");
    char32_t code = 0;
    for (int i = 0; i < 3 && front() >= '0' && front() <= '7' && !at_end(); ++i, ++at_) {
      code = code * 8 + static_cast<char32_t>(front() - '0');
    }
    if (code == 0) return invalid_regex("invalid backreference number");
    return character(code);
  }

  Result<Node> read_atom(int depth, bool& is_constraint) {
    switch (front()) {
      case '(': return read_group(depth);
      case '[':
        if (rest_begins("[[:<:]]") || rest_begins("[[:>:]]")) return unsupported("word start and word end");
        ++at_;
        {
          TRY(std::string text, read_regex_bracket(pattern_, at_, flags_.dot_stops));
          return atom(std::move(text));
        }
      case '\\': return read_escape(is_constraint);
      case '.': ++at_; return atom(flags_.dot_stops ? "[^\\n]" : "(?s:.)");
      case '^':
        ++at_;
        is_constraint = true;
        return atom(flags_.anchors_at_lines ? "(?m:^)" : "\\A");
      case '$':
        ++at_;
        is_constraint = true;
        return atom(flags_.anchors_at_lines ? "(?m:$)" : "\\z");
      case '*':
      case '+':
      case '?': return invalid_regex("quantifier operand invalid");
      case '{':
        if (begins_bounds()) return invalid_regex("quantifier operand invalid");
        break;
      default: break;
    }
    return character(next_code_point(pattern_, at_));
  }

  const string_view pattern_;
  RegexFlags flags_;
  size_t at_ = 0;
  int32_t groups_ = 0;
};

}  // namespace

Result<RegexFlags> parse_regex_flags(string_view letters) {
  RegexFlags flags;
  for (size_t at = 0; at < letters.size();) {
    const size_t start = at;
    next_code_point(letters, at);
    const string_view letter = letters.substr(start, at - start);
    if (letter == "b") {
      return SqlError(sqlstate::kFeatureNotSupported, "basic regular expressions are not supported")
          .with_hint("Write the pattern as an advanced regular expression, without the flag b.");
    }
    if (!Parser::set_flags(letter, flags)) {
      return SqlError(sqlstate::kInvalidParameterValue,
                      "invalid regular expression option: \"" + std::string(letter) + "\"");
    }
  }
  return flags;
}

Result<RegexSyntax> parse_regex(string_view pattern, const RegexFlags& flags) { return Parser(pattern, flags).run(); }

Result<std::string> similar_to_regex(string_view pattern, string_view escape) {
  if (utf8_length(escape) > 1) {
    return SqlError(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  // The whole text has to match, and alternatives must not swallow the anchors.
  std::string result = "^(?:";
  bool escaped = false, in_brackets = false;
  int quotes = 0;
  for (size_t at = 0; at < pattern.size();) {
    const size_t start = at;
    next_code_point(pattern, at);
    const string_view c = pattern.substr(start, at - start);
    if (escaped) {
      escaped = false;
      if (c == "\"" && !in_brackets) {
        // The part between two of them is what substring() takes: the first part is kept as short as it can be.
        if (quotes > 1) {
          return SqlError(SqlState("2200C"),
                          "SQL regular expression may not contain more than two escape-double-quote separators");
        }
        result += quotes++ == 0 ? "){1,1}?(" : "){1,1}(?:";
      } else {
        result.append("\\").append(c);
      }
    } else if (!escape.empty() && c == escape) {
      escaped = true;
    } else if (in_brackets) {
      if (c == "\\") result += '\\';
      result += c;
      if (c == "]") in_brackets = false;
    } else if (c == "[") {
      result += c;
      in_brackets = true;
    } else if (c == "%") {
      result += ".*";
    } else if (c == "_") {
      result += '.';
    } else if (c == "(") {
      result += "(?:";
    } else if (c == "\\" || c == "." || c == "^" || c == "$") {
      result.append("\\").append(c);
    } else {
      result += c;
    }
  }
  return result + ")$";
}

}  // namespace millrace::expr
