// Bump allocation for data that dies together.
//
// Threads: one at a time. Memory is released when the arena is, or kept for reuse by reset().
// Addresses are stable until then. Nothing is destroyed: only trivially destructible data goes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace {

class Arena {
 public:
  explicit Arena(size_t block_bytes = 16 * 1024) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Never null. `alignment` is a power of two up to 64.
  char* allocate(size_t bytes, size_t alignment = 8) {
    const uintptr_t aligned = (cursor_ + alignment - 1) & ~(uintptr_t{alignment} - 1);
    if (aligned + bytes > end_) [[unlikely]]
      return allocate_slow(bytes, alignment);
    cursor_ = aligned + bytes;
    return reinterpret_cast<char*>(aligned);
  }

  std::string_view copy(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* target = allocate(bytes.size(), 1);
    std::memcpy(target, bytes.data(), bytes.size());
    return {target, bytes.size()};
  }

  // Forgets the contents and keeps the blocks.
  void reset();

  size_t bytes_reserved() const { return bytes_reserved_; }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    size_t bytes;
  };

  char* allocate_slow(size_t bytes, size_t alignment);

  const size_t block_bytes_;
  uintptr_t cursor_ = 0;
  uintptr_t end_ = 0;
  size_t block_next_ = 0;  // The first block not yet used since the last reset.
  size_t bytes_reserved_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace millrace
