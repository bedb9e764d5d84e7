// The types of $1, $2, ..., some given by the client, the rest inferred from where they stand.
#pragma once

#include <vector>

#include "base/result.h"
#include "expr/expr.h"

namespace millrace::sql {

class Parameters {
 public:
  // An invalid type is one to be inferred. Without `allowed` there are none (a view's text).
  Parameters(std::vector<SqlType> given, bool allowed) : types_(std::move(given)), allowed_(allowed) {}

  // $number as it is known so far: of unknown type until something infers it. 42P02 when there is none.
  Result<expr::ExprPtr> reference(int32_t number);
  // Settles an unknown parameter's type. 42P08 when another place has settled it otherwise.
  Result<expr::ExprPtr> infer(uint32_t number, SqlType type);
  // The types of all, when binding is done: 42P18 for one that nothing has settled.
  Result<std::vector<SqlType>> finish() const;

 private:
  std::vector<SqlType> types_;
  bool allowed_;
};

}  // namespace millrace::sql
