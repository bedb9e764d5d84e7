// The window functions' names and types.
#include "expr/window_function.h"

namespace millrace::expr {
namespace {

using Kind = WindowFunctionKind;

WindowFunction row(Kind which, const char* name, std::vector<uint32_t> arguments, uint32_t result, const char* doc,
                   const char* example) {
  WindowFunction function;
  function.kind = FunctionKind::kWindow;
  function.which = which;
  function.name = name;
  function.arguments = std::move(arguments);
  function.result = result;
  function.doc = doc;
  function.example = example;
  return function;
}

void add_neighbour(std::vector<WindowFunction>& rows, Kind which, const char* name, const char* doc,
                   const char* example) {
  rows.push_back(row(which, name, {oid::kAnyElement}, oid::kAnyElement, doc, example));
  rows.push_back(row(which, name, {oid::kAnyElement, oid::kInt4}, oid::kAnyElement, doc, example));
  rows.push_back(
      row(which, name, {oid::kAnyCompatible, oid::kInt4, oid::kAnyCompatible}, oid::kAnyCompatible, doc, example));
}

}  // namespace

std::vector<WindowFunction> window_functions() {
  std::vector<WindowFunction> rows = {
      row(Kind::kRowNumber, "row_number", {}, oid::kInt8, "The row's number within its partition, from 1.",
          "(SELECT row_number() OVER ()) = 1"),
      row(Kind::kRank, "rank", {}, oid::kInt8, "The number of the first of the row's peers.",
          "(SELECT rank() OVER (ORDER BY 1)) = 1"),
      row(Kind::kDenseRank, "dense_rank", {}, oid::kInt8, "The number of the row's group of peers.",
          "(SELECT dense_rank() OVER (ORDER BY 1)) = 1"),
      row(Kind::kPercentRank, "percent_rank", {}, oid::kFloat8, "(rank - 1) / (rows of the partition - 1).",
          "(SELECT percent_rank() OVER (ORDER BY 1)) = 0"),
      row(Kind::kCumeDist, "cume_dist", {}, oid::kFloat8,
          "The share of the partition's rows that stand before the row or are its peers.",
          "(SELECT cume_dist() OVER (ORDER BY 1)) = 1"),
      row(Kind::kNtile, "ntile", {oid::kInt4}, oid::kInt4, "The number of the row's bucket of as many equal ones.",
          "(SELECT ntile(4) OVER ()) = 1"),
  };
  add_neighbour(rows, Kind::kLag, "lag", "The value as many rows before this one, else the default.",
                "(SELECT lag(1, 1, 7) OVER ()) = 7");
  add_neighbour(rows, Kind::kLead, "lead", "The value as many rows after this one, else the default.",
                "(SELECT lead(1, 1, 7) OVER ()) = 7");
  rows.push_back(row(Kind::kFirstValue, "first_value", {oid::kAnyElement}, oid::kAnyElement,
                     "The value at the frame's first row.", "(SELECT first_value(5) OVER ()) = 5"));
  rows.push_back(row(Kind::kLastValue, "last_value", {oid::kAnyElement}, oid::kAnyElement,
                     "The value at the frame's last row.", "(SELECT last_value(5) OVER ()) = 5"));
  rows.push_back(row(Kind::kNthValue, "nth_value", {oid::kAnyElement, oid::kInt4}, oid::kAnyElement,
                     "The value at the frame's row of that number, from 1.", "(SELECT nth_value(5, 1) OVER ()) = 5"));
  return rows;
}

}  // namespace millrace::expr
