// The durable order of ticks: one record a tick, on disk before its tick's writers are answered.
//
// append() hands the record to the WAL (memory and page cache); sync() puts all appended so far on the
// disk. They are apart so that the disk works while the tick is computed, and so that one sync serves
// every tick appended meanwhile (group commit):
//
//   tick thread:  append(T)  -> compute T -> wait until synced() >= T -> publish T -> acknowledge
//   log thread:                 sync()
//
// Record, little-endian, under the key "tick, 8 bytes big-endian":
//
//   offset  size  meaning
//   0       4     magic "MRTL"
//   4       4     version of this header, 1
//   8       8     tick
//   16      8     synced_up_to: the newest tick known to be on disk when this record was made
//   24      8     chain: hash_combine(chain of the record before, hash_bytes(payload))
//   32      8     hash_bytes(bytes [4, 32)): the header alone, so that it can be believed when the payload
//                 is damaged; the payload is checked by the chain
//   40      ...   payload
//
// synced_up_to is the *commit evidence* and chain what the *commit watermark* file repeats
// (commit_watermark.h): with them a torn tail that nobody was promised is told from damage to what was
// (store.h). Later versions may append fields to the header: the version says how long it is.
//
// Errors    append: 53100 when the disk is full; nothing was appended, and a later append may succeed.
//           Anything else that fails to be written or synced ends the process (promise P5): after a
//           failed fsync nobody knows what is on the disk, and asking again would be told a lie.
// Threads   append, truncate: one thread each time. sync: one thread at a time, beside the others.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace millrace::storage {

enum class Eagerness {
  kEager,  // the watermark is on disk too when sync() returns: what acknowledged table writes deserve
  kLazy,   // the watermark may lag by kWatermarkIntervalNs: enough where the source can be read again
};
inline constexpr int64_t kWatermarkIntervalNs = 100'000'000;

class TickLog {
 public:
  virtual ~TickLog() = default;

  // REQUIRES: tick == next(last()).
  virtual Status append(TickId tick, std::string_view payload) = 0;
  // Returns the newest tick on disk: at least last() as it was when sync() was called.
  virtual TickId sync(Eagerness eagerness) = 0;

  virtual TickId last() const = 0;    // newest appended
  virtual TickId synced() const = 0;  // newest on disk; any thread

  // Calls back for every record after `tick` in order. An error of the callback stops and is returned.
  // XX001 when a record is damaged or missing.
  using Replay = std::function<Status(TickId tick, std::string_view payload)>;
  virtual Status replay(TickId after, const Replay& replay) = 0;
};

}  // namespace millrace::storage
