#include <algorithm>
#include <limits>

#include "base/check.h"
#include "storage/ordered_tree.h"

namespace millrace::storage {
namespace {

int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

size_t common_prefix(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(most), b.begin()).first -
                             a.begin());
}

// Changes up to this many are put in one by one.
constexpr size_t kFewChanges = 4;

}  // namespace

void WeightSums::append(const WeightSums& next) {
  if (next.entries == 0) return;
  if (entries == 0) {
    *this = next;
    return;
  }
  most_from_front = std::max(most_from_front, wrapping_add(weight, next.most_from_front));
  most_from_back = std::max(next.most_from_back, wrapping_add(next.weight, most_from_back));
  weight = wrapping_add(weight, next.weight);
  entries += next.entries;
}

std::unique_ptr<OrderedLeaf> OrderedLeaf::thaw() const {
  auto copy = std::make_unique<OrderedLeaf>(number_);
  copy->heap_ = heap_;
  copy->places_ = places_;
  copy->shared_ = shared_;
  copy->live_bytes_ = live_bytes_;
  copy->stored = stored;
  return copy;
}

std::string_view OrderedLeaf::bytes(size_t index) const {
  return {heap_.data() + places_[index].offset, places_[index].bytes};
}

OrderedEntry OrderedLeaf::entry(size_t index) const {
  return {bytes(index), places_[index].key_bytes, places_[index].weight};
}

size_t OrderedLeaf::lower_bound(std::string_view bound) const {
  if (places_.empty()) return 0;
  const int prefix = bound.substr(0, shared_).compare(bytes(0).substr(0, shared_));
  if (prefix != 0) return prefix < 0 ? 0 : places_.size();
  const uint32_t head = head_of(bound);
  size_t low = 0;
  size_t high = places_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const uint32_t other = places_[middle].head;
    if (other != head ? other < head : bytes(middle).substr(shared_) < bound.substr(shared_)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

uint32_t OrderedLeaf::head_of(std::string_view bytes) const {
  uint32_t head = 0;
  for (size_t i = shared_; i < shared_ + sizeof head; ++i) {
    head = head << 8 | (i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0U);
  }
  return head;
}

void OrderedLeaf::set_shared() {
  const size_t shared = places_.empty() ? 0 : common_prefix(bytes(0), bytes(places_.size() - 1));
  if (shared == shared_) return;
  shared_ = shared;
  for (size_t i = 0; i < places_.size(); ++i) places_[i].head = head_of(bytes(i));
}

WeightSums OrderedLeaf::sums() const {
  WeightSums sums;
  for (const Place& place : places_) sums.append(WeightSums::of(place.weight));
  return sums;
}

OrderedLeaf::Place OrderedLeaf::place(const OrderedEntry& entry) {
  MILLRACE_CHECK(heap_.size() + entry.bytes.size() <= std::numeric_limits<uint32_t>::max(), "a leaf beyond 4 GiB");
  const auto offset = static_cast<uint32_t>(heap_.size());
  heap_ += entry.bytes;
  live_bytes_ += entry.bytes.size();
  return {offset, entry.key_bytes, static_cast<uint32_t>(entry.bytes.size()), head_of(entry.bytes), entry.weight};
}

void OrderedLeaf::append(const OrderedEntry& entry) {
  places_.push_back(place(entry));
  set_shared();
}

void OrderedLeaf::truncate(size_t count) {
  for (size_t i = count; i < places_.size(); ++i) live_bytes_ -= places_[i].bytes;
  places_.resize(count);
  set_shared();
  compact();
}

void OrderedLeaf::merge_one(const OrderedEntry& change) {
  const size_t at = lower_bound(change.bytes);
  if (at == places_.size() || bytes(at) != change.bytes) {
    if (change.weight != 0) {
      constexpr size_t kSpare = 8;  // doubling would leave a quarter of all memory unused
      if (places_.size() == places_.capacity()) places_.reserve(places_.size() + kSpare);
      places_.insert(places_.begin() + static_cast<ptrdiff_t>(at), place(change));
    }
  } else {
    Place& known = places_[at];
    known.weight = wrapping_add(known.weight, change.weight);
    if (known.weight != 0) return;
    live_bytes_ -= known.bytes;
    places_.erase(places_.begin() + static_cast<ptrdiff_t>(at));
  }
  set_shared();
}

void OrderedLeaf::merge(std::span<const OrderedEntry> changes) {
  if (changes.size() <= kFewChanges) {
    for (const OrderedEntry& change : changes) merge_one(change);
    compact();
    return;
  }
  std::vector<Place> merged;
  merged.reserve(places_.size() + changes.size());
  size_t from = 0;
  for (const OrderedEntry& change : changes) {
    const size_t at = std::max(from, lower_bound(change.bytes));
    merged.insert(merged.end(), places_.begin() + static_cast<ptrdiff_t>(from),
                  places_.begin() + static_cast<ptrdiff_t>(at));
    from = at;
    if (at == places_.size() || bytes(at) != change.bytes) {
      if (change.weight != 0) merged.push_back(place(change));
      continue;
    }
    Place known = places_[at];
    from = at + 1;
    known.weight = wrapping_add(known.weight, change.weight);
    if (known.weight != 0) {
      merged.push_back(known);
    } else {
      live_bytes_ -= known.bytes;
    }
  }
  merged.insert(merged.end(), places_.begin() + static_cast<ptrdiff_t>(from), places_.end());
  places_ = std::move(merged);
  set_shared();
  compact();
}

// When more than half of the heap is of entries that went.
void OrderedLeaf::compact() {
  constexpr size_t kSlack = 1024;
  if (heap_.size() <= 2 * live_bytes_ + kSlack) return;
  std::string heap;
  heap.reserve(live_bytes_);
  for (Place& place : places_) {
    const auto offset = static_cast<uint32_t>(heap.size());
    heap.append(heap_, place.offset, place.bytes);
    place.offset = offset;
  }
  heap_ = std::move(heap);
}

}  // namespace millrace::storage
