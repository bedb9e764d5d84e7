#include "sql/parser/own/create_source.h"

#include <array>

#include "sql/parser/own/source_options.h"
#include "sql/parser/postgres/grammar.h"

namespace millrace::sql {
namespace {

// Clauses inside a column list that are known and not built: they would be syntax errors to PostgreSQL.
Status check_column_clauses(std::string_view list, ast::Location at) {
  Lexer lexer(list);
  Token previous;
  int depth = 0;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (token.is_symbol("(")) ++depth;
    if (token.is_symbol(")")) --depth;
    const auto here = at + static_cast<ast::Location>(token.begin);
    if (depth == 1 && token.is_word("for") && previous.is_word("watermark")) {
      return not_supported("WATERMARK", "Leave the clause out.").at(here);
    }
    if (depth == 1 && token.is_word("as")) {
      return not_supported("a computed source column", "Compute the column in a view.").at(here);
    }
    if (depth == 1 && token.is_word("enforced")) {
      return not_supported("PRIMARY KEY .. NOT ENFORCED of a source",
                           "Leave the clause out: rows of the source are append-only.")
          .at(here);
    }
    previous = std::move(token);
  }
  return {};
}

Status parse_columns(TokenStream& tokens, ast::CreateSource& source) {
  const ast::Location at = tokens.location();
  TRY(const std::string_view list, tokens.parenthesised());
  TRY(check_column_clauses(list, at));
  // As a table's columns, with the list where it stands in the user's text.
  static constexpr std::string_view kPrefix = "CREATE TABLE t ";
  TRY(const std::shared_ptr<ast::Statement> parsed,
      parse_with_postgres(std::string(kPrefix) + std::string(list), at - static_cast<ast::Location>(kPrefix.size())));
  auto* table = std::get_if<ast::CreateTable>(&parsed->kind);
  if (table == nullptr || !table->unsupported.empty()) {
    return not_supported("this clause of a source's column list", "Give names and types.").at(at);
  }
  source.has_columns = true;
  source.columns = std::move(table->columns);
  source.constraints = std::move(table->constraints);
  return {};
}

Result<std::string> format_name(TokenStream& tokens) {
  static constexpr std::array<std::string_view, 7> kFormats = {"json",  "avro", "protobuf", "csv",
                                                               "regex", "text", "bytes"};
  for (const std::string_view format : kFormats) {
    if (tokens.accept({format})) return std::string(format);
  }
  return tokens.syntax_error();
}

// USING .., WITH n COLUMNS and the like: nothing but JSON, TEXT and BYTES is complete without them, and
// those are refused by the binder, so their rest is only skipped.
void skip_format_arguments(TokenStream& tokens) {
  int depth = 0;
  while (tokens.peek().kind != TokenKind::kEnd) {
    const Token& token = tokens.peek();
    const bool next_clause = token.is_word("include") || token.is_word("envelope") || token.is_symbol(";") ||
                             (token.is_word("with") && tokens.peek_second().is_symbol("("));
    if (depth == 0 && next_clause) return;
    if (token.is_symbol("(")) ++depth;
    if (token.is_symbol(")")) --depth;
    tokens.take();
  }
}

Status parse_kafka(TokenStream& tokens, ast::CreateSource& source) {
  source.from = "kafka";
  TRY(tokens.expect({"connection"}));
  TRY(source.connection, tokens.object_name());
  TRY(source.options, parse_source_options(tokens));
  if (tokens.accept({"key", "format"})) {
    source.format_location = tokens.location();
    TRY(source.key_format, format_name(tokens));
    while (!tokens.at_end() && !tokens.peek().is_word("value")) tokens.take();
    TRY(tokens.expect({"value"}));
  }
  if (tokens.accept({"format"})) {
    if (source.key_format.empty()) source.format_location = tokens.location();
    TRY(source.format, format_name(tokens));
    if (source.format != "json" && source.format != "text" && source.format != "bytes") skip_format_arguments(tokens);
  }
  if (tokens.peek().is_word("include")) {
    source.include_location = tokens.location();
    tokens.take();
    do {
      TRY(std::string what, tokens.identifier());
      source.include.push_back(std::move(what));
      if (tokens.peek().kind == TokenKind::kString) tokens.take();
      if (tokens.accept({"as"})) TRY(tokens.identifier());
    } while (tokens.accept_symbol(","));
  }
  if (tokens.accept({"envelope"})) {
    source.envelope_location = tokens.location();
    TRY(source.envelope, tokens.identifier());
    if (tokens.peek().is_symbol("(")) TRY(tokens.parenthesised());
  }
  return {};
}

Status parse_generator(TokenStream& tokens, ast::CreateSource& source) {
  source.from = "load generator";
  source.from_location = tokens.location();
  TRY(source.generator, tokens.identifier());
  if (source.generator == "key" && tokens.accept({"value"})) source.generator = "key value";
  if (tokens.peek().is_symbol("(")) {
    TRY(source.options, parse_source_options(tokens));
  }
  return {};
}

}  // namespace

Result<ast::StatementKind> parse_create_source(TokenStream& tokens) {
  ast::CreateSource source;
  TRY(source.if_not_exists, tokens.if_not_exists());
  TRY(source.name, tokens.object_name());
  if (tokens.peek().is_symbol("(")) TRY(parse_columns(tokens, source));
  TRY(tokens.expect({"from"}));
  source.from_location = tokens.location();
  if (tokens.accept({"kafka"})) {
    TRY(parse_kafka(tokens, source));
  } else if (tokens.accept({"load", "generator"})) {
    TRY(parse_generator(tokens, source));
  } else if (tokens.peek().is_word("webhook") || tokens.peek().is_word("file") || tokens.peek().is_word("postgres") ||
             tokens.peek().is_word("mysql")) {
    return ast::UnsupportedStatement{"this kind of source", "Use FROM KAFKA or FROM LOAD GENERATOR."};
  } else {
    return tokens.syntax_error();
  }
  if (tokens.accept({"for", "all", "tables"})) source.all_tables = true;
  if (tokens.accept({"with"})) {
    TRY(source.with, parse_source_options(tokens));
  }
  TRY(tokens.expect_end());
  return source;
}

}  // namespace millrace::sql
