// PostgreSQL's grammar (libpg_query's raw parse tree), converted to our own tree.
//
// Threads: any; libpg_query keeps its state per thread. Cost: about 2 us a simple statement for the
// grammar, less for the conversion.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/parser/ast/statement.h"

namespace millrace::sql {

// How deep a tree may nest. Everything after the grammar recurses over trees, so this bounds its stack.
inline constexpr int kMaxNesting = 1000;

// Parses `text`, which holds one statement of `whole` beginning at byte `offset` (so `text` is
// NUL-free UTF-8 and a part of `whole`). Locations are offsets into `whole`. Null: nothing but blanks.
// `text` includes the statement's semicolon, which error messages may quote.
Result<std::shared_ptr<ast::Statement>> parse_with_postgres(std::string_view text, ast::Location offset);

}  // namespace millrace::sql
