#include "storage/segment_table.h"

#include <algorithm>
#include <new>
#include <optional>

#include "base/check.h"

namespace millrace::storage {
namespace {

// Beyond this depth equal hash bits are no accident of many keys but keys made to collide, and halving
// does not help: the segment grows as far as its 16-bit offsets reach.
constexpr unsigned kDepthMax = 48;
constexpr size_t kCrowdedBytesMax = 64 * 1024 - 64;
constexpr size_t kSpareSegmentsMax = 64;

}  // namespace

void* SegmentCore::allocate(size_t bytes) {
  if (bytes == kSegmentBytesMax && !spare_segments_.empty()) {
    void* memory = spare_segments_.back();
    spare_segments_.pop_back();
    return memory;
  }
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  return ::operator new(bytes, std::align_val_t{64});
}

void SegmentCore::release(void* memory, size_t bytes) {
  if (bytes == kSegmentBytesMax && spare_segments_.size() < kSpareSegmentsMax) {
    spare_segments_.push_back(memory);
    return;
  }
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  ::operator delete(memory, std::align_val_t{64});
}

void SegmentCore::free_tree(TrieEntry entry) {
  if (trie::is_node(entry)) {
    TrieNode* node = trie::node(entry);
    const size_t count = size_t{1} << node->bits;
    for (size_t i = 0; i < count; ++i) {
      if (i == 0 || node->entries[i] != node->entries[i - 1]) free_tree(node->entries[i]);
    }
    release(node, TrieNode::bytes(node->bits));
    return;
  }
  Segment* segment = trie::segment(entry);
  if (segment->owning > 0) {
    segment->for_each([&](uint32_t group, uint32_t slot, const char* record) {
      const RecordTraits::Owned owned = traits_->owned(record, segment->group(group).row_tags[slot]);
      if (owned.blob != nullptr) release(owned.blob, sizeof(Blob) + owned.blob->bytes);
      if (owned.hot_table != 0) free_tree(owned.hot_table);
    });
  }
  release(segment, segment->block_bytes);
}

SegmentCore::~SegmentCore() {
  if (root_.entry != 0) free_tree(root_.entry);
  for (const Retired& retired : retired_) release(retired.memory, retired.bytes);
  for (void* spare : spare_segments_) ::operator delete(spare, std::align_val_t{64});
}

TableVersion::TableVersion(std::shared_ptr<SegmentCore> table, PinInfo info)
    : core(std::move(table)),
      state(std::make_shared<SegmentCore::PinState>()),
      root(core->root_.entry),
      rows(core->rows_) {
  state->generation = core->generation_;
  state->info = std::move(info);
}

TableVersion::~TableVersion() { state->released.store(true, std::memory_order_release); }

SnapshotPin::SnapshotPin() = default;
SnapshotPin::SnapshotPin(std::shared_ptr<const TableVersion> version) : version_(std::move(version)) {}
SnapshotPin::SnapshotPin(SnapshotPin&&) noexcept = default;
SnapshotPin& SnapshotPin::operator=(SnapshotPin&&) noexcept = default;
SnapshotPin::~SnapshotPin() = default;
const PinInfo& SnapshotPin::info() const { return version_->info(); }
size_t SnapshotPin::row_count() const { return version_->rows; }

SegmentTable::SegmentTable(std::shared_ptr<const RecordTraits> traits)
    : core_(std::make_shared<SegmentCore>(std::move(traits))) {
  const SegmentShape shape = *segment_shape(0, 0, kSegmentBytesMax);
  Segment* segment = make_segment(core_->root_, 1, shape.bytes, shape.groups);
  mark_dirty(*segment);
  core_->root_.entry = reinterpret_cast<TrieEntry>(segment);
}

Segment* SegmentTable::make_segment(const TableRoot& root, uint64_t number, size_t bytes, uint32_t groups) {
  auto* segment = static_cast<Segment*>(core_->allocate(bytes));
  *segment = Segment{};
  segment->birth = core_->generation_;
  segment->number = number;
  segment->depth = static_cast<uint8_t>(segment_depth(number));
  segment->hot = root.hot;
  segment->table_hash = root.key_hash;
  segment->common_bytes = static_cast<uint16_t>(core_->traits().common_bytes());
  segment->format(static_cast<uint32_t>(bytes), groups);
  return segment;
}

TrieNode* SegmentTable::make_node(uint32_t shift, uint32_t bits) {
  auto* node = static_cast<TrieNode*>(core_->allocate(TrieNode::bytes(bits)));
  node->birth = core_->generation_;
  node->shift = shift;
  node->bits = bits;
  return node;
}

void SegmentTable::retire(void* memory, size_t bytes, uint64_t birth) {
  if (owns(birth)) {
    core_->release(memory, bytes);
  } else {
    core_->retired_.push_back({memory, bytes, birth, core_->generation_});
  }
}

void SegmentTable::reclaim() {
  SegmentCore& core = *core_;
  const size_t released =
      std::erase_if(core.pins_, [](const auto& pin) { return pin->released.load(std::memory_order_acquire); });
  if (released == 0) return;
  core.newest_pinned_ = core.pins_.empty() ? 0 : core.pins_.back()->generation;
  std::erase_if(core.retired_, [&](const SegmentCore::Retired& retired) {
    const bool seen = std::ranges::any_of(core.pins_, [&](const auto& pin) {
      return retired.birth <= pin->generation && pin->generation < retired.death;
    });
    if (!seen) core.release(retired.memory, retired.bytes);
    return !seen;
  });
}

TrieEntry* SegmentTable::writable_path(TableRoot& root, uint64_t hash) {
  TrieEntry* entry = &root.entry;
  while (trie::is_node(*entry)) {
    TrieNode* node = trie::node(*entry);
    if (!owns(node->birth)) {
      TrieNode* copy = make_node(node->shift, node->bits);
      std::memcpy(copy->entries, node->entries, sizeof(TrieEntry) << node->bits);
      retire(node, TrieNode::bytes(node->bits), node->birth);
      *entry = reinterpret_cast<TrieEntry>(copy) | 1;
      node = copy;
    }
    TrieEntry* child = &node->entries[node->index(hash)];
    if (!trie::is_node(*child)) return entry;
    entry = child;
  }
  return entry;
}

void SegmentTable::replace(TableRoot& root, Segment* old, Segment* with) {
  const uint64_t first = segment_first_hash(old->number);
  TrieEntry* entry = writable_path(root, first);
  const auto value = reinterpret_cast<TrieEntry>(with);
  if (!trie::is_node(*entry)) {
    *entry = value;
    return;
  }
  TrieNode* node = trie::node(*entry);
  const size_t begin = node->index(first);
  const size_t count = size_t{1} << (node->shift + node->bits - old->depth);
  std::fill_n(&node->entries[begin], count, value);
}

void SegmentTable::prefetch(std::span<const uint64_t> hashes) const {
  const TrieEntry root = core_->root_.entry;
  if (hashes.size() < 2 || !trie::is_node(root)) return;  // nothing to overlap, or all in one segment
  constexpr size_t kAtOnce = 32;
  MILLRACE_CHECK(hashes.size() <= kAtOnce, "too many hashes to prefetch at once");
  const Segment* segments[kAtOnce];
  const SlotGroup* groups[kAtOnce];
  for (size_t i = 0; i < hashes.size(); ++i) {
    segments[i] = trie::find(root, hashes[i]);
    __builtin_prefetch(segments[i]);
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    groups[i] = &segments[i]->group(segments[i]->first_group(hashes[i]));
    __builtin_prefetch(groups[i]);
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    const uint32_t matches = groups[i]->match_tag(Segment::tag(hashes[i]));
    if (matches == 0) continue;
    const char* record = segments[i]->at(groups[i]->offsets[__builtin_ctz(matches)]);
    __builtin_prefetch(record);
    // A group's key lies behind its payload: often in the next line.
    if (segments[i]->common_bytes > 16) __builtin_prefetch(record + segments[i]->common_bytes - 1);
  }
}

Segment* SegmentTable::writable(TableRoot& root, uint64_t hash) {
  Segment* segment = trie::find(root.entry, hash);
  if (!owns(segment->birth)) {
    auto* copy = static_cast<Segment*>(core_->allocate(segment->block_bytes));
    std::memcpy(static_cast<void*>(copy), segment, segment->heap_end);
    copy->birth = core_->generation_;
    replace(root, segment, copy);
    retire(segment, segment->block_bytes, segment->birth);
    segment = copy;
  }
  mark_dirty(*segment);
  return segment;
}

void SegmentTable::move_records(const Segment& source, Segment& low, Segment& high) {
  const RecordTraits& traits = core_->traits();
  const unsigned bit = 63 - source.depth;
  ++moves_;
  source.for_each([&](uint32_t group, uint32_t slot, const char* record) {
    const uint8_t row_tag = source.group(group).row_tags[slot];
    const size_t bytes = traits.bytes(record, row_tag);
    const uint64_t hash = traits.placement_hash(record, row_tag, source.hot);
    Segment& target = &low != &high && (hash >> bit & 1) != 0 ? high : low;
    std::memcpy(target.add(hash, row_tag, bytes), record, bytes);
    if (source.owning > 0) {
      const RecordTraits::Owned owned = traits.owned(record, row_tag);
      if (owned.blob != nullptr || owned.hot_table != 0) ++target.owning;
    }
  });
}

void SegmentTable::rebuild(TableRoot& root, Segment* segment, size_t bytes, uint32_t groups) {
  Segment* fresh = make_segment(root, segment->number, bytes, groups);
  fresh->stored = segment->stored;
  fresh->dirty_epoch = segment->dirty_epoch;
  mark_dirty(*fresh);
  move_records(*segment, *fresh, *fresh);
  replace(root, segment, fresh);
  retire(segment, segment->block_bytes, segment->birth);
}

void SegmentTable::install_halves(TableRoot& root, Segment* parent, Segment* low, Segment* high) {
  const uint64_t first = segment_first_hash(parent->number);
  TrieEntry* entry = writable_path(root, first);
  const auto halves = [&](TrieEntry* entries, size_t count) {
    std::fill_n(entries, count / 2, reinterpret_cast<TrieEntry>(low));
    std::fill_n(entries + count / 2, count / 2, reinterpret_cast<TrieEntry>(high));
  };
  if (!trie::is_node(*entry)) {
    TrieNode* node = make_node(0, 1);
    halves(node->entries, 2);
    *entry = reinterpret_cast<TrieEntry>(node) | 1;
    return;
  }
  TrieNode* node = trie::node(*entry);
  const uint32_t reach = node->shift + node->bits;
  if (parent->depth < reach) {
    halves(&node->entries[node->index(first)], size_t{1} << (reach - parent->depth));
  } else if (node->bits < TrieNode::kNodeBits) {
    TrieNode* doubled = make_node(node->shift, node->bits + 1);
    for (size_t i = 0; i < size_t{1} << node->bits; ++i) {
      doubled->entries[2 * i] = doubled->entries[2 * i + 1] = node->entries[i];
    }
    halves(&doubled->entries[2 * node->index(first)], 2);
    *entry = reinterpret_cast<TrieEntry>(doubled) | 1;
    retire(node, TrieNode::bytes(node->bits), node->birth);
  } else {
    TrieNode* child = make_node(reach, 1);
    halves(child->entries, 2);
    node->entries[node->index(first)] = reinterpret_cast<TrieEntry>(child) | 1;
  }
}

void SegmentTable::split(TableRoot& root, Segment* segment) {
  MILLRACE_CHECK(segment->depth < 63, "a segment cannot be split further");
  SegmentShape shape = *segment_shape(0, 0, kSegmentBytesMax);
  if (segment->live > 0) {
    // Room for all of them in one half: hashes may share the next bit.
    shape = crammed_segment_shape(segment->live, segment->live_bytes(), segment->block_bytes, segment->groups);
  }
  Segment* low = make_segment(root, segment->number * 2, shape.bytes, shape.groups);
  Segment* high = make_segment(root, segment->number * 2 + 1, shape.bytes, shape.groups);
  mark_dirty(*low);
  mark_dirty(*high);
  move_records(*segment, *low, *high);
  if (segment->stored) touched_.push_back({segment->hot, segment->table_hash, segment->number});
  install_halves(root, segment, low, high);
  retire(segment, segment->block_bytes, segment->birth);
}

Segment* SegmentTable::reserve(TableRoot& root, uint64_t hash, size_t bytes) {
  while (true) {
    Segment* segment = trie::find(root.entry, hash);
    if (segment->has_room(bytes)) return writable(root, hash);
    const bool crowded = segment->depth >= kDepthMax;
    const std::optional<SegmentShape> shape = segment_shape(size_t{segment->live} + 1, segment->live_bytes() + bytes,
                                                            crowded ? kCrowdedBytesMax : kSegmentBytesMax);
    if (shape) {
      rebuild(root, segment, shape->bytes, shape->groups);
    } else {
      split(root, segment);
    }
  }
}

void SegmentTable::shrink(TableRoot& root, uint64_t hash) {
  Segment* segment = trie::find(root.entry, hash);
  if (segment->block_bytes == kSegmentBytesMin) return;
  const size_t used = sizeof(Segment) + segment->live_bytes() + size_t{segment->live} * sizeof(SlotGroup) / 14;
  if (used * 5 > segment->block_bytes) return;
  if (const auto shape = segment_shape(segment->live, segment->live_bytes(), segment->block_bytes / 2)) {
    rebuild(root, segment, shape->bytes, shape->groups);
  }
}

TableRoot SegmentTable::make_hot_root(uint64_t key_hash) {
  TableRoot root{.entry = 0, .hot = true, .key_hash = key_hash};
  const SegmentShape shape = *segment_shape(0, 0, kSegmentBytesMax);
  Segment* segment = make_segment(root, 1, shape.bytes, shape.groups);
  mark_dirty(*segment);
  root.entry = reinterpret_cast<TrieEntry>(segment);
  return root;
}

void SegmentTable::forget_tree(TrieEntry entry) {
  if (trie::is_node(entry)) {
    TrieNode* node = trie::node(entry);
    const size_t count = size_t{1} << node->bits;
    for (size_t i = 0; i < count; ++i) {
      if (i == 0 || node->entries[i] != node->entries[i - 1]) forget_tree(node->entries[i]);
    }
    retire(node, TrieNode::bytes(node->bits), node->birth);
    return;
  }
  Segment* segment = trie::segment(entry);
  MILLRACE_CHECK(segment->live == 0, "a hot key's table is dropped with rows in it");
  if (segment->stored) touched_.push_back({segment->hot, segment->table_hash, segment->number});
  retire(segment, segment->block_bytes, segment->birth);
}

void SegmentTable::drop_hot_root(const TableRoot& root) { forget_tree(root.entry); }

Blob* SegmentTable::make_blob(size_t bytes) {
  auto* blob = static_cast<Blob*>(core_->allocate(sizeof(Blob) + bytes));
  blob->birth = core_->generation_;
  blob->bytes = bytes;
  return blob;
}

void SegmentTable::drop_blob(Blob* blob) { retire(blob, sizeof(Blob) + blob->bytes, blob->birth); }

SnapshotPin SegmentTable::pin(std::string owner, int64_t now_ns) {
  reclaim();
  auto version = std::make_shared<const TableVersion>(core_, PinInfo{std::move(owner), now_ns});
  core_->pins_.push_back(version->state);
  core_->newest_pinned_ = core_->generation_++;
  return SnapshotPin(std::move(version));
}

std::vector<PinInfo> SegmentTable::pins() const {
  std::vector<PinInfo> infos;
  for (const auto& pin : core_->pins_) {
    if (!pin->released.load(std::memory_order_acquire)) infos.push_back(pin->info);
  }
  return infos;
}

std::vector<SegmentId> SegmentTable::take_touched() {
  ++dirty_epoch_;
  std::vector<SegmentId> touched = std::move(touched_);
  touched_.clear();
  std::ranges::sort(touched);
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  return touched;
}

void SegmentTable::restore_touched(const DirtySegments& dirty) {
  touched_.insert(touched_.end(), dirty.put.begin(), dirty.put.end());
  touched_.insert(touched_.end(), dirty.erase.begin(), dirty.erase.end());
}

Segment* SegmentTable::cut_out(TableRoot& root, uint64_t number) {
  const unsigned depth = segment_depth(number);
  while (true) {
    Segment* segment = trie::find(root.entry, segment_first_hash(number));
    if (segment->number == number) return segment;
    if (segment->depth >= depth || segment->live > 0) return nullptr;
    split(root, segment);
  }
}

void SegmentTable::assume_stored(const TableRoot& root) {
  touched_.clear();
  trie::for_each_segment(root.entry, [&](Segment& segment) {
    segment.stored = true;
    segment.dirty_epoch = dirty_epoch_;
  });
}

}  // namespace millrace::storage
