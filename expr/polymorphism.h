// Polymorphic argument types: which concrete type stands for anyelement and its family in one call.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "expr/signature.h"

namespace millrace::expr {

bool is_polymorphic(uint32_t type_oid);

struct Specialised {
  std::vector<SqlType> arguments;  // one a call argument, concrete
  SqlType result;
};

// `declared` has one oid for each argument (variadic ones repeated). Arguments of unknown type take what
// the others decide. Empty when they cannot agree, or nothing decides (42804 is the caller's to say).
std::optional<Specialised> specialise(const std::vector<uint32_t>& declared, uint32_t result,
                                      const std::vector<SqlType>& arguments);

}  // namespace millrace::expr
