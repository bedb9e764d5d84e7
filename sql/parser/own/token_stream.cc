#include "sql/parser/own/token_stream.h"

namespace millrace::sql {

Token TokenStream::peek_second() const {
  Lexer ahead = lexer_;
  return ahead.next();
}

Token TokenStream::take() {
  Token taken = std::move(token_);
  token_ = lexer_.next();
  return taken;
}

bool TokenStream::accept(std::initializer_list<std::string_view> words) {
  const Lexer lexer = lexer_;
  const Token token = token_;
  for (const std::string_view word : words) {
    if (!token_.is_word(word)) {
      lexer_ = lexer;
      token_ = token;
      return false;
    }
    take();
  }
  return true;
}

bool TokenStream::accept_symbol(std::string_view symbol) {
  if (!token_.is_symbol(symbol)) return false;
  take();
  return true;
}

Status TokenStream::expect(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (!token_.is_word(word)) return syntax_error();
    take();
  }
  return {};
}

Status TokenStream::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) return syntax_error();
  return {};
}

Status TokenStream::expect_end() {
  if (!at_end()) return syntax_error();
  return {};
}

Result<std::string> TokenStream::string() {
  if (token_.kind != TokenKind::kString) return syntax_error();
  return take().text;
}

Result<std::string> TokenStream::identifier() {
  if (token_.kind != TokenKind::kWord && token_.kind != TokenKind::kQuotedName) return syntax_error();
  return take().text;
}

Result<ast::ObjectName> TokenStream::object_name() {
  ast::ObjectName name;
  name.location = location();
  do {
    TRY(std::string part, identifier());
    name.parts.push_back(std::move(part));
  } while (accept_symbol("."));
  return name;
}

Result<bool> TokenStream::if_not_exists() {
  if (!token_.is_word("if")) return false;
  TRY(expect({"if", "not", "exists"}));
  return true;
}

Result<std::string_view> TokenStream::parenthesised() {
  const uint32_t begin = token_.begin;
  TRY(expect_symbol("("));
  int depth = 1;
  uint32_t end = begin;
  while (depth > 0) {
    if (token_.kind == TokenKind::kEnd || token_.kind == TokenKind::kBroken) return syntax_error();
    if (token_.is_symbol("(")) ++depth;
    if (token_.is_symbol(")")) --depth;
    end = token_.end;
    take();
  }
  return text_.substr(begin, end - begin);
}

SqlError TokenStream::syntax_error() const {
  if (token_.kind == TokenKind::kEnd) {
    return SqlError(sqlstate::kSyntaxError, "syntax error at end of input").at(location());
  }
  const std::string near(text_.substr(token_.begin, token_.end - token_.begin));
  return SqlError(sqlstate::kSyntaxError, "syntax error at or near \"" + near + "\"").at(location());
}

}  // namespace millrace::sql
