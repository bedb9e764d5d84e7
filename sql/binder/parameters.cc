#include "sql/binder/parameters.h"

#include <fmt/format.h>

#include "expr/overload_resolution.h"

namespace millrace::sql {
namespace {
constexpr int32_t kParametersMax = 65535;  // the wire counts them in 16 bits
}  // namespace

Result<expr::ExprPtr> Parameters::reference(int32_t number) {
  if (number < 1 || number > kParametersMax || !allowed_) {
    return SqlError(sqlstate::kUndefinedParameter, fmt::format("there is no parameter ${}", number));
  }
  const auto index = static_cast<size_t>(number - 1);
  if (types_.size() <= index) types_.resize(index + 1);
  const SqlType type = expr::is_unknown(types_[index]) ? type_of(oid::kUnknown) : types_[index];
  return expr::make_parameter(static_cast<uint32_t>(number), type);
}

Result<expr::ExprPtr> Parameters::infer(uint32_t number, SqlType type) {
  SqlType& known = types_[number - 1];
  if (expr::is_unknown(known)) known = type.without_typmod();
  if (!known.same_base(type)) {
    return SqlError(sqlstate::kAmbiguousParameter, fmt::format("inconsistent types deduced for parameter ${}", number))
        .with_detail(fmt::format("{} versus {}", known.to_string(), type.to_string()));
  }
  return expr::make_parameter(number, known);
}

Result<std::vector<SqlType>> Parameters::finish() const {
  for (size_t i = 0; i < types_.size(); ++i) {
    if (expr::is_unknown(types_[i])) {
      return SqlError(sqlstate::kIndeterminateDatatype,
                      fmt::format("could not determine data type of parameter ${}", i + 1));
    }
  }
  return types_;
}

}  // namespace millrace::sql
