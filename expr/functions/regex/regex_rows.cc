// regexp_matches() and regexp_split_to_table(): matches as rows.
#include "expr/families.h"
#include "expr/functions/regex/regex_matcher.h"
#include "expr/functions/regex/regex_pieces.h"
#include "expr/row_stream.h"
#include "types/native_type.h"

namespace millrace::expr {
namespace {

using std::string_view;

std::string text_argument(const TableCall& call, size_t index) {
  return index < call.arguments.size() ? std::string(call.arguments[index].slot().view()) : std::string();
}

Result<RowStreamPtr> open_matches(const TableCall& call) {
  const std::string text = text_argument(call, 0);
  TRY(const auto regex, RegexMatcher::compile(text_argument(call, 1), text_argument(call, 2), false));
  std::vector<std::string> rows;
  regex->for_each_match(text, 0, [&](const RegexMatch& match) {
    rows.push_back(groups_of(match).bytes);
    return regex->is_global() && rows.size() <= kMatchesMax;
  });
  if (rows.size() > kMatchesMax) return too_many_matches();
  return made_rows(std::move(rows));
}

Result<RowStreamPtr> open_split(const TableCall& call) {
  const std::string text = text_argument(call, 0);
  TRY(const RegexFlags flags, parse_regex_flags(text_argument(call, 2)));
  if (flags.global) return no_global_option("regexp_split_to_table");
  TRY(const auto regex, RegexMatcher::compile(text_argument(call, 1), text_argument(call, 2), false));
  std::vector<std::string> rows;
  TRY(const std::vector<string_view> pieces, pieces_between(*regex, text));
  for (const string_view piece : pieces) rows.emplace_back(piece);
  return made_rows(std::move(rows));
}

std::vector<CompositeField> matches_column(std::span<const SqlType>) {
  return {{"regexp_matches", type_of(kTextArray)}};
}
std::vector<CompositeField> split_column(std::span<const SqlType>) {
  return {{"regexp_split_to_table", type_of(oid::kText)}};
}

TableFunction matches_row(size_t arguments) {
  TableFunction row;
  row.name = "regexp_matches";
  row.arguments.assign(arguments, oid::kText);
  row.result = kTextArray;
  row.columns = matches_column;
  row.open = open_matches;
  row.doc = "The groups of the first match, or with flag g of every match, or the matches when there are no groups.";
  row.example = "(SELECT count(*) FROM regexp_matches('foobarbequebaz', 'ba.', 'g')) = 2";
  return row;
}

TableFunction split_row(size_t arguments) {
  TableFunction row;
  row.name = "regexp_split_to_table";
  row.arguments.assign(arguments, oid::kText);
  row.result = oid::kText;
  row.columns = split_column;
  row.open = open_split;
  row.doc = "The pieces between matches.";
  row.example = "(SELECT count(*) FROM regexp_split_to_table('hello world', ' ')) = 2";
  return row;
}

}  // namespace

std::vector<TableFunction> regex_row_functions() {
  return {matches_row(2), matches_row(3), split_row(2), split_row(3)};
}

}  // namespace millrace::expr
