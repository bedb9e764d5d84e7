// Statements that PostgreSQL's grammar does not have: sources, connections, secrets, SHOW lists.
//
// Told apart by their leading words, so a statement belongs to one grammar or the other as a whole.
// What is inside them (column lists, queries) goes to PostgreSQL's grammar with its place kept.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "sql/parser/ast/statement.h"

namespace millrace::sql {

// Nothing when the statement is PostgreSQL's to parse. `text` is one statement, its semicolon
// included, at byte `offset` of the whole.
Result<std::optional<ast::Statement>> parse_own_statement(std::string_view text, ast::Location offset);

// A better error for a statement that PostgreSQL's grammar refused because it uses a streaming form
// that is known and not built (SUBSCRIBE inside COPY, EMIT ON WINDOW CLOSE, AS OF ...): 0A000 at its place.
std::optional<SqlError> unbuilt_streaming_form(std::string_view text, ast::Location offset);

}  // namespace millrace::sql
