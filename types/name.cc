// name: an identifier of at most 63 bytes.
#include "types/byte_string.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {
namespace {

constexpr size_t kLongestName = 63;

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  TRY(check_utf8(text));
  return Slot::copy_bytes(utf8_clip(text, kLongestName), arena);
}

Result<Slot> receive(std::string_view bytes, SqlType, Arena& arena) {
  TRY(check_utf8(bytes));
  if (bytes.size() > kLongestName) {
    return SqlError(sqlstate::kNameTooLong, "identifier too long")
        .with_detail("Identifier must be less than 64 characters.");
  }
  return Slot::copy_bytes(bytes, arena);
}

}  // namespace

TypeInfo name_type() {
  TypeInfo info = text_like_type(oid::kName, "name", "name", 1003);
  info.length = kLongestName + 1;
  info.parse = parse;
  info.receive = receive;
  return info;
}

}  // namespace millrace
