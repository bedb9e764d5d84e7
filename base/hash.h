// The one 64-bit hash. Stable: it places rows in shards and segments that live on disk and, later,
// on other machines, so its values are part of the file format (see hash_test.cc).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace millrace {

uint64_t hash_bytes(std::string_view bytes);

// A bijective finaliser (MurmurHash3's): every output bit depends on every input bit.
constexpr uint64_t hash_int(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

// Combines the hashes of a key's columns, left to right. Not commutative.
constexpr uint64_t hash_combine(uint64_t seed, uint64_t hash) { return hash_int(seed * 0x9e3779b97f4a7c15ULL + hash); }

inline constexpr uint64_t kHashSeed = 0x6d696c6c72616365ULL;  // of a key with no columns
inline constexpr uint64_t kHashOfNull = 0x4e554c4c4e554c4cULL;

}  // namespace millrace
