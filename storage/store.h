// The data directory: opened, checked, locked; its tick log and its checkpoints.
//
//   DIR/format             "millrace 1": which layout the rest has. Newer refused, foreign refused.
//   DIR/lock               held by the server that has it open
//   DIR/commit_watermark   how far the log is known to be on disk (commit_watermark.h)
//   DIR/rocksdb/           column families: log, state, catalog
//
// Opening decides what a damaged log means (no recovery mode of RocksDB alone is right):
//
//   strict open fails  -> look at a copy. Had the first missing tick been synced, says the watermark or
//                         a later record's commit evidence?  no: a torn tail nobody was promised, it is
//                         cut (B1).  yes: acknowledged commits are damaged, refuse (B2).
//   strict open works  -> the log must reach the watermark, with the same chain hash there; else
//                         acknowledged commits are missing, refuse (B3).
//
// A refusal (XX001) names the place, the last good tick, and StoreOptions::recover_to, which gives up
// what lies after a tick in so many words.
//
// Threads   open, close: one. See the parts for theirs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/fs.h"
#include "base/result.h"
#include "storage/checkpoint.h"
#include "storage/tick_log.h"

namespace rocksdb {
class FileSystem;
}

namespace millrace::storage {

inline constexpr int kFormatVersion = 1;

struct StoreOptions {
  std::string directory;
  Fs* fs = nullptr;        // outlives the store
  Clock* clock = nullptr;  // outlives the store
  // Where RocksDB keeps its files; null: the machine's own. Tests put a lossy one here.
  std::shared_ptr<rocksdb::FileSystem> rocksdb_files;
  // Gives up every commit after this tick. For operators, after a refusal.
  std::optional<TickId> recover_to;
};

class Store {
 public:
  // Creates what is not there. Errors: 55006 another server has it, 0A000 newer format, 55000 not a
  // data directory of ours, XX001 damaged, 58030 and 53100 from the disk.
  static Result<std::unique_ptr<Store>> open(StoreOptions options);
  virtual ~Store() = default;

  virtual TickLog& log() = 0;
  // The newest checkpoint, as it was when the store was opened or at the last commit.
  virtual Result<std::unique_ptr<CheckpointReader>> checkpoint() = 0;
  // REQUIRES: `tick` is on disk (log().synced()), no other writer is open.
  virtual std::unique_ptr<CheckpointWriter> begin_checkpoint(TickId tick) = 0;
};

}  // namespace millrace::storage
