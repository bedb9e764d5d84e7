#include "storage/rocks_tick_log.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "base/check.h"
#include "base/log.h"

namespace millrace::storage {
namespace {

std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

Result<LogEvidence> examine_log(RocksDb& rocks, const LogPosition& base,
                                const std::optional<WatermarkValue>& watermark) {
  LogEvidence evidence;
  evidence.last_good = base;
  if (watermark && watermark->tick == base.tick) evidence.chain_at_watermark = base.chain;
  const std::unique_ptr<rocksdb::Iterator> records(rocks.db().NewIterator(rocksdb::ReadOptions(), rocks.log()));
  for (records->Seek(tick_key(next(base.tick))); records->Valid(); records->Next()) {
    const std::optional<TickId> key = decode_tick_key(view(records->key()));
    const std::optional<TickRecord> record = decode_tick_record(view(records->value()));
    if (record) evidence.claimed_synced = std::max(evidence.claimed_synced, record->synced_up_to);
    const LogPosition& good = evidence.last_good;
    const bool chains = !evidence.beyond && record && key == record->tick && record->tick == next(good.tick) &&
                        record->chain == next_chain(good.chain, record->payload);
    if (!chains) {
      evidence.beyond = true;
      continue;
    }
    evidence.last_good = {record->tick, record->chain};
    if (watermark && watermark->tick == record->tick) evidence.chain_at_watermark = record->chain;
  }
  if (!records->status().ok()) return RocksDb::read_error(records->status(), "the tick log");
  return evidence;
}

RocksTickLog::RocksTickLog(RocksDb& rocks, CommitWatermark& watermark, Clock& clock, LogPosition base, LogPosition last)
    : rocks_(rocks),
      watermark_(watermark),
      clock_(clock),
      last_tick_(last.tick.value()),
      synced_(last.tick.value()),
      base_(base),
      appended_(last) {}

Status RocksTickLog::append(TickId tick, std::string_view payload) {
  MILLRACE_CHECK(tick == next(last()), "a tick out of order");
  TickRecord record{.tick = tick, .synced_up_to = synced(), .payload = payload};
  {
    const std::lock_guard lock(mutex_);
    record.chain = next_chain(appended_.chain, payload);
  }
  rocksdb::WriteBatch batch;
  const rocksdb::Status put = batch.Put(rocks_.log(), tick_key(tick), encode_tick_record(record));
  MILLRACE_CHECK(put.ok(), "a write batch refused a record");
  TRY(rocks_.write(batch, RocksDb::Durability::kWal));
  const std::lock_guard lock(mutex_);
  appended_ = {tick, record.chain};
  last_tick_.store(tick.value(), std::memory_order_release);
  return {};
}

TickId RocksTickLog::sync(Eagerness eagerness) {
  LogPosition appended;
  {
    const std::lock_guard lock(mutex_);
    appended = appended_;
  }
  if (appended.tick > synced()) {
    rocks_.sync_wal();
    synced_.store(appended.tick.value(), std::memory_order_release);
  }
  const int64_t now_ns = clock_.monotonic_ns();
  const bool lags = !watermark_.value() || watermark_.value()->tick < appended.tick;
  if (lags && (eagerness == Eagerness::kEager || now_ns - watermark_written_ns_ >= kWatermarkIntervalNs)) {
    const Status written = watermark_.write({appended.tick, appended.chain, clock_.now()});
    if (!written) log_error("the commit watermark cannot be written", {{"error", written.error().to_string()}});
    MILLRACE_CHECK(written.has_value(), "the commit watermark cannot be written");
    watermark_written_ns_ = now_ns;
  }
  return appended.tick;
}

LogPosition RocksTickLog::base() const {
  const std::lock_guard lock(mutex_);
  return base_;
}

void RocksTickLog::set_base(LogPosition base) {
  const std::lock_guard lock(mutex_);
  base_ = base;
}

Result<LogPosition> RocksTickLog::position(TickId tick) {
  const LogPosition base = this->base();
  if (tick == base.tick) return base;
  std::string value;
  const rocksdb::Status status = rocks_.db().Get(rocksdb::ReadOptions(), rocks_.log(), tick_key(tick), &value);
  if (!status.ok()) return RocksDb::read_error(status, "tick " + std::to_string(tick.value()) + " of the log");
  const std::optional<TickRecord> record = decode_tick_record(value);
  if (!record || record->tick != tick) {
    return SqlError(sqlstate::kDataCorrupted, "tick " + std::to_string(tick.value()) + " of the log is damaged");
  }
  return LogPosition{tick, record->chain};
}

Status RocksTickLog::replay(TickId after, const Replay& replay) {
  TRY(LogPosition good, position(after));
  const TickId last = this->last();
  const std::unique_ptr<rocksdb::Iterator> records(rocks_.db().NewIterator(rocksdb::ReadOptions(), rocks_.log()));
  for (records->Seek(tick_key(next(after))); records->Valid() && good.tick < last; records->Next()) {
    const std::optional<TickRecord> record = decode_tick_record(view(records->value()));
    if (!record || record->tick != next(good.tick) || record->chain != next_chain(good.chain, record->payload)) break;
    TRY(replay(record->tick, record->payload));
    good = {record->tick, record->chain};
  }
  if (!records->status().ok()) return RocksDb::read_error(records->status(), "the tick log");
  if (good.tick == last) return {};
  return SqlError(sqlstate::kDataCorrupted,
                  "tick " + std::to_string(next(good.tick).value()) + " of the log is damaged or missing");
}

}  // namespace millrace::storage
