#include "storage/store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include "base/check.h"
#include "base/log.h"
#include "storage/checkpoint_store.h"
#include "storage/commit_watermark.h"
#include "storage/data_directory.h"
#include "storage/rocks_db.h"
#include "storage/rocks_tick_log.h"

namespace millrace::storage {
namespace {

std::string number(TickId tick) { return std::to_string(tick.value()); }

// The refusal of B2 and B3: what was acknowledged is not all there.
SqlError acknowledged_commits_missing(const std::string& path, TickId last_good, TickId acknowledged,
                                      const std::string& why) {
  return SqlError(sqlstate::kDataCorrupted, "the tick log in \"" + path +
                                                "\" lacks acknowledged commits: the last good "
                                                "tick is " +
                                                number(last_good) + ", tick " + number(acknowledged) + " was on disk")
      .with_detail(why)
      .with_hint("Restore a backup, or start once with --recover-to=" + number(last_good) +
                 " to give up every commit after that tick.");
}

// Copies RocksDB's files beside themselves; the big ones, which are never changed, as links.
class SalvageCopy {
 public:
  SalvageCopy(std::shared_ptr<rocksdb::FileSystem> files, std::string path)
      : files_(std::move(files)), path_(std::move(path)), copy_(path_ + ".salvage") {}
  ~SalvageCopy() { remove(); }

  rocksdb::IOStatus make() {
    remove();
    rocksdb::IOStatus status = files_->CreateDirIfMissing(copy_, {}, nullptr);
    std::vector<std::string> names;
    if (status.ok()) status = files_->GetChildren(path_, {}, &names, nullptr);
    for (const std::string& name : names) {
      if (!status.ok()) break;
      if (name == "." || name == ".." || name == "LOCK" || name.starts_with("LOG")) continue;
      status = name.ends_with(".sst") ? files_->LinkFile(path_ + "/" + name, copy_ + "/" + name, {}, nullptr)
                                      : copy_file(name);
    }
    return status;
  }

  const std::string& path() const { return copy_; }

 private:
  rocksdb::IOStatus copy_file(const std::string& name) {
    std::string contents;
    rocksdb::IOStatus status =
        rocksdb::status_to_io_status(rocksdb::ReadFileToString(files_.get(), path_ + "/" + name, &contents));
    std::unique_ptr<rocksdb::FSWritableFile> target;
    if (status.ok()) status = files_->NewWritableFile(copy_ + "/" + name, {}, &target, nullptr);
    if (status.ok()) status = target->Append(contents, {}, nullptr);
    if (status.ok()) status = target->Sync({}, nullptr);
    if (status.ok()) status = target->Close({}, nullptr);
    return status;
  }

  // A leftover only takes space.
  void remove() {
    std::vector<std::string> names;
    if (!files_->GetChildren(copy_, {}, &names, nullptr).ok()) return;
    for (const std::string& name : names) (void)files_->DeleteFile(copy_ + "/" + name, {}, nullptr);
    (void)files_->DeleteDir(copy_, {}, nullptr);
  }

  std::shared_ptr<rocksdb::FileSystem> files_;
  const std::string path_;
  const std::string copy_;
};

// What opening goes through, in the order of the comment in store.h.
class Opener {
 public:
  Opener(const StoreOptions& options, const std::optional<WatermarkValue>& watermark)
      : options_(options),
        watermark_(watermark),
        path_(options.directory + "/rocksdb"),
        files_(options.rocksdb_files != nullptr ? options.rocksdb_files : rocksdb::FileSystem::Default()) {}

  struct Opened {
    std::unique_ptr<RocksDb> rocks;
    Manifest manifest;
    LogPosition last;
  };

  Result<Opened> open() {
    if (options_.recover_to) return open_cut(*options_.recover_to);
    Result<std::unique_ptr<RocksDb>> strict = RocksDb::open(path_, files_, WalRecovery::kStrict);
    if (!strict) {
      if (strict.error().state() != sqlstate::kDataCorrupted) return std::move(strict).error();
      TRY(judge_damage(strict.error()));
      TRY(strict, RocksDb::open(path_, files_, WalRecovery::kUpToFirstDamage));
    }
    return check(*std::move(strict));
  }

 private:
  // Nothing when what is damaged was never acknowledged (B1), the refusal otherwise (B2).
  Status judge_damage(const SqlError& damage) {
    SalvageCopy copy(files_, path_);
    const rocksdb::IOStatus copied = copy.make();
    if (!copied.ok()) return RocksDb::read_error(copied, "\"" + path_ + "\", to judge its damage");
    TRY(const TickId claimed, synced_claim_in_wal(copy.path()));
    Result<std::unique_ptr<RocksDb>> salvaged = RocksDb::open(copy.path(), files_, WalRecovery::kUpToFirstDamage);
    if (!salvaged) return damage;  // not the log alone
    TRY(const Manifest manifest, read_manifest(**salvaged));
    TRY(const LogEvidence evidence, examine_log(**salvaged, manifest.position, watermark_));
    const TickId good = evidence.last_good.tick;
    const TickId acknowledged = std::max({claimed, evidence.claimed_synced, watermark_ ? watermark_->tick : TickId(0)});
    if (acknowledged > good) return acknowledged_commits_missing(path_, good, acknowledged, damage.detail());
    log_warning("the tick log ends in a torn record that was never acknowledged; it is cut off",
                {{"last_good_tick", good.value()}, {"error", damage.detail()}});
    return {};
  }

  Result<TickId> synced_claim_in_wal(const std::string& directory) {
    std::vector<std::string> names;
    rocksdb::IOStatus status = files_->GetChildren(directory, {}, &names, nullptr);
    TickId newest;
    for (const std::string& name : names) {
      if (!status.ok()) break;
      if (!name.ends_with(".log")) continue;
      std::string contents;
      status = rocksdb::status_to_io_status(rocksdb::ReadFileToString(files_.get(), directory + "/" + name, &contents));
      newest = std::max(newest, newest_synced_claim(contents));
    }
    if (!status.ok()) return RocksDb::read_error(status, "\"" + directory + "\"");
    return newest;
  }

  // The log must be whole up to what was acknowledged (B3).
  Result<Opened> check(std::unique_ptr<RocksDb> rocks) {
    TRY(Manifest manifest, read_manifest(*rocks));
    TRY(const LogEvidence evidence, examine_log(*rocks, manifest.position, watermark_));
    const TickId good = evidence.last_good.tick;
    const TickId acknowledged = std::max(evidence.claimed_synced, watermark_ ? watermark_->tick : TickId(0));
    if (acknowledged > good) {
      return acknowledged_commits_missing(path_, good, acknowledged, "The log is well formed and too short.");
    }
    if (evidence.beyond) {
      return acknowledged_commits_missing(path_, good, next(good),
                                          "A record is damaged or missing, later ones follow.");
    }
    if (watermark_ && watermark_->tick >= manifest.position.tick && evidence.chain_at_watermark != watermark_->chain) {
      return SqlError(sqlstate::kDataCorrupted, "the tick log in \"" + path_ + "\" and the commit watermark in \"" +
                                                    options_.directory + "\" have different histories up to tick " +
                                                    number(watermark_->tick))
          .with_hint("Files of two data directories have been mixed. Restore a backup.");
    }
    return Opened{std::move(rocks), std::move(manifest), evidence.last_good};
  }

  // Gives up everything after a tick.
  Result<Opened> open_cut(TickId tick) {
    TRY(std::unique_ptr<RocksDb> rocks, RocksDb::open(path_, files_, WalRecovery::kUpToFirstDamage));
    TRY(Manifest manifest, read_manifest(*rocks));
    const WatermarkValue at_tick{.tick = tick, .chain = 0, .written = {}};
    TRY(const LogEvidence evidence, examine_log(*rocks, manifest.position, at_tick));
    if (tick < manifest.position.tick || !evidence.chain_at_watermark) {
      return SqlError(sqlstate::kInvalidParameterValue, "cannot recover to tick " + number(tick) + ": ticks " +
                                                            number(manifest.position.tick) + " to " +
                                                            number(evidence.last_good.tick) + " can be read");
    }
    rocksdb::WriteBatch batch;
    const rocksdb::Status put = batch.DeleteRange(rocks->log(), tick_key(next(tick)), std::string(9, '\xff'));
    MILLRACE_CHECK(put.ok(), "a write batch refused a record");
    TRY(rocks->write(batch, RocksDb::Durability::kSyncedWal));
    log_warning("every commit after a tick has been given up, as asked", {{"tick", tick.value()}});
    return Opened{std::move(rocks), std::move(manifest), {tick, *evidence.chain_at_watermark}};
  }

  const StoreOptions& options_;
  const std::optional<WatermarkValue> watermark_;
  const std::string path_;
  const std::shared_ptr<rocksdb::FileSystem> files_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<FileLock> lock, std::unique_ptr<CommitWatermark> watermark, Opener::Opened opened,
             Clock& clock)
      : lock_(std::move(lock)),
        watermark_(std::move(watermark)),
        rocks_(std::move(opened.rocks)),
        log_(*rocks_, *watermark_, clock, opened.manifest.position, opened.last),
        checkpoints_(*rocks_, log_, std::move(opened.manifest)) {}

  Status sweep() { return checkpoints_.sweep(); }

  TickLog& log() override { return log_; }
  Result<std::unique_ptr<CheckpointReader>> checkpoint() override { return checkpoints_.reader(); }
  std::unique_ptr<CheckpointWriter> begin_checkpoint(TickId tick) override { return checkpoints_.writer(tick); }

 private:
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<CommitWatermark> watermark_;
  std::unique_ptr<RocksDb> rocks_;
  RocksTickLog log_;
  CheckpointStore checkpoints_;
};

Result<std::unique_ptr<CommitWatermark>> open_watermark(const StoreOptions& options) {
  const std::string path = options.directory + "/commit_watermark";
  Result<std::unique_ptr<CommitWatermark>> watermark = CommitWatermark::open(*options.fs, path);
  if (watermark || !options.recover_to || watermark.error().state() != sqlstate::kDataCorrupted) return watermark;
  TRY(options.fs->remove(path));
  return CommitWatermark::open(*options.fs, path);
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(StoreOptions options) {
  TRY(std::unique_ptr<FileLock> lock, claim_data_directory(*options.fs, options.directory));
  TRY(std::unique_ptr<CommitWatermark> watermark, open_watermark(options));
  TRY(Opener::Opened opened, Opener(options, watermark->value()).open());
  // What was recovered was rewritten to new files and synced by RocksDB before it opened: the watermark
  // may say so.
  const LogPosition last = opened.last;
  const bool says_otherwise = !watermark->value() || watermark->value()->tick != last.tick;
  if (says_otherwise) TRY(watermark->write({last.tick, last.chain, options.clock->now()}));
  auto store = std::make_unique<RocksStore>(std::move(lock), std::move(watermark), std::move(opened), *options.clock);
  TRY(store->sweep());
  log_info("data directory opened", {{"directory", options.directory}, {"last_tick", last.tick.value()}});
  return store;
}

}  // namespace millrace::storage
