// Checkpoints on RocksDB (checkpoint.h has the keys of the column family "state"). Inside storage/ alone.
//
// Column family "catalog":
//
//   "manifest"     version 1 (4), checkpoint number (8), tick (8), chain hash at the tick (8), dropped
//                  arrangements (varint count, 8 each), hash_bytes of all before (8)
//   "attempt"      number of the newest checkpoint that was begun (8): larger than the manifest's when one
//                  did not get to its end, and what it wrote is swept at the next open
//   "blob/NAME"    the bytes, hash_bytes("blob/NAME" and the bytes) (8)
//
// Order of a commit, each step on the disk before the next: segments; manifest, blobs and the removal of
// the log's records in one batch; that batch out of the WAL into files; removal of what is superseded.
#pragma once

#include <memory>
#include <vector>

#include "storage/checkpoint.h"
#include "storage/rocks_db.h"
#include "storage/rocks_tick_log.h"

namespace millrace::storage {

struct Manifest {
  uint64_t number = 0;  // 0: there is no checkpoint
  LogPosition position;
  std::vector<ArrangementId> dropped;
};

// XX001 when it is damaged.
Result<Manifest> read_manifest(RocksDb& rocks);

class CheckpointStore {
 public:
  // Both outlive the store.
  CheckpointStore(RocksDb& rocks, RocksTickLog& log, Manifest manifest)
      : rocks_(rocks), log_(log), manifest_(std::move(manifest)) {}

  // Removes what an unfinished checkpoint left. At open.
  Status sweep();

  Result<std::unique_ptr<CheckpointReader>> reader();
  std::unique_ptr<CheckpointWriter> writer(TickId tick);

 private:
  class Writer;

  RocksDb& rocks_;
  RocksTickLog& log_;
  Manifest manifest_;
  uint64_t attempt_ = 0;
  bool writing_ = false;
  std::vector<std::string> leftovers_;  // keys of abandoned checkpoints
};

}  // namespace millrace::storage
