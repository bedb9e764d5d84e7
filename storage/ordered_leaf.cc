#include <algorithm>
#include <limits>

#include "base/check.h"
#include "storage/ordered_tree.h"

namespace millrace::storage {
namespace {

int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

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
  size_t low = 0;
  size_t high = places_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (bytes(middle) < bound) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
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
  return {offset, entry.key_bytes, static_cast<uint32_t>(entry.bytes.size()), entry.weight};
}

void OrderedLeaf::append(const OrderedEntry& entry) { places_.push_back(place(entry)); }

void OrderedLeaf::truncate(size_t count) {
  for (size_t i = count; i < places_.size(); ++i) live_bytes_ -= places_[i].bytes;
  places_.resize(count);
  compact();
}

void OrderedLeaf::merge(std::span<const OrderedEntry> changes) {
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
