// As much of a statement's meaning as the runner needs, from its words alone: is it a query, which
// objects does it create, drop or alter, which names does it mention.
//
// Not a parser. Where it errs it errs to the safe side: it mentions a name too many (a column that
// is called like a table), and a view is made again that could have stayed.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::slt {

// A word is folded to lower case unless it was quoted; anything else but blanks, comments and
// literals is a token of one character.
struct Token {
  std::string text;
  bool quoted = false;

  bool is(std::string_view keyword_or_sign) const { return !quoted && text == keyword_or_sign; }
};
std::vector<Token> tokenize(std::string_view sql);

struct SqlObject {
  std::string kind;  // "table", "materialized view", ...
  std::string name;  // as it must be written, with quotes and schema
  std::string word;  // the name's last part, as a Token has it
  friend bool operator==(const SqlObject&, const SqlObject&) = default;
};

enum class StatementKind {
  kQuery,    // could be the body of a view
  kCreate,   // `objects` are there afterwards
  kDrop,     // `objects` are gone afterwards
  kAlter,    // `objects` are changed afterwards (a new name is among them)
  kSetting,  // SET, RESET: the same query may answer otherwise
  kOther,
};

struct StatementShape {
  StatementKind kind = StatementKind::kOther;
  std::vector<SqlObject> objects;
  std::set<std::string> words;
};
StatementShape shape_of(std::string_view sql);

// Without the semicolons, comments and blanks at the end.
std::string_view without_terminator(std::string_view sql);

}  // namespace millrace::slt
