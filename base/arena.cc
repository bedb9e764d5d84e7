#include "base/arena.h"

#include <algorithm>

namespace millrace {

char* Arena::allocate_slow(size_t bytes, size_t alignment) {
  while (true) {
    if (block_next_ == blocks_.size()) {
      const size_t size = std::max(block_bytes_, bytes + alignment);
      blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
      bytes_reserved_ += size;
    }
    const Block& block = blocks_[block_next_++];
    cursor_ = reinterpret_cast<uintptr_t>(block.data.get());
    end_ = cursor_ + block.bytes;
    const uintptr_t aligned = (cursor_ + alignment - 1) & ~(uintptr_t{alignment} - 1);
    if (aligned + bytes <= end_) {
      cursor_ = aligned + bytes;
      return reinterpret_cast<char*>(aligned);
    }
  }
}

void Arena::reset() {
  cursor_ = end_ = 0;
  block_next_ = 0;
}

}  // namespace millrace
