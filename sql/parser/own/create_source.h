// CREATE SOURCE, from after its leading words.
#pragma once

#include "sql/parser/ast/statement.h"
#include "sql/parser/own/token_stream.h"

namespace millrace::sql {

Result<ast::StatementKind> parse_create_source(TokenStream& tokens);

}  // namespace millrace::sql
