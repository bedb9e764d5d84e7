// Result<T>: a value or the SqlError that stood in its way. Never ignored, never thrown.
//
//   Result<BoundTable> bind(const ast::TableRef& ref) {
//     TRY(Table table, catalog.find_table(ref.name));   // returns the error unchanged
//     TRY(check_readable(table));                       // the same for Result<void>
//     return BoundTable{table.id};
//   }
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/sql_error.h"

namespace millrace {

template <class T>
class [[nodiscard]] Result : public tl::expected<T, SqlError> {
  using Base = tl::expected<T, SqlError>;

 public:
  using Base::Base;
  Result(SqlError error) : Base(tl::unexpect, std::move(error)) {}
};

using Status = Result<void>;

#define MILLRACE_CONCAT_(a, b) a##b
#define MILLRACE_CONCAT(a, b) MILLRACE_CONCAT_(a, b)

#define MILLRACE_TRY_DECLARE_(temporary, declaration, expression) \
  auto temporary = (expression);                                  \
  if (!temporary) [[unlikely]]                                    \
    return std::move(temporary).error();                          \
  declaration = *std::move(temporary)

#define MILLRACE_TRY_VOID_(temporary, expression) \
  do {                                            \
    auto temporary = (expression);                \
    if (!temporary) [[unlikely]]                  \
      return std::move(temporary).error();        \
  } while (false)

#define MILLRACE_TRY_1_(expression) MILLRACE_TRY_VOID_(MILLRACE_CONCAT(try_, __LINE__), expression)
#define MILLRACE_TRY_2_(declaration, expression) \
  MILLRACE_TRY_DECLARE_(MILLRACE_CONCAT(try_, __LINE__), declaration, expression)
#define MILLRACE_TRY_PICK_(_1, _2, chosen, ...) chosen

// One or two arguments; an expression with a bare comma (`f<A, B>(x)`) needs parentheses.
#define TRY(...) MILLRACE_TRY_PICK_(__VA_ARGS__, MILLRACE_TRY_2_, MILLRACE_TRY_1_, )(__VA_ARGS__)

}  // namespace millrace
