#include "sql/parser/own/source_options.h"

namespace millrace::sql {
namespace {

bool is_value(const Token& token) {
  return token.kind == TokenKind::kString || token.kind == TokenKind::kNumber || token.is_symbol("-") ||
         token.is_symbol("(");
}

Result<std::string> scalar(TokenStream& tokens) {
  const bool negative = tokens.accept_symbol("-");
  const TokenKind kind = tokens.peek().kind;
  if (kind == TokenKind::kNumber) return (negative ? "-" : "") + tokens.take().text;
  if (negative || (kind != TokenKind::kString && kind != TokenKind::kWord && kind != TokenKind::kQuotedName)) {
    return tokens.syntax_error();
  }
  return tokens.take().text;
}

Result<ast::SourceOption> parse_option(TokenStream& tokens) {
  ast::SourceOption option;
  option.location = tokens.location();
  bool assigned = false;
  while (tokens.peek().kind == TokenKind::kWord) {
    if (tokens.peek().is_word("secret") && !option.name.empty()) break;
    if (!option.name.empty()) option.name += ' ';
    option.name += tokens.take().text;
    if (tokens.accept_symbol("=")) {
      assigned = true;
      break;
    }
  }
  if (option.name.empty()) return tokens.syntax_error();
  option.value_location = tokens.location();
  if (tokens.accept({"secret"})) {
    option.is_secret = true;
    TRY(ast::ObjectName name, tokens.object_name());
    option.values = std::move(name.parts);
  } else if (tokens.accept_symbol("(")) {
    option.is_list = true;
    do {
      TRY(std::string value, scalar(tokens));
      option.values.push_back(std::move(value));
    } while (tokens.accept_symbol(","));
    TRY(tokens.expect_symbol(")"));
  } else if (assigned || is_value(tokens.peek())) {
    TRY(std::string value, scalar(tokens));
    option.values.push_back(std::move(value));
  }
  return option;
}

}  // namespace

Result<std::vector<ast::SourceOption>> parse_source_options(TokenStream& tokens) {
  std::vector<ast::SourceOption> options;
  TRY(tokens.expect_symbol("("));
  if (tokens.accept_symbol(")")) return options;
  do {
    TRY(ast::SourceOption option, parse_option(tokens));
    options.push_back(std::move(option));
  } while (tokens.accept_symbol(","));
  TRY(tokens.expect_symbol(")"));
  return options;
}

}  // namespace millrace::sql
