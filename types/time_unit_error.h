// Errors about the unit given to extract() and date_trunc().
#pragma once

#include <string>
#include <string_view>

#include "base/sql_error.h"

namespace millrace {

// As PostgreSQL folds it: lower case.
inline std::string fold_unit(std::string_view unit) {
  std::string folded(unit);
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return folded;
}

// A unit that exists but that values of the type have not.
inline SqlError unit_not_supported(std::string_view unit, std::string_view type) {
  return SqlError(sqlstate::kFeatureNotSupported,
                  "unit \"" + fold_unit(unit) + "\" not supported for type " + std::string(type));
}
inline SqlError unit_not_recognized(std::string_view unit, std::string_view type) {
  return SqlError(sqlstate::kInvalidParameterValue,
                  "unit \"" + fold_unit(unit) + "\" not recognized for type " + std::string(type));
}

}  // namespace millrace
