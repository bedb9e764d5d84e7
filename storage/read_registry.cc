#include "storage/read_registry.h"

#include <utility>

#include "base/check.h"

namespace millrace::storage {

struct ReadPin::Entry {
  TickId tick;
  std::string owner;
  int64_t since_ns;
};

ReadPin& ReadPin::operator=(ReadPin&& other) noexcept {
  if (this != &other) {
    release();
    registry_ = std::exchange(other.registry_, nullptr);
    entry_ = other.entry_;
  }
  return *this;
}

TickId ReadPin::tick_of_entry() const { return entry_->tick; }

void ReadPin::release() {
  if (registry_ == nullptr) return;
  const std::lock_guard lock(registry_->mutex_);
  std::erase_if(registry_->entries_, [&](const auto& entry) { return entry.get() == entry_; });
  registry_ = nullptr;
}

Reader::Reader(Reader&& other) noexcept
    : registry_(other.registry_),
      slot_(std::exchange(other.slot_, nullptr)),
      tick_(std::exchange(other.tick_, TickId(detail::kOffline))) {}

Reader::~Reader() {
  if (slot_ == nullptr) return;
  leave();
  slot_->claimed.store(false, std::memory_order_release);
}

// Takes the published tick into the slot such that the writer either sees the slot or had published
// before: when the second load still reads `tick`, the store precedes the next publish in the single
// order of sequentially consistent operations, and with it every look at the slots that follows.
void Reader::enter() {
  uint64_t tick = registry_->published_.load(std::memory_order_seq_cst);
  while (true) {
    slot_->tick.store(tick, std::memory_order_seq_cst);
    const uint64_t now = registry_->published_.load(std::memory_order_seq_cst);
    if (now == tick) break;
    tick = now;
  }
  tick_ = TickId(tick);
}

void Reader::leave() {
  slot_->tick.store(detail::kOffline, std::memory_order_release);
  tick_ = TickId(detail::kOffline);
}

TickId Reader::quiescent() {
  MILLRACE_CHECK(entered(), "quiescent() of a reader that has not entered");
  enter();
  return tick_;
}

bool ReadHorizon::can_see(uint64_t begin, uint64_t end) const {
  if (begin == end) return false;
  if (end > published) return true;
  const auto first = std::ranges::lower_bound(active, begin);
  return first != active.end() && *first < end;
}

ReadRegistry::ReadRegistry(TickId published) : published_(published.value()) {}

ReadRegistry::~ReadRegistry() {
  for (detail::ReadSlot* slot = slots_.load(); slot != nullptr;) delete std::exchange(slot, slot->next);
}

void ReadRegistry::publish(TickId tick) { published_.store(tick.value(), std::memory_order_seq_cst); }

Reader ReadRegistry::make_reader() {
  for (detail::ReadSlot* slot = slots_.load(std::memory_order_acquire); slot != nullptr; slot = slot->next) {
    bool claimed = false;
    if (slot->claimed.compare_exchange_strong(claimed, true, std::memory_order_acq_rel)) return Reader(*this, *slot);
  }
  auto* slot = new detail::ReadSlot;
  const std::lock_guard lock(mutex_);
  slot->next = slots_.load(std::memory_order_relaxed);
  slots_.store(slot, std::memory_order_release);
  return Reader(*this, *slot);
}

ReadPin ReadRegistry::pin(std::string owner, int64_t now_ns) {
  // Under the mutex that horizon() takes: either it sees the pin, or the pin sees what was published
  // before it.
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::make_unique<ReadPin::Entry>(ReadPin::Entry{published(), std::move(owner), now_ns}));
  return ReadPin(*this, *entries_.back());
}

ReadPin ReadRegistry::pin(const Reader& reader, std::string owner, int64_t now_ns) {
  MILLRACE_CHECK(reader.entered(), "a pin of a reader that has not entered");
  const std::lock_guard lock(mutex_);
  entries_.push_back(std::make_unique<ReadPin::Entry>(ReadPin::Entry{reader.tick(), std::move(owner), now_ns}));
  return ReadPin(*this, *entries_.back());
}

std::vector<ReadPinInfo> ReadRegistry::pins() const {
  const std::lock_guard lock(mutex_);
  std::vector<ReadPinInfo> infos;
  for (const auto& entry : entries_) infos.push_back({entry->owner, entry->tick, entry->since_ns});
  return infos;
}

ReadHorizon ReadRegistry::horizon() const {
  ReadHorizon horizon;
  // A write, so that a reader whose slot is not seen below reads it (or a later one) when it enters, and
  // with it everything the writer did before.
  horizon.published = published_.fetch_add(0, std::memory_order_seq_cst);
  horizon.memory = UINT64_MAX;
  const detail::ReadSlot* slot;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& entry : entries_) horizon.active.push_back(entry->tick.value());
    slot = slots_.load(std::memory_order_acquire);
  }
  for (; slot != nullptr; slot = slot->next) {
    const uint64_t tick = slot->tick.load(std::memory_order_seq_cst);
    if (tick == detail::kOffline) continue;
    horizon.active.push_back(tick);
    horizon.memory = std::min(horizon.memory, tick);
  }
  std::ranges::sort(horizon.active);
  return horizon;
}

}  // namespace millrace::storage
