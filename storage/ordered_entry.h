// An entry of an ordered tree: bytes that it is ordered by, with a weight.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::storage {

struct OrderedEntry {
  std::string_view bytes;  // order key, packed row
  uint32_t key_bytes;
  int64_t weight;
  std::string_view key() const { return bytes.substr(0, key_bytes); }
  std::string_view row() const { return bytes.substr(key_bytes); }
};

}  // namespace millrace::storage
