// The identity of a function: PostgreSQL's oid where it has the same function, else one of ours, derived
// from name and types so that it never changes.
#pragma once

#include "expr/signature.h"

namespace millrace::expr {

inline constexpr uint32_t kOwnOidFirst = 0x40000000;
inline constexpr uint32_t kOwnOidCount = 0x3fffffff;

uint32_t signature_oid(const Signature& signature);

}  // namespace millrace::expr
