// Who may read what: the published tick, the threads that read served indexes, and their pins.
// One for the whole database, shared by all its ServedIndexes.
//
// Quiescent-state reclamation, with ticks for epochs. A reader's slot holds the tick it reads at. The
// writer builds tick T+1, publishes it with one release store, and then knows from the slots
//
//   - what versions of rows can still be seen:  by the ticks readers and pins are at, and later ones;
//   - what memory can still be touched:         whatever was unlinked before a tick that every online
//                                               reader has reached is nobody's any more.
//
// A pin holds versions, not memory, so a long pin costs the rows that changed and nothing else.
//
// Cost      quiescent() is two loads and one store, no shared cache line written. pin(): a mutex.
// Threads   publish(), horizon(): the writer's. The rest: any.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/ids.h"

namespace millrace::storage {

class ReadRegistry;

namespace detail {
inline constexpr uint64_t kOffline = UINT64_MAX;
struct alignas(64) ReadSlot {
  std::atomic<uint64_t> tick{kOffline};
  std::atomic<bool> claimed{true};
  ReadSlot* next = nullptr;  // slots are reused, never freed before the registry
};
}  // namespace detail

// A thread's permission to read. Made on any thread, used by one. Destroy before the registry.
class Reader {
 public:
  Reader(Reader&& other) noexcept;
  Reader& operator=(Reader&&) = delete;
  ~Reader();

  // Between enter() and leave() the thread may read, at tick() or at a pin's tick. What it got from an
  // index (PackedRow) is valid until the next quiescent() or leave().
  void enter();
  void leave();
  bool entered() const { return tick_.value() != detail::kOffline; }

  // Once per event-loop turn: "I hold nothing from before"; moves tick() to the newest published.
  // REQUIRES: entered.
  TickId quiescent();
  TickId tick() const { return tick_; }

 private:
  friend class ReadRegistry;
  Reader(ReadRegistry& registry, detail::ReadSlot& slot) : registry_(&registry), slot_(&slot) {}

  ReadRegistry* registry_;
  detail::ReadSlot* slot_;
  TickId tick_{detail::kOffline};
};

// Keeps the row versions of one tick readable, for as long as it lives. Movable, any thread; destroy
// before the registry.
class ReadPin {
 public:
  ReadPin() = default;
  ReadPin(ReadPin&& other) noexcept : registry_(other.registry_), entry_(other.entry_) { other.registry_ = nullptr; }
  ReadPin& operator=(ReadPin&& other) noexcept;
  ~ReadPin() { release(); }

  bool valid() const { return registry_ != nullptr; }
  TickId tick() const { return tick_of_entry(); }
  void release();

 private:
  friend class ReadRegistry;
  struct Entry;
  ReadPin(ReadRegistry& registry, Entry& entry) : registry_(&registry), entry_(&entry) {}
  TickId tick_of_entry() const;

  ReadRegistry* registry_ = nullptr;
  Entry* entry_ = nullptr;
};

struct ReadPinInfo {
  std::string owner;
  TickId tick;
  int64_t since_ns = 0;
};

// What can still be seen, at one moment. A version lives in [begin, end).
struct ReadHorizon {
  std::vector<uint64_t> active;  // ticks that readers and pins are at, ascending
  uint64_t published = 0;        // later reads are at this tick or a later one
  uint64_t memory = 0;           // every online reader has reached this tick; all there is when there is none

  bool can_see(uint64_t begin, uint64_t end) const;
  uint64_t oldest() const { return active.empty() ? published : std::min(active.front(), published); }
};

class ReadRegistry {
 public:
  explicit ReadRegistry(TickId published = TickId(0));
  ReadRegistry(const ReadRegistry&) = delete;
  ReadRegistry& operator=(const ReadRegistry&) = delete;
  ~ReadRegistry();

  // The one store that makes a tick visible. REQUIRES: not less than published(), unless no reader nor
  // pin exists (recovery).
  void publish(TickId tick);
  TickId published() const { return TickId(published_.load(std::memory_order_acquire)); }

  Reader make_reader();
  // Pins the newest published tick.
  ReadPin pin(std::string owner, int64_t now_ns);
  // Pins the tick an entered reader is at.
  ReadPin pin(const Reader& reader, std::string owner, int64_t now_ns);
  std::vector<ReadPinInfo> pins() const;

  // Speaks for what was unlinked before the call.
  ReadHorizon horizon() const;

 private:
  friend class Reader;
  friend class ReadPin;

  mutable std::atomic<uint64_t> published_;  // written by horizon() too, with the value it has
  std::atomic<detail::ReadSlot*> slots_{nullptr};
  mutable std::mutex mutex_;  // guards entries_ and the making of slots
  std::vector<std::unique_ptr<ReadPin::Entry>> entries_;
};

}  // namespace millrace::storage
