#include "sql/parser/clause_text.h"

#include <array>
#include <vector>

#include "sql/parser/lexer.h"

namespace millrace::sql {
namespace {

bool opens(const Token& token) { return token.is_symbol("(") || token.is_symbol("["); }
bool closes(const Token& token) { return token.is_symbol(")") || token.is_symbol("]"); }

// Words that may follow a DEFAULT's expression and cannot go on with it.
bool ends_default(const Token& token) {
  static constexpr std::array<std::string_view, 12> kWords = {"not",     "null",       "check",      "primary",
                                                              "unique",  "references", "constraint", "generated",
                                                              "collate", "deferrable", "default",    "initially"};
  for (const std::string_view word : kWords) {
    if (token.is_word(word)) return true;
  }
  return token.is_symbol(",") || token.is_symbol(";");
}

std::string between(std::string_view text, uint32_t begin, uint32_t end) {
  while (begin < end && static_cast<unsigned char>(text[begin]) <= ' ') ++begin;
  while (end > begin && static_cast<unsigned char>(text[end - 1]) <= ' ') --end;
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

std::string query_text(std::string_view statement) {
  Lexer lexer(statement);
  int depth = 0;
  Token token = lexer.next();
  while (token.kind != TokenKind::kEnd && !(depth == 0 && token.is_word("as"))) {
    if (opens(token)) ++depth;
    if (closes(token)) --depth;
    token = lexer.next();
  }
  const uint32_t begin = token.end;
  // A trailing WITH clause is the last WITH outside parentheses whose rest is only its own words.
  uint32_t with = 0;
  bool only_words = false;
  uint32_t end = begin;
  for (token = lexer.next(); token.kind != TokenKind::kEnd && !(depth == 0 && token.is_symbol(";"));
       token = lexer.next()) {
    if (opens(token)) ++depth;
    if (closes(token)) --depth;
    if (depth == 0 && token.is_word("with") && token.begin > begin) {
      with = token.begin;
      only_words = true;
    } else if (only_words && !(token.is_word("no") || token.is_word("data") || token.is_word("local") ||
                               token.is_word("cascaded") || token.is_word("check") || token.is_word("option"))) {
      only_words = false;
    }
    end = token.end;
  }
  return between(statement, begin, only_words && with > begin ? with : end);
}

std::string check_text(std::string_view statement, int begin) {
  Lexer lexer(statement, static_cast<uint32_t>(begin));
  Token token = lexer.next();
  while (token.kind != TokenKind::kEnd && !token.is_symbol("(")) token = lexer.next();
  const uint32_t first = token.end;
  int depth = 1;
  while (depth > 0 && token.kind != TokenKind::kEnd) {
    token = lexer.next();
    if (token.is_symbol("(")) ++depth;
    if (token.is_symbol(")")) --depth;
  }
  return between(statement, first, token.begin);
}

std::string default_text(std::string_view statement, int begin) {
  Lexer lexer(statement, static_cast<uint32_t>(begin));
  Token token = lexer.next();
  while (token.kind != TokenKind::kEnd && !token.is_word("default")) token = lexer.next();
  const uint32_t first = token.end;
  uint32_t end = first;
  int depth = 0;
  bool after_is = false;  // IS [NOT] DISTINCT FROM is part of the expression
  for (token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (depth == 0 && closes(token)) break;
    if (depth == 0 && end != first && !after_is && ends_default(token)) break;
    if (opens(token)) ++depth;
    if (closes(token)) --depth;
    after_is = token.is_word("is");
    end = token.end;
  }
  return between(statement, first, end);
}

std::string set_default_text(std::string_view statement, size_t index) {
  Lexer lexer(statement);
  int depth = 0;
  bool after_set = false;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (opens(token)) ++depth;
    if (closes(token)) --depth;
    if (depth == 0 && after_set && token.is_word("default") && index-- == 0) {
      return default_text(statement, static_cast<int>(token.begin));
    }
    after_set = token.is_word("set");
  }
  return {};
}

}  // namespace millrace::sql
