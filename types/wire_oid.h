// Type oids inside binary arrays and composites.
#pragma once

#include <cstdint>
#include <string>

namespace millrace {

// May a value marked with one type's oid be read as another's? Only the oids of built-in types mean the same
// everywhere, so only between two of them is a difference an error.
bool may_stand_for(uint32_t marked, uint32_t expected);
// "23 (integer)", for messages.
std::string oid_and_name(uint32_t type_oid);

}  // namespace millrace
