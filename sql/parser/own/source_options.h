// Parenthesised options of our statements: (BROKER 'a:9092', SASL PASSWORD SECRET s, RATE = 10).
#pragma once

#include <vector>

#include "sql/parser/ast/streaming.h"
#include "sql/parser/own/token_stream.h"

namespace millrace::sql {

// A whole list with its parentheses. Names are whatever words stand before the value; which names
// there are is the binder's to know.
Result<std::vector<ast::SourceOption>> parse_source_options(TokenStream& tokens);

}  // namespace millrace::sql
