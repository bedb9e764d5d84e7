#include "types/byte_string.h"

#include "base/hash.h"

namespace millrace {

int compare_bytes(Slot a, Slot b, SqlType) {
  const int order = a.view().compare(b.view());
  return order < 0 ? -1 : order > 0;
}

uint64_t hash_slot_bytes(Slot value, SqlType) { return hash_bytes(value.view()); }

void append_bytes_key(std::string_view bytes, std::string& out) {
  while (true) {
    const size_t zero = bytes.find('\0');
    out.append(bytes.substr(0, zero));
    if (zero == std::string_view::npos) break;
    out.append("\0\xff", 2);
    bytes.remove_prefix(zero + 1);
  }
  out.append("\0\0", 2);
}

void append_slot_bytes_key(Slot value, SqlType, std::string& out) { append_bytes_key(value.view(), out); }

void append_slot_bytes(Slot value, SqlType, std::string& out) { out.append(value.view()); }

}  // namespace millrace
