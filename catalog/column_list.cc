#include "catalog/column_list.h"

#include "base/check.h"

namespace millrace::catalog {

std::vector<ColumnDefinition> parse_column_list(std::string_view list) {
  std::vector<ColumnDefinition> columns;
  while (!list.empty()) {
    const std::string_view column = list.substr(0, list.find(", "));
    list.remove_prefix(std::min(list.size(), column.size() + 2));
    const size_t space = column.find(' ');
    const std::string_view type_name = column.substr(space + 1);
    // The one-byte type's name is also SQL's word for another type.
    const TypeInfo* type = type_name == "char" ? find_type(oid::kChar) : find_type(type_name);
    MILLRACE_CHECK(space != std::string_view::npos && type != nullptr, "a column list of ours is wrong");
    columns.push_back({std::string(column.substr(0, space)), SqlType(*type), false, {}, {}});
  }
  return columns;
}

}  // namespace millrace::catalog
