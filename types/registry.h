// The table of built-in types: each function is defined in the type's own file and gives its row.
// types/registry.cc lists them; that list and this header are all a new type adds to.
#pragma once

#include "types/type_info.h"

namespace millrace {

TypeInfo bool_type();
TypeInfo int2_type();
TypeInfo int4_type();
TypeInfo int8_type();
TypeInfo text_type();

}  // namespace millrace
