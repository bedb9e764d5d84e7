// One token of lookahead over a statement, with PostgreSQL's syntax errors.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sql/parser/ast/names.h"
#include "sql/parser/lexer.h"

namespace millrace::sql {

class TokenStream {
 public:
  TokenStream(std::string_view text, ast::Location offset) : text_(text), lexer_(text), offset_(offset) {
    token_ = lexer_.next();
  }

  const Token& peek() const { return token_; }
  // The token after peek().
  Token peek_second() const;
  Token take();
  bool at_end() const { return token_.kind == TokenKind::kEnd || token_.is_symbol(";"); }
  // Where peek() stands in the whole text.
  ast::Location location() const { return offset_ + static_cast<ast::Location>(token_.begin); }
  std::string_view text() const { return text_; }
  ast::Location offset() const { return offset_; }

  // Takes the words when all of them are next; else takes nothing.
  bool accept(std::initializer_list<std::string_view> words);
  bool accept_symbol(std::string_view symbol);
  Status expect(std::initializer_list<std::string_view> words);
  Status expect_symbol(std::string_view symbol);
  Status expect_end();

  Result<std::string> string();              // 'text'
  Result<std::string> identifier();          // a word or "name"
  Result<ast::ObjectName> object_name();     // a.b
  Result<bool> if_not_exists();              // IF NOT EXISTS, when it is there
  Result<std::string_view> parenthesised();  // a whole (..), its text with the parentheses

  // syntax error at or near "<peek()>"
  SqlError syntax_error() const;

 private:
  std::string_view text_;
  Lexer lexer_;
  Token token_;
  ast::Location offset_;
};

}  // namespace millrace::sql
