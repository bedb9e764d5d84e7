// varchar(n): text of at most n characters.
#include "types/byte_string.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {
namespace {

// Spaces beyond the limit go without complaint; other characters only in a written cast.
Result<std::string_view> fit(std::string_view text, int32_t typmod, bool is_explicit) {
  if (typmod < kLengthTypmodOffset) return text;
  const auto limit = static_cast<size_t>(typmod - kLengthTypmodOffset);
  const size_t end = utf8_prefix_bytes(text, limit);
  if (!is_explicit && text.find_first_not_of(' ', end) != std::string_view::npos) {
    return SqlError(sqlstate::kStringDataRightTruncation,
                    "value too long for type character varying(" + std::to_string(limit) + ")");
  }
  return text.substr(0, end);
}

Result<Slot> parse(std::string_view text, SqlType type, const TextContext&, Arena& arena) {
  TRY(check_utf8(text));
  TRY(const std::string_view fitting, fit(text, type.typmod(), false));
  return Slot::copy_bytes(fitting, arena);
}

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) { return parse(bytes, type, {}, arena); }

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool is_explicit, Arena& arena) {
  TRY(const std::string_view fitting, fit(value.view(), typmod, is_explicit));
  return Slot::copy_bytes(fitting, arena);
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) {
  return length_typmod(arguments, "varchar");
}

}  // namespace

TypeInfo varchar_type() {
  TypeInfo info = text_like_type(oid::kVarchar, "varchar", "character varying", 1015);
  info.parse = parse;
  info.receive = receive;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = typmod_from_arguments;
  info.typmod_to_string = length_typmod_to_string;
  return info;
}

}  // namespace millrace
