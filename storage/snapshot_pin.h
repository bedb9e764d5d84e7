// A state of an arrangement held still: what long scans, view hydration and checkpoints read while the
// writer goes on.
//
// How. Every segment and directory node is stamped with the generation in which it was made. Taking a
// pin closes the generation: O(1), nothing is copied. From then on the writer copies a segment (and the
// nodes above it) before its first write to it, and the originals are freed once no pin can see them.
// No reference counts: copying a node does not touch its children.
//
// Threads   Taken on the writer's thread between ticks; read and released on any thread, one at a time,
//           also after the arrangement is gone. Handing it to another thread needs the usual
//           synchronisation of a handover (a queue, a mutex).
// Cost      While it lives, one copy (at most 16 KiB) of each segment that changes. So every pin has an
//           owner and a time: PinInfo, for metrics and for limits on its age.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/arrangement.h"

namespace millrace::storage {

class SegmentTable;
struct TableVersion;

struct PinInfo {
  std::string owner;     // "checkpoint", "hydrate view 16412", ...
  int64_t since_ns = 0;  // Clock::monotonic_ns() when it was taken
};

class SnapshotPin {
 public:
  SnapshotPin();  // pins nothing; only assignable
  explicit SnapshotPin(std::shared_ptr<const TableVersion> version);
  SnapshotPin(SnapshotPin&&) noexcept;
  SnapshotPin& operator=(SnapshotPin&&) noexcept;
  ~SnapshotPin();

  bool valid() const { return version_ != nullptr; }
  const PinInfo& info() const;
  size_t row_count() const;
  // Releases it early.
  void release() { version_.reset(); }

  const TableVersion& version() const { return *version_; }

 private:
  std::shared_ptr<const TableVersion> version_;
};

}  // namespace millrace::storage
