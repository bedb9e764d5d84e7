#include "storage/rocks_db.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>

#include "base/check.h"
#include "base/log.h"

namespace millrace::storage {
namespace {

[[noreturn]] void stop(const char* what, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  log_error("the data directory cannot be written; stopping, because what is on the disk is unknown now",
            {{"operation", what}, {"error", text}});
  fail_check("disk write", __FILE__, __LINE__, text.c_str());
}

// Background work meets failures first.
class FailStop final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (status->IsNoSpace()) return;  // the next write reports it
    if (status->IsCorruption()) {
      log_error("a file of the data directory is corrupted", {{"error", status->ToString()}});
      return;
    }
    stop("background write", *status);
  }
};

rocksdb::WALRecoveryMode mode_of(WalRecovery recovery) {
  switch (recovery) {
    case WalRecovery::kStrict: return rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    case WalRecovery::kUpToFirstDamage: return rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  }
  MILLRACE_UNREACHABLE("recovery mode");
}

rocksdb::Options options_for(WalRecovery recovery) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.wal_recovery_mode = mode_of(recovery);
  options.track_and_verify_wals_in_manifest = recovery == WalRecovery::kStrict;
  options.paranoid_checks = true;
  options.verify_sst_unique_id_in_manifest = true;
  options.max_bgerror_resume_count = 0;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.compression = rocksdb::kLZ4Compression;
  options.listeners = {std::make_shared<FailStop>()};
  return options;
}

}  // namespace

SqlError RocksDb::read_error(const rocksdb::Status& status, const std::string& what) {
  const bool damaged = status.IsCorruption();
  return SqlError(damaged ? sqlstate::kDataCorrupted : sqlstate::kIoError, "could not read " + what)
      .with_detail(status.ToString());
}

Result<std::unique_ptr<RocksDb>> RocksDb::open(const std::string& path, std::shared_ptr<rocksdb::FileSystem> files,
                                               WalRecovery recovery) {
  std::unique_ptr<RocksDb> opened(new RocksDb);
  const rocksdb::Options options = [&] {
    rocksdb::Options chosen = options_for(recovery);
    if (files != nullptr) {
      opened->env_ = rocksdb::NewCompositeEnv(std::move(files));
      chosen.env = opened->env_.get();
    }
    return chosen;
  }();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : {"default", "log", "state", "catalog"}) families.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, families, &handles, &db);
  if (status.IsNoSpace()) {
    return SqlError(sqlstate::kDiskFull, "no space left on device for \"" + path + "\"").with_detail(status.ToString());
  }
  if (!status.ok()) return read_error(status, "\"" + path + "\"");
  opened->db_.reset(db);
  opened->unused_ = handles[0];
  opened->log_ = handles[1];
  opened->state_ = handles[2];
  opened->catalog_ = handles[3];
  return opened;
}

RocksDb::~RocksDb() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* family : {unused_, log_, state_, catalog_}) {
    const rocksdb::Status status = db_->DestroyColumnFamilyHandle(family);
    if (!status.ok()) log_warning("could not close a column family", {{"error", status.ToString()}});
  }
  const rocksdb::Status status = db_->Close();
  if (!status.ok()) log_warning("could not close the data directory", {{"error", status.ToString()}});
}

Status RocksDb::write_result(const rocksdb::Status& status, const char* what) {
  if (status.ok()) return {};
  if (!status.IsNoSpace()) stop(what, status);
  full_.store(true);
  return SqlError(sqlstate::kDiskFull, "could not write to the data directory: No space left on device")
      .with_hint("Free some space; writing goes on by itself then. Reading goes on meanwhile.");
}

Status RocksDb::resume_if_full() {
  if (!full_.load()) return {};
  const rocksdb::Status resumed = db_->Resume();
  // Busy: RocksDB itself is waiting for space and will go on when there is some.
  TRY(write_result(resumed.IsBusy() ? rocksdb::Status::NoSpace() : resumed, "resume"));
  full_.store(false);
  return {};
}

Status RocksDb::write(rocksdb::WriteBatch& batch, Durability durability) {
  if (batch.Count() == 0) return {};
  TRY(resume_if_full());
  rocksdb::WriteOptions options;
  options.disableWAL = durability == Durability::kNone;
  options.sync = durability == Durability::kSyncedWal;
  return write_result(db_->Write(options, &batch), "write");
}

Status RocksDb::flush(rocksdb::ColumnFamilyHandle* family) {
  TRY(resume_if_full());
  return write_result(db_->Flush(rocksdb::FlushOptions(), family), "flush");
}

void RocksDb::sync_wal() {
  const rocksdb::Status status = db_->SyncWAL();
  if (!status.ok()) stop("sync", status);
}

}  // namespace millrace::storage
