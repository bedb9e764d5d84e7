// text, and unknown: the type of a literal before the binder gives it one.
#include "types/byte_string.h"
#include "types/registry.h"

namespace millrace {

TypeInfo text_type() {
  TypeInfo info = text_like_type(oid::kText, "text", "text", 1009);
  info.preferred = true;
  return info;
}

TypeInfo unknown_type() {
  TypeInfo info = text_like_type(oid::kUnknown, "unknown", "unknown", 0);
  info.kind = TypeKind::kPseudo;
  info.length = -2;
  info.category = 'X';
  return info;
}

}  // namespace millrace
