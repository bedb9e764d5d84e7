#include "storage/served_trie.h"

#include <new>

namespace millrace::storage {
namespace {

constexpr size_t kSpareSegmentsMax = 64;

void store(std::atomic<TrieEntry>& entry, ServedSegment* segment) {
  entry.store(reinterpret_cast<TrieEntry>(segment), std::memory_order_release);
}
void store(std::atomic<TrieEntry>& entry, ServedNode* node) {
  entry.store(reinterpret_cast<TrieEntry>(node) | 1, std::memory_order_release);
}

}  // namespace

ServedTrie::~ServedTrie() {
  for (const Retired& retired : retired_) free_now(retired.memory, retired.bytes);
  for (void* spare : spare_segments_) ::operator delete(spare, std::align_val_t{64});
}

void* ServedTrie::allocate(size_t bytes) {
  if (bytes == kSegmentBytesMax && !spare_segments_.empty()) {
    void* memory = spare_segments_.back();
    spare_segments_.pop_back();
    return memory;
  }
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  return ::operator new(bytes, std::align_val_t{64});
}

void ServedTrie::free_now(void* memory, size_t bytes) {
  if (bytes == kSegmentBytesMax && spare_segments_.size() < kSpareSegmentsMax) {
    spare_segments_.push_back(memory);
    return;
  }
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  ::operator delete(memory, std::align_val_t{64});
}

void ServedTrie::retire(void* memory, size_t bytes) {
  // Whoever reads the next published tick acquires it after this unlinking.
  retired_.push_back({memory, bytes, registry_.published().value() + 1});
}

void ServedTrie::free_retired(const ReadHorizon& horizon) {
  while (!retired_.empty() && retired_.front().tick <= horizon.memory) {
    free_now(retired_.front().memory, retired_.front().bytes);
    retired_.pop_front();
  }
}

ServedSegment* ServedTrie::make_segment(const ServedRoot& root, uint64_t number, SegmentShape shape) {
  return new (allocate(shape.bytes)) ServedSegment(number, root.hot(), root.table_hash(), shape);
}

ServedNode* ServedTrie::make_node(uint32_t shift, uint32_t bits) {
  auto* node = static_cast<ServedNode*>(allocate(ServedNode::bytes(bits)));
  node->shift = shift;
  node->bits = bits;
  for (size_t i = 0; i < size_t{1} << bits; ++i) new (&node->entries[i]) std::atomic<TrieEntry>(0);
  return node;
}

std::atomic<TrieEntry>* ServedTrie::lowest(const ServedRoot& root, uint64_t hash) {
  std::atomic<TrieEntry>* entry = root.entry;
  while (true) {
    const TrieEntry at = entry->load(std::memory_order_relaxed);
    if (!trie::is_node(at)) return entry;
    ServedNode* node = ServedNode::of(at);
    std::atomic<TrieEntry>* child = &node->entries[node->index(hash)];
    if (!trie::is_node(child->load(std::memory_order_relaxed))) return entry;
    entry = child;
  }
}

void ServedTrie::replace(const ServedRoot& root, ServedSegment* old, ServedSegment* with) {
  const uint64_t first = segment_first_hash(old->number);
  std::atomic<TrieEntry>* entry = lowest(root, first);
  const TrieEntry at = entry->load(std::memory_order_relaxed);
  if (!trie::is_node(at)) {
    store(*entry, with);
  } else {
    ServedNode* node = ServedNode::of(at);
    const size_t begin = node->index(first);
    const size_t count = size_t{1} << (node->shift + node->bits - old->depth);
    for (size_t i = begin; i < begin + count; ++i) store(node->entries[i], with);
  }
  retire(old, old->block_bytes);
}

void ServedTrie::replace(const ServedRoot& root, ServedSegment* old, ServedSegment* low, ServedSegment* high) {
  const uint64_t first = segment_first_hash(old->number);
  std::atomic<TrieEntry>* entry = lowest(root, first);
  const TrieEntry at = entry->load(std::memory_order_relaxed);
  if (!trie::is_node(at)) {
    ServedNode* node = make_node(0, 1);
    store(node->entries[0], low);
    store(node->entries[1], high);
    store(*entry, node);
    return retire(old, old->block_bytes);
  }
  ServedNode* node = ServedNode::of(at);
  const uint32_t reach = node->shift + node->bits;
  const size_t begin = node->index(first);
  if (old->depth < reach) {
    const size_t count = size_t{1} << (reach - old->depth);
    for (size_t i = 0; i < count; ++i) store(node->entries[begin + i], i < count / 2 ? low : high);
  } else if (node->bits < TrieNode::kNodeBits) {
    ServedNode* doubled = make_node(node->shift, node->bits + 1);
    for (size_t i = 0; i < size_t{1} << node->bits; ++i) {
      const TrieEntry child = node->entries[i].load(std::memory_order_relaxed);
      doubled->entries[2 * i].store(child, std::memory_order_relaxed);
      doubled->entries[2 * i + 1].store(child, std::memory_order_relaxed);
    }
    store(doubled->entries[2 * begin], low);
    store(doubled->entries[2 * begin + 1], high);
    store(*entry, doubled);
    retire(node, ServedNode::bytes(node->bits));
  } else {
    ServedNode* child = make_node(reach, 1);
    store(child->entries[0], low);
    store(child->entries[1], high);
    store(node->entries[begin], child);
  }
  retire(old, old->block_bytes);
}

Blob* ServedTrie::make_blob(size_t bytes) {
  auto* blob = static_cast<Blob*>(allocate(sizeof(Blob) + bytes));
  blob->birth = 0;
  blob->bytes = bytes;
  return blob;
}

HotRows* ServedTrie::make_hot_rows(uint64_t key_hash, uint64_t tick) {
  auto* hot = new (allocate(sizeof(HotRows))) HotRows(key_hash, tick);
  const ServedRoot root{&hot->root, hot};
  store(hot->root, make_segment(root, 1, *segment_shape(0, 0, kSegmentBytesMax)));
  return hot;
}

void ServedTrie::free_nodes(TrieEntry entry, const std::function<void(ServedSegment*)>& segment) {
  if (!trie::is_node(entry)) return segment(reinterpret_cast<ServedSegment*>(entry));
  ServedNode* node = ServedNode::of(entry);
  TrieEntry previous = 0;
  for (size_t i = 0; i < size_t{1} << node->bits; ++i) {
    const TrieEntry child = node->entries[i].load(std::memory_order_relaxed);
    if (child != previous) free_nodes(child, segment);
    previous = child;
  }
  free_now(node, ServedNode::bytes(node->bits));
}

void ServedTrie::retire_hot_rows(HotRows* hot) {
  const auto retire_tree = [&](const auto& self, TrieEntry entry) -> void {
    if (!trie::is_node(entry)) {
      auto* segment = reinterpret_cast<ServedSegment*>(entry);
      return retire(segment, segment->block_bytes);
    }
    ServedNode* node = ServedNode::of(entry);
    TrieEntry previous = 0;
    for (size_t i = 0; i < size_t{1} << node->bits; ++i) {
      const TrieEntry child = node->entries[i].load(std::memory_order_relaxed);
      if (child != previous) self(self, child);
      previous = child;
    }
    retire(node, ServedNode::bytes(node->bits));
  };
  retire_tree(retire_tree, hot->root.load(std::memory_order_relaxed));
  retire(hot, sizeof(HotRows));
}

}  // namespace millrace::storage
