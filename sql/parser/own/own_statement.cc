#include "sql/parser/own/own_statement.h"

#include <array>
#include <utility>

#include "sql/parser/own/create_source.h"
#include "sql/parser/own/source_options.h"
#include "sql/parser/own/token_stream.h"
#include "sql/parser/postgres/grammar.h"

namespace millrace::sql {
namespace {

using Parsed = Result<std::optional<ast::StatementKind>>;

Result<ast::StatementKind> parse_connection(TokenStream& tokens) {
  ast::CreateConnection connection;
  TRY(connection.if_not_exists, tokens.if_not_exists());
  TRY(connection.name, tokens.object_name());
  TRY(tokens.expect({"to"}));
  connection.kind_location = tokens.location();
  while (tokens.peek().kind == TokenKind::kWord) {
    if (!connection.kind.empty()) connection.kind += ' ';
    connection.kind += tokens.take().text;
  }
  if (connection.kind.empty()) return tokens.syntax_error();
  TRY(connection.options, parse_source_options(tokens));
  if (tokens.accept({"with"})) {
    TRY(connection.with, parse_source_options(tokens));
  }
  TRY(tokens.expect_end());
  return connection;
}

Result<ast::StatementKind> parse_secret(TokenStream& tokens) {
  ast::CreateSecret secret;
  TRY(secret.if_not_exists, tokens.if_not_exists());
  TRY(secret.name, tokens.object_name());
  TRY(tokens.expect({"as"}));
  TRY(secret.value, tokens.string());
  TRY(tokens.expect_end());
  return secret;
}

// The kind that is ours alone, when it is next.
std::optional<ast::ObjectKind> accept_own_kind(TokenStream& tokens) {
  if (tokens.accept({"source"})) return ast::ObjectKind::kSource;
  if (tokens.accept({"connection"})) return ast::ObjectKind::kConnection;
  if (tokens.accept({"secret"})) return ast::ObjectKind::kSecret;
  return std::nullopt;
}

Parsed parse_drop(TokenStream& tokens) {
  if (tokens.accept({"sink"})) {
    return ast::UnsupportedStatement{"DROP SINK", "There are no sinks yet."};
  }
  const auto kind = accept_own_kind(tokens);
  if (!kind) return std::nullopt;
  ast::Drop drop;
  drop.kind = *kind;
  if (tokens.peek().is_word("if")) {
    TRY(tokens.expect({"if", "exists"}));
    drop.if_exists = true;
  }
  do {
    TRY(ast::ObjectName name, tokens.object_name());
    drop.names.push_back(std::move(name));
  } while (tokens.accept_symbol(","));
  drop.cascade = tokens.accept({"cascade"});
  if (!drop.cascade) tokens.accept({"restrict"});
  TRY(tokens.expect_end());
  return drop;
}

// CREATE OR REPLACE MATERIALIZED VIEW is PostgreSQL's statement once OR REPLACE is blanked out.
Parsed parse_replace(TokenStream& tokens, uint32_t blank_begin) {
  const uint32_t blank_end = tokens.peek().begin;
  std::string text(tokens.text());
  text.replace(blank_begin, blank_end - blank_begin, blank_end - blank_begin, ' ');
  TRY(const std::shared_ptr<ast::Statement> parsed, parse_with_postgres(text, tokens.offset()));
  if (auto* create = std::get_if<ast::CreateTableAs>(&parsed->kind)) create->or_replace = true;
  return std::move(parsed->kind);
}

Parsed parse_create(TokenStream& tokens) {
  const uint32_t after_create = tokens.peek().begin;
  const bool replace = tokens.accept({"or", "replace"});
  if (replace && tokens.peek().is_word("materialized")) return parse_replace(tokens, after_create);
  if (replace) return std::nullopt;
  if (tokens.accept({"source"})) return parse_create_source(tokens);
  if (tokens.accept({"connection"})) return parse_connection(tokens);
  if (tokens.accept({"secret"})) return parse_secret(tokens);
  if (tokens.accept({"sink"})) {
    return ast::UnsupportedStatement{"CREATE SINK", "Read the view through the PostgreSQL protocol."};
  }
  if (tokens.accept({"default", "index"})) {
    return ast::UnsupportedStatement{"CREATE DEFAULT INDEX", "A materialized view is served by its key already."};
  }
  return std::nullopt;
}

Parsed parse_show_create(TokenStream& tokens) {
  ast::ShowCreate show;
  if (tokens.accept({"table"})) {
    show.kind = ast::ObjectKind::kTable;
  } else if (tokens.accept({"materialized", "view"})) {
    show.kind = ast::ObjectKind::kMaterializedView;
  } else if (tokens.accept({"view"})) {
    show.kind = ast::ObjectKind::kView;
  } else if (tokens.accept({"index"})) {
    show.kind = ast::ObjectKind::kIndex;
  } else if (const auto kind = accept_own_kind(tokens)) {
    show.kind = *kind;
  } else {
    return tokens.syntax_error();
  }
  TRY(show.name, tokens.object_name());
  TRY(tokens.expect_end());
  return show;
}

Parsed parse_show(TokenStream& tokens) {
  using What = ast::ShowObjects::What;
  static constexpr std::array<std::pair<std::string_view, What>, 10> kLists = {{
      {"sources", What::kSources},
      {"sinks", What::kSinks},
      {"views", What::kViews},
      {"tables", What::kTables},
      {"indexes", What::kIndexes},
      {"connections", What::kConnections},
      {"secrets", What::kSecrets},
      {"schemas", What::kSchemas},
      {"objects", What::kObjects},
      {"columns", What::kColumns},
  }};
  if (tokens.accept({"create"})) return parse_show_create(tokens);
  ast::ShowObjects show;
  bool found = tokens.accept({"materialized", "views"});
  if (found) show.what = What::kMaterializedViews;
  for (const auto& [word, what] : kLists) {
    if (!found && tokens.accept({word})) {
      show.what = what;
      found = true;
    }
  }
  if (!found) return std::nullopt;
  if (tokens.accept({"from"}) || tokens.accept({"in"}) || tokens.accept({"on"})) {
    TRY(show.from, tokens.object_name());
  } else if (show.what == What::kColumns) {
    return tokens.syntax_error();
  }
  if (tokens.accept({"like"})) {
    show.has_like = true;
    TRY(show.like, tokens.string());
  }
  TRY(tokens.expect_end());
  return show;
}

Parsed parse_kind(TokenStream& tokens) {
  if (tokens.accept({"create"})) return parse_create(tokens);
  if (tokens.accept({"drop"})) return parse_drop(tokens);
  if (tokens.accept({"show"})) return parse_show(tokens);
  if (tokens.accept({"validate", "connection"})) {
    ast::ValidateConnection validate;
    TRY(validate.name, tokens.object_name());
    TRY(tokens.expect_end());
    return validate;
  }
  if (tokens.accept({"subscribe"}) || tokens.accept({"tail"})) {
    return ast::UnsupportedStatement{"SUBSCRIBE", "Read the view by SELECT; it is always up to date."};
  }
  if (tokens.accept({"alter"}) && (accept_own_kind(tokens) || tokens.accept({"sink"}))) {
    return ast::UnsupportedStatement{"ALTER of sources, connections and secrets",
                                     "Drop the object and create it anew."};
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<ast::Statement>> parse_own_statement(std::string_view text, ast::Location offset) {
  TokenStream tokens(text, offset);
  TRY(std::optional<ast::StatementKind> kind, parse_kind(tokens));
  if (!kind) return std::nullopt;
  return ast::Statement{std::move(*kind), offset};
}

std::optional<SqlError> unbuilt_streaming_form(std::string_view text, ast::Location offset) {
  struct Form {
    std::string_view first;
    std::string_view second;  // empty: any
    std::string_view what;
    std::string_view hint;
  };
  static constexpr std::array<Form, 7> kForms = {{
      {"emit", "on", "EMIT ON WINDOW CLOSE", "Leave it out: the view is exact and updated at every tick."},
      {"with", "mutually", "WITH MUTUALLY RECURSIVE", "Rewrite the query without recursion."},
      {"as", "of", "AS OF", "Leave it out: a transaction reads one consistent tick."},
      {"for", "system_time", "FOR SYSTEM_TIME", "Use an ordinary join."},
      {"match_recognize", "", "MATCH_RECOGNIZE", "Use joins and window functions."},
      {"subscribe", "", "SUBSCRIBE", "Read the view by SELECT; it is always up to date."},
      {"descriptor", "", "windowing table functions", "Compute the window with date_bin()."},
  }};
  Lexer lexer(text);
  Token token = lexer.next();
  while (token.kind != TokenKind::kEnd) {
    Token second = lexer.next();
    for (const Form& form : kForms) {
      if (token.is_word(form.first) && (form.second.empty() || second.is_word(form.second))) {
        return not_supported(std::string(form.what), std::string(form.hint))
            .at(offset + static_cast<ast::Location>(token.begin));
      }
    }
    token = std::move(second);
  }
  return std::nullopt;
}

}  // namespace millrace::sql
