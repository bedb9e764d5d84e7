#include "sql/parser/ast/names.h"

namespace millrace::sql::ast {

std::string ObjectName::to_string() const {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += '.';
    out += part;
  }
  return out;
}

}  // namespace millrace::sql::ast
