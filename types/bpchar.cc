// char(n), "blank-padded char": stored with the blanks that fill it up to n characters, compared
// without any blanks at its end. Without a modifier (bpchar) nothing is filled up or cut.
#include "base/hash.h"
#include "types/byte_string.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {
namespace {

std::string_view without_blanks(std::string_view text) {
  const size_t last = text.find_last_not_of(' ');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

Result<Slot> fit(std::string_view text, int32_t typmod, bool is_explicit, Arena& arena) {
  if (typmod < kLengthTypmodOffset) return Slot::copy_bytes(text, arena);
  const auto width = static_cast<size_t>(typmod - kLengthTypmodOffset);
  const size_t characters = utf8_length(text);
  if (characters >= width) {
    const size_t end = utf8_prefix_bytes(text, width);
    if (!is_explicit && text.find_first_not_of(' ', end) != std::string_view::npos) {
      return SqlError(sqlstate::kStringDataRightTruncation,
                      "value too long for type character(" + std::to_string(width) + ")");
    }
    return Slot::copy_bytes(text.substr(0, end), arena);
  }
  const size_t bytes = text.size() + width - characters;
  char* padded = arena.allocate(bytes, 1);
  if (!text.empty()) std::memcpy(padded, text.data(), text.size());
  std::memset(padded + text.size(), ' ', bytes - text.size());
  return Slot::of_bytes({padded, bytes});
}

Result<Slot> parse(std::string_view text, SqlType type, const TextContext&, Arena& arena) {
  TRY(check_utf8(text));
  return fit(text, type.typmod(), false, arena);
}

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) { return parse(bytes, type, {}, arena); }

int compare(Slot a, Slot b, SqlType) {
  const int order = without_blanks(a.view()).compare(without_blanks(b.view()));
  return order < 0 ? -1 : order > 0;
}

uint64_t hash(Slot value, SqlType) { return hash_bytes(without_blanks(value.view())); }

void append_key(Slot value, SqlType, std::string& out) { append_bytes_key(without_blanks(value.view()), out); }

Result<Slot> apply_typmod(Slot value, int32_t typmod, bool is_explicit, Arena& arena) {
  return fit(value.view(), typmod, is_explicit, arena);
}

Result<int32_t> typmod_from_arguments(std::span<const int32_t> arguments) { return length_typmod(arguments, "char"); }

}  // namespace

TypeInfo bpchar_type() {
  TypeInfo info = text_like_type(oid::kBpchar, "bpchar", "character", 1014);
  info.bytewise_equality = false;
  info.parse = parse;
  info.receive = receive;
  info.compare = compare;
  info.hash = hash;
  info.append_key = append_key;
  info.apply_typmod = apply_typmod;
  info.typmod_from_arguments = typmod_from_arguments;
  info.typmod_to_string = length_typmod_to_string;
  return info;
}

}  // namespace millrace
