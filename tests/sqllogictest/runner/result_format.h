// From a server's answer to the lines a .slt file holds.
//
//   I, T   the wire's text                    R   the number with %.3f
//   NULL -> NULL      an empty string -> (empty)      a control character -> @
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sqllogictest/runner/record.h"

namespace millrace::slt {

using Row = std::vector<std::optional<std::string>>;  // a value's wire text, or NULL

std::string format_value(char type, const std::optional<std::string>& value);

// The values of all rows, one after another, in the order of `sort`: as they came, rows sorted as
// tuples of texts, or all values sorted for themselves. `types` has a letter for each column.
std::vector<std::string> format_rows(std::string_view types, const std::vector<Row>& rows, SortMode sort);

// Sorts rows of `columns` values laid out one after another, as kRowSort does.
// REQUIRES: columns > 0 and it divides values.size().
std::vector<std::string> sort_rows(std::vector<std::string> values, size_t columns);

HashedValues hash_values(const std::vector<std::string>& values);

}  // namespace millrace::slt
