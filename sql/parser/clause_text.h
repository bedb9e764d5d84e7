// Cuts a clause's own text out of a statement, for definitions that are kept as they were written.
// All of them expect text that PostgreSQL's grammar has accepted.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

// What follows the first AS outside parentheses, up to the end or to WITH [NO] DATA / WITH .. CHECK OPTION.
std::string query_text(std::string_view statement);

// Of `[CONSTRAINT name] CHECK (expression)` at `begin`: the expression, without its parentheses.
std::string check_text(std::string_view statement, int begin);

// Of `[CONSTRAINT name] DEFAULT expression` at `begin`: the expression.
std::string default_text(std::string_view statement, int begin);

// Of the SET DEFAULT number `index` of an ALTER TABLE: the expression.
std::string set_default_text(std::string_view statement, size_t index);

}  // namespace millrace::sql
