// Expressions as bytes, so that plans can be kept and sent. Little-endian, written children first:
//
//   node      := tag:u8 type payload count:varint          its `count` children stand before it
//   type      := oid:u32 typmod:i32                        oid 2249 with fields: count:varint (name type)*
//   payload   := by tag: a varint, a constant (null:u8, size:varint, binary form), or a function
//   function  := kind:u8 oid:u32                           an unknown one is refused with XX001
//   expr      := nodes:varint node*                        the last one is the root
//
// Tags are the variant's indexes as listed in expr_codec.cc; a later version appends, never renumbers.
#pragma once

#include <string>
#include <string_view>

#include "expr/expr.h"

namespace millrace::expr {

void serialize(const Expr& expr, std::string& out);
// Takes one expression off the front of `bytes`. Anything malformed is XX001.
Result<ExprPtr> deserialize(std::string_view& bytes);

}  // namespace millrace::expr
