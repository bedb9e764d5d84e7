#include "tests/sqllogictest/runner/sql_shape.h"

#include <algorithm>
#include <array>

namespace millrace::slt {
namespace {

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_word_part(char c) { return is_word_start(c) || (c >= '0' && c <= '9') || c == '$'; }
char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql), rest_(sql) {}

  void run() {
    while (!rest_.empty()) {
      if (step()) said_bytes_ = sql_.size() - rest_.size();
    }
  }
  std::vector<Token> take_tokens() { return std::move(tokens_); }
  // Up to the last byte that says something: not a blank, a comment or a semicolon.
  std::string_view said() const { return sql_.substr(0, said_bytes_); }

 private:
  // Takes the next lexical unit; returns whether it says something.
  bool step() {
    const char c = rest_[0];
    if (rest_.starts_with("--")) {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      return false;
    }
    if (rest_.starts_with("/*")) {
      skip_block_comment();
      return false;
    }
    if (c == '\'') {
      skip_string(false);
    } else if ((c == 'e' || c == 'E') && rest_.size() > 1 && rest_[1] == '\'') {
      rest_.remove_prefix(1);
      skip_string(true);
    } else if (c == '"') {
      take_quoted();
    } else if (c == '$' && skip_dollar_string()) {
      // done by the condition
    } else if (is_word_start(c)) {
      take_word();
    } else {
      const bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!is_space) tokens_.push_back({std::string(1, c), false});
      rest_.remove_prefix(1);
      return !is_space && c != ';';
    }
    return true;
  }

  void skip_block_comment() {
    size_t depth = 0;
    size_t at = 0;
    do {
      const std::string_view here = rest_.substr(at);
      if (here.starts_with("/*")) {
        ++depth;
        at += 2;
      } else if (here.starts_with("*/")) {
        --depth;
        at += 2;
      } else {
        ++at;
      }
    } while (depth > 0 && at < rest_.size());
    rest_.remove_prefix(std::min(at, rest_.size()));
  }

  void skip_string(bool backslash_escapes) {
    size_t at = 1;
    while (at < rest_.size()) {
      if (backslash_escapes && rest_[at] == '\\') {
        at += 2;
      } else if (rest_[at] != '\'') {
        ++at;
      } else if (rest_.substr(at).starts_with("''")) {
        at += 2;
      } else {
        ++at;
        break;
      }
    }
    rest_.remove_prefix(std::min(at, rest_.size()));
  }

  bool skip_dollar_string() {
    size_t tag = 1;
    while (tag < rest_.size() && is_word_part(rest_[tag]) && rest_[tag] != '$') ++tag;
    if (tag >= rest_.size() || rest_[tag] != '$') return false;
    const std::string_view delimiter = rest_.substr(0, tag + 1);
    const size_t end = rest_.find(delimiter, delimiter.size());
    if (end == std::string_view::npos) return false;
    rest_.remove_prefix(end + delimiter.size());
    return true;
  }

  void take_quoted() {
    Token token{.text = {}, .quoted = true};
    size_t at = 1;
    for (; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        if (!rest_.substr(at).starts_with("\"\"")) break;
        ++at;
      }
      token.text += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    tokens_.push_back(std::move(token));
  }

  void take_word() {
    Token token;
    size_t at = 0;
    while (at < rest_.size() && is_word_part(rest_[at])) token.text += fold(rest_[at++]);
    rest_.remove_prefix(at);
    tokens_.push_back(std::move(token));
  }

  const std::string_view sql_;
  std::string_view rest_;
  size_t said_bytes_ = 0;
  std::vector<Token> tokens_;
};

template <size_t N>
bool is_one_of(const Token& token, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return token.is(word); });
}

// Reads the object names of a CREATE, DROP or ALTER, after its first word.
class DdlReader {
 public:
  explicit DdlReader(const std::vector<Token>& tokens) : tokens_(tokens) {}

  std::vector<SqlObject> read(StatementKind kind) {
    static constexpr std::array<std::string_view, 8> kModifiers = {"or",     "replace", "temp",      "temporary",
                                                                   "global", "local",   "recursive", "unlogged"};
    static constexpr std::array<std::string_view, 3> kBeforeName = {"if", "not", "exists"};
    while (more() && is_one_of(now(), kModifiers)) ++at_;
    if (!more() || now().is("index") || now().is("unique")) return {};
    std::string object_kind = now().text;
    ++at_;
    if (object_kind == "materialized" && more()) object_kind += " " + tokens_[at_++].text;
    while (more() && (is_one_of(now(), kBeforeName) || now().is("only"))) ++at_;

    std::vector<SqlObject> objects;
    read_name(object_kind, objects);
    if (kind == StatementKind::kDrop) {
      while (more() && now().is(",")) {
        ++at_;
        read_name(object_kind, objects);
      }
    }
    if (kind == StatementKind::kAlter) read_new_name(object_kind, objects);
    return objects;
  }

 private:
  bool more() const { return at_ < tokens_.size(); }
  const Token& now() const { return tokens_[at_]; }

  static std::string written(const Token& token) {
    if (!token.quoted) return token.text;
    std::string text = "\"";
    for (const char c : token.text) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
  }

  void read_name(const std::string& kind, std::vector<SqlObject>& objects) {
    if (!more()) return;
    SqlObject object{.kind = kind, .name = written(now()), .word = now().text};
    ++at_;
    while (at_ + 1 < tokens_.size() && now().is(".")) {
      object.name += "." + written(tokens_[at_ + 1]);
      object.word = tokens_[at_ + 1].text;
      at_ += 2;
    }
    objects.push_back(std::move(object));
  }

  // ALTER TABLE a RENAME TO b
  void read_new_name(const std::string& kind, std::vector<SqlObject>& objects) {
    if (at_ + 2 < tokens_.size() && now().is("rename") && tokens_[at_ + 1].is("to")) {
      at_ += 2;
      read_name(kind, objects);
    }
  }

  const std::vector<Token>& tokens_;
  size_t at_ = 1;
};

bool has_word(const std::vector<Token>& tokens, std::string_view word) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.is(word); });
}

// WITH x AS (INSERT ..), SELECT INTO and FOR UPDATE do things; the rest of what starts like a query only asks.
bool only_asks(const std::vector<Token>& tokens) {
  if (has_word(tokens, "into")) return false;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    static constexpr std::array<std::string_view, 4> kWriters = {"insert", "update", "delete", "merge"};
    if (tokens[i].is("(") && is_one_of(tokens[i + 1], kWriters)) return false;
    if (tokens[i].is("for") && (tokens[i + 1].is("update") || tokens[i + 1].is("share"))) return false;
  }
  return true;
}

StatementKind kind_of(const std::vector<Token>& tokens) {
  static constexpr std::array<std::string_view, 4> kQueryWords = {"select", "values", "with", "table"};
  const auto first = std::find_if(tokens.begin(), tokens.end(), [](const Token& token) { return !token.is("("); });
  if (first == tokens.end()) return StatementKind::kOther;
  if (is_one_of(*first, kQueryWords)) return only_asks(tokens) ? StatementKind::kQuery : StatementKind::kOther;
  if (first->is("create")) return StatementKind::kCreate;
  if (first->is("drop")) return StatementKind::kDrop;
  if (first->is("alter")) return StatementKind::kAlter;
  if (first->is("reset")) return StatementKind::kSetting;
  if (first->is("set") && tokens.size() > 1) {
    const bool of_transaction = tokens[1].is("transaction") || tokens[1].is("constraints");
    return of_transaction ? StatementKind::kOther : StatementKind::kSetting;
  }
  return StatementKind::kOther;
}

}  // namespace

std::vector<Token> tokenize(std::string_view sql) {
  Lexer lexer(sql);
  lexer.run();
  return lexer.take_tokens();
}

StatementShape shape_of(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  StatementShape shape{.kind = kind_of(tokens)};
  switch (shape.kind) {
    case StatementKind::kCreate:
    case StatementKind::kDrop:
    case StatementKind::kAlter: shape.objects = DdlReader(tokens).read(shape.kind); break;
    case StatementKind::kQuery:
    case StatementKind::kSetting:
    case StatementKind::kOther: break;
  }
  for (const Token& token : tokens) {
    if (token.quoted || is_word_start(token.text[0])) shape.words.insert(token.text);
  }
  return shape;
}

std::string_view without_terminator(std::string_view sql) {
  Lexer lexer(sql);
  lexer.run();
  return lexer.said();
}

}  // namespace millrace::slt
