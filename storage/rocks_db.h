// RocksDB as this folder uses it: three column families, options under which it never hides a loss, and
// its failures turned into ours. Inside storage/ alone.
//
//   log      the tick log's records, through the WAL
//   state    the checkpoint's segments, without the WAL: they count once flushed and named in the manifest
//   catalog  the checkpoint's manifest and blobs, through the WAL
//
// Failures of writing: disk full is the caller's to report (53100), and the next write tries again.
// Whatever else cannot be written or synced ends the process: what is on the disk is then unknown.
// Threads: any.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/result.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class FileSystem;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace millrace::storage {

enum class WalRecovery {
  kStrict,           // a damaged record anywhere but at the very end refuses to open
  kUpToFirstDamage,  // what lies before the first damaged record
};

class RocksDb {
 public:
  // `files`: null for the machine's own. XX001 when the WAL or the files are damaged.
  static Result<std::unique_ptr<RocksDb>> open(const std::string& path, std::shared_ptr<rocksdb::FileSystem> files,
                                               WalRecovery recovery);
  RocksDb(const RocksDb&) = delete;
  RocksDb& operator=(const RocksDb&) = delete;
  ~RocksDb();

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* log() { return log_; }
  rocksdb::ColumnFamilyHandle* state() { return state_; }
  rocksdb::ColumnFamilyHandle* catalog() { return catalog_; }

  enum class Durability { kNone, kWal, kSyncedWal };
  Status write(rocksdb::WriteBatch& batch, Durability durability);
  Status flush(rocksdb::ColumnFamilyHandle* family);
  // Everything written through the WAL so far is on the disk on return.
  void sync_wal();

  // A reading failure: XX001, or 58030.
  static SqlError read_error(const rocksdb::Status& status, const std::string& what);

 private:
  RocksDb() = default;
  Status write_result(const rocksdb::Status& status, const char* what);
  Status resume_if_full();

  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* unused_ = nullptr;  // "default", which RocksDB insists on
  rocksdb::ColumnFamilyHandle* log_ = nullptr;
  rocksdb::ColumnFamilyHandle* state_ = nullptr;
  rocksdb::ColumnFamilyHandle* catalog_ = nullptr;
  std::atomic<bool> full_{false};
};

}  // namespace millrace::storage
