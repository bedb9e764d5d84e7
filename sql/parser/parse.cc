// sql::parse(): cuts a query string into statements and gives each to the grammar it belongs to.
#include "sql/parser/ast/statement.h"
#include "sql/parser/lexer.h"
#include "sql/parser/own/own_statement.h"
#include "sql/parser/postgres/grammar.h"
#include "sql/parser/validate_text.h"
#include "sql/sql.h"

namespace millrace::sql {
namespace {

// The end of the statement that begins at `begin`, its semicolon included; `is_empty` when there is
// nothing else in it. Semicolons inside parentheses (CREATE RULE) do not separate.
uint32_t statement_end(std::string_view text, uint32_t begin, bool& is_empty) {
  Lexer lexer(text, begin);
  int depth = 0;
  is_empty = true;
  while (true) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::kEnd) return static_cast<uint32_t>(text.size());
    if (token.is_symbol("(")) ++depth;
    if (token.is_symbol(")") && depth > 0) --depth;
    if (depth == 0 && token.is_symbol(";")) return token.end;
    is_empty = false;
  }
}

std::string without_semicolon(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (!text.empty() && text.back() == ';') text.remove_suffix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

Result<std::shared_ptr<ast::Statement>> parse_one(std::string_view text, ast::Location offset) {
  TRY(std::optional<ast::Statement> own, parse_own_statement(text, offset));
  if (own) return std::make_shared<ast::Statement>(std::move(*own));
  Result<std::shared_ptr<ast::Statement>> parsed = parse_with_postgres(text, offset);
  if (!parsed && parsed.error().state() == sqlstate::kSyntaxError) {
    if (auto known = unbuilt_streaming_form(text, offset)) return std::move(*known);
  }
  return parsed;
}

}  // namespace

Result<std::vector<ParsedStatement>> parse(std::string_view text) {
  TRY(validate_text(text));
  std::vector<ParsedStatement> out;
  uint32_t begin = 0;
  while (begin < text.size()) {
    bool is_empty = false;
    const uint32_t end = statement_end(text, begin, is_empty);
    // Blanks before a statement belong to none.
    while (begin < end && static_cast<unsigned char>(text[begin]) <= ' ') ++begin;
    const std::string_view one = text.substr(begin, end - begin);
    if (!is_empty) {
      TRY(std::shared_ptr<ast::Statement> tree, parse_one(one, static_cast<ast::Location>(begin)));
      if (tree != nullptr) {
        out.push_back({std::move(tree), without_semicolon(one), static_cast<int32_t>(begin)});
      }
    }
    begin = end;
  }
  return out;
}

bool is_transaction_end(const ParsedStatement& statement) {
  using Kind = ast::Transaction::Kind;
  const auto* transaction = statement.tree->as<ast::Transaction>();
  if (transaction == nullptr) return false;
  return transaction->kind == Kind::kCommit || transaction->kind == Kind::kRollback ||
         transaction->kind == Kind::kRollbackTo;
}

}  // namespace millrace::sql
