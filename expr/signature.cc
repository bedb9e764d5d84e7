#include "expr/signature.h"

#include "types/type_info.h"

namespace millrace::expr {
namespace {

// Pseudo-types need no TypeInfo to be printed.
std::string name_of(uint32_t type_oid) {
  switch (type_oid) {
    case 0:
    case oid::kUnknown: return "unknown";
    case oid::kAny: return "\"any\"";
    case oid::kAnyElement: return "anyelement";
    case oid::kAnyArray: return "anyarray";
    case oid::kAnyNonArray: return "anynonarray";
    case oid::kRecord: return "record";
  }
  const TypeInfo* type = find_type(type_oid);
  return type == nullptr ? std::to_string(type_oid) : SqlType(*type).to_string();
}

std::string spell(FunctionKind kind, const std::string& name, const std::vector<std::string>& types, bool variadic) {
  if (kind == FunctionKind::kOperator) {
    return types.size() == 1 ? name + " " + types[0] : types[0] + " " + name + " " + types[1];
  }
  std::string text = name + "(";
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) text += ", ";
    if (variadic && i + 1 == types.size()) text += "VARIADIC ";
    text += types[i];
  }
  return text + ")";
}

}  // namespace

std::string Signature::to_string() const {
  std::vector<std::string> types;
  for (const uint32_t argument : arguments) types.push_back(name_of(argument));
  return spell(kind, name, types, variadic);
}

std::string describe_call(FunctionKind kind, const std::string& name, const std::vector<SqlType>& arguments) {
  std::vector<std::string> types;
  for (const SqlType argument : arguments) {
    types.push_back(argument.valid() ? name_of(argument.oid()) : "unknown");
  }
  return spell(kind, name, types, false);
}

}  // namespace millrace::expr
