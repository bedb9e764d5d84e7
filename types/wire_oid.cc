#include "types/wire_oid.h"

#include "types/type_info.h"

namespace millrace {

bool may_stand_for(uint32_t marked, uint32_t expected) {
  constexpr uint32_t kFirstOfItsOwn = 10000;  // FirstGenbkiObjectId
  return marked == expected || marked >= kFirstOfItsOwn || expected >= kFirstOfItsOwn;
}

std::string oid_and_name(uint32_t type_oid) {
  const TypeInfo* info = find_type(type_oid);
  return std::to_string(type_oid) + " (" + (info == nullptr ? "???" : info->sql_name) + ")";
}

}  // namespace millrace
