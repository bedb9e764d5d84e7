#include "storage/checkpoint_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>

#include "base/byte_stream.h"
#include "base/check.h"
#include "base/hash.h"
#include "storage/segment_image.h"

namespace millrace::storage {
namespace {

constexpr uint32_t kManifestVersion = 1;
constexpr std::string_view kManifestKey = "manifest";
constexpr std::string_view kAttemptKey = "attempt";
constexpr std::string_view kBlobPrefix = "blob/";
constexpr std::string_view kBlobEnd = "blob0";  // '0' follows '/'
constexpr size_t kSegmentKeyBytes = 33;
constexpr size_t kSegmentNameBytes = 25;  // without the checkpoint number
constexpr size_t kBatchBytes = 4 << 20;

std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }
rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

void append_big_endian(uint64_t value, std::string& out) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}
uint64_t read_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::string arrangement_prefix(ArrangementId arrangement) {
  std::string key;
  append_big_endian(arrangement.value(), key);
  return key;
}

std::string segment_name(ArrangementId arrangement, SegmentId segment) {
  std::string key = arrangement_prefix(arrangement);
  key += segment.hot ? '\1' : '\0';
  append_big_endian(segment.key_hash, key);
  append_big_endian(segment.number, key);
  return key;
}

std::string segment_key(std::string_view name, uint64_t checkpoint) {
  std::string key(name);
  append_big_endian(~checkpoint, key);
  return key;
}

struct SegmentKey {
  ArrangementId arrangement;
  SegmentId segment;
  uint64_t checkpoint;
};

std::optional<SegmentKey> decode_segment_key(std::string_view key) {
  if (key.size() != kSegmentKeyBytes) return std::nullopt;
  SegmentKey decoded;
  decoded.arrangement = ArrangementId(read_big_endian(key));
  decoded.segment.hot = key[8] != '\0';
  decoded.segment.key_hash = read_big_endian(key.substr(9));
  decoded.segment.number = read_big_endian(key.substr(17));
  decoded.checkpoint = ~read_big_endian(key.substr(kSegmentNameBytes));
  if (decoded.segment.number == 0) return std::nullopt;
  return decoded;
}

// The hash at the end of a value covers its key too: a value that turns up under another key is damage.
std::string with_hash(std::string_view key, std::string value) {
  const uint64_t hash = hash_combine(hash_bytes(key), hash_bytes(value));
  for (int i = 0; i < 8; ++i) value += static_cast<char>(hash >> (8 * i));
  return value;
}
std::optional<std::string_view> checked(std::string_view key, std::string_view value) {
  if (value.size() < 8) return std::nullopt;
  const std::string_view content = value.substr(0, value.size() - 8);
  const uint64_t hash = ByteReader(value.substr(value.size() - 8)).fixed<uint64_t>();
  if (hash_combine(hash_bytes(key), hash_bytes(content)) != hash) return std::nullopt;
  return content;
}

void must(const rocksdb::Status& status) { MILLRACE_CHECK(status.ok(), "a write batch refused a record"); }

std::string encode_manifest(const Manifest& manifest) {
  ByteWriter writer;
  writer.fixed(kManifestVersion);
  writer.fixed(manifest.number);
  writer.fixed(manifest.position.tick.value());
  writer.fixed(manifest.position.chain);
  writer.varint(manifest.dropped.size());
  for (const ArrangementId arrangement : manifest.dropped) writer.fixed(arrangement.value());
  return with_hash(kManifestKey, writer.take());
}

class Reader final : public CheckpointReader {
 public:
  Reader(RocksDb& rocks, Manifest manifest)
      : rocks_(rocks), manifest_(std::move(manifest)), snapshot_(rocks.db().GetSnapshot()) {
    options_.snapshot = snapshot_;
  }
  ~Reader() override { rocks_.db().ReleaseSnapshot(snapshot_); }

  TickId tick() const override { return manifest_.position.tick; }

  std::vector<ArrangementId> arrangements() override {
    std::vector<ArrangementId> ids;
    const std::unique_ptr<rocksdb::Iterator> keys(rocks_.db().NewIterator(options_, rocks_.state()));
    keys->SeekToFirst();
    while (keys->Valid()) {
      const std::optional<SegmentKey> key = decode_segment_key(view(keys->key()));
      MILLRACE_CHECK(key.has_value(), "a foreign key among the checkpoint's segments");
      const Result<std::vector<SegmentId>> found = segments(key->arrangement);
      MILLRACE_CHECK(found.has_value(), "the checkpoint's segments cannot be listed");
      if (!found->empty()) ids.push_back(key->arrangement);
      keys->Seek(arrangement_prefix(ArrangementId(key->arrangement.value() + 1)));
    }
    MILLRACE_CHECK(keys->status().ok(), "the checkpoint's segments cannot be listed");
    return ids;
  }

  // All of them, at once: they are small, and their damage is found before anything is restored.
  Status load_blobs() {
    if (manifest_.number == 0) return {};
    const std::unique_ptr<rocksdb::Iterator> keys(rocks_.db().NewIterator(options_, rocks_.catalog()));
    for (keys->Seek(slice(kBlobPrefix)); keys->Valid() && keys->key().starts_with(slice(kBlobPrefix)); keys->Next()) {
      const std::string name(view(keys->key()).substr(kBlobPrefix.size()));
      const std::optional<std::string_view> content = checked(view(keys->key()), view(keys->value()));
      if (!content) {
        return SqlError(sqlstate::kDataCorrupted, "part \"" + name + "\" of the checkpoint is damaged");
      }
      blobs_.emplace(name, *content);
    }
    if (!keys->status().ok()) return RocksDb::read_error(keys->status(), "the checkpoint's parts");
    return {};
  }

  std::optional<std::string> blob(std::string_view name) override {
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) return std::nullopt;
    return found->second;
  }

  Result<std::vector<SegmentId>> segments(ArrangementId arrangement) override {
    std::vector<SegmentId> ids;
    const std::string prefix = arrangement_prefix(arrangement);
    const std::unique_ptr<rocksdb::Iterator> keys(rocks_.db().NewIterator(options_, rocks_.state()));
    std::string last_name;
    for (keys->Seek(prefix); keys->Valid() && keys->key().starts_with(prefix); keys->Next()) {
      const std::optional<SegmentKey> key = decode_segment_key(view(keys->key()));
      if (!key) {
        return SqlError(sqlstate::kDataCorrupted,
                        "the checkpoint of arrangement " + std::to_string(arrangement.value()) + " has a foreign key");
      }
      if (key->checkpoint > manifest_.number) continue;  // of a checkpoint that is not finished
      const std::string_view name = view(keys->key()).substr(0, kSegmentNameBytes);
      if (name == last_name) continue;  // superseded
      last_name = name;
      if (keys->value().size() > 0 && keys->value()[0] == '\1') ids.push_back(key->segment);
    }
    if (!keys->status().ok()) {
      return RocksDb::read_error(keys->status(),
                                 "the checkpoint of arrangement " + std::to_string(arrangement.value()));
    }
    return ids;
  }

  Result<std::string> segment(ArrangementId arrangement, SegmentId segment) override {
    const std::string first = segment_key(segment_name(arrangement, segment), manifest_.number);
    const std::unique_ptr<rocksdb::Iterator> keys(rocks_.db().NewIterator(options_, rocks_.state()));
    keys->Seek(first);
    if (!keys->status().ok()) return corrupted_segment(arrangement, segment, keys->status().ToString());
    const bool found = keys->Valid() && view(keys->key()).substr(0, kSegmentNameBytes) ==
                                            std::string_view(first).substr(0, kSegmentNameBytes);
    if (!found) return corrupted_segment(arrangement, segment, "it is missing");
    const std::optional<std::string_view> content = checked(view(keys->key()), view(keys->value()));
    if (!content || content->empty() || content->front() != '\1') {
      return corrupted_segment(arrangement, segment, "its checksum does not match");
    }
    return std::string(content->substr(1));
  }

 private:
  RocksDb& rocks_;
  const Manifest manifest_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions options_;
  std::map<std::string, std::string, std::less<>> blobs_;
};

}  // namespace

Result<Manifest> read_manifest(RocksDb& rocks) {
  std::string value;
  const rocksdb::Status status = rocks.db().Get(rocksdb::ReadOptions(), rocks.catalog(), slice(kManifestKey), &value);
  if (status.IsNotFound()) return Manifest{};
  if (!status.ok()) return RocksDb::read_error(status, "the checkpoint's manifest");
  const SqlError damaged(sqlstate::kDataCorrupted, "the checkpoint's manifest is damaged");
  const std::optional<std::string_view> content = checked(kManifestKey, value);
  if (!content) return damaged;
  ByteReader reader(*content);
  Manifest manifest;
  const auto version = reader.fixed<uint32_t>();
  manifest.number = reader.fixed<uint64_t>();
  manifest.position.tick = TickId(reader.fixed<uint64_t>());
  manifest.position.chain = reader.fixed<uint64_t>();
  for (uint64_t left = reader.count(); left > 0; --left) manifest.dropped.emplace_back(reader.fixed<uint64_t>());
  if (!reader.ok() || version != kManifestVersion) return damaged;
  return manifest;
}

class CheckpointStore::Writer final : public CheckpointWriter {
 public:
  Writer(CheckpointStore& store, TickId tick, uint64_t number) : store_(store), tick_(tick), number_(number) {}
  ~Writer() override {
    store_.writing_ = false;
    if (committed_) return;
    // What was written under this number must be gone before a later manifest would make it valid.
    for (const std::string& name : names_) store_.leftovers_.push_back(segment_key(name, number_));
  }

  TickId tick() const override { return tick_; }

  Status put_segment(ArrangementId arrangement, SegmentId segment, std::string_view bytes) override {
    std::string value = "\1";
    value += bytes;
    return put(segment_name(arrangement, segment), std::move(value));
  }
  Status erase_segment(ArrangementId arrangement, SegmentId segment) override {
    return put(segment_name(arrangement, segment), std::string(1, '\0'));
  }
  void drop_arrangement(ArrangementId arrangement) override { dropped_.push_back(arrangement); }
  void put_blob(std::string_view name, std::string_view bytes) override {
    blobs_.emplace_back(std::string(kBlobPrefix) + std::string(name), bytes);
  }

  Status commit() override {
    for (const std::string& key : store_.leftovers_) must(batch_.Delete(store_.rocks_.state(), key));
    TRY(write_out());
    TRY(store_.rocks_.flush(store_.rocks_.state()));
    TRY(const LogPosition position, store_.log_.position(tick_));
    const Manifest manifest{.number = number_, .position = position, .dropped = dropped_};
    RocksDb& rocks = store_.rocks_;
    rocksdb::WriteBatch batch;
    must(batch.DeleteRange(rocks.catalog(), slice(kBlobPrefix), slice(kBlobEnd)));
    for (const auto& [key, bytes] : blobs_) must(batch.Put(rocks.catalog(), key, with_hash(key, bytes)));
    must(batch.Put(rocks.catalog(), slice(kManifestKey), encode_manifest(manifest)));
    must(batch.DeleteRange(rocks.log(), tick_key(TickId(0)), tick_key(next(tick_))));
    TRY(rocks.write(batch, RocksDb::Durability::kSyncedWal));
    committed_ = true;
    store_.leftovers_.clear();
    store_.manifest_ = manifest;
    store_.log_.set_base(position);
    // Out of the WAL, whose damage must not bring back a checkpoint whose segments are superseded below.
    TRY(rocks.flush(rocks.catalog()));
    TRY(rocks.flush(rocks.log()));
    return remove_superseded();
  }

 private:
  Status put(std::string name, std::string value) {
    if (!attempt_written_) {
      RocksDb& rocks = store_.rocks_;
      rocksdb::WriteBatch batch;
      std::string number;
      append_big_endian(number_, number);
      must(batch.Put(rocks.catalog(), slice(kAttemptKey), number));
      TRY(rocks.write(batch, RocksDb::Durability::kSyncedWal));
      attempt_written_ = true;
    }
    const std::string key = segment_key(name, number_);
    must(batch_.Put(store_.rocks_.state(), key, with_hash(key, std::move(value))));
    names_.push_back(std::move(name));
    if (batch_.GetDataSize() < kBatchBytes) return {};
    return write_out();
  }

  Status write_out() {
    if (batch_.Count() == 0) return {};
    TRY(store_.rocks_.write(batch_, RocksDb::Durability::kNone));
    batch_.Clear();
    return {};
  }

  // A failure here leaves garbage that the next commit of the same segment, or nobody, removes: space, not
  // truth.
  Status remove_superseded() {
    RocksDb& rocks = store_.rocks_;
    std::ranges::sort(names_);
    rocksdb::WriteBatch batch;
    for (const ArrangementId arrangement : dropped_) {
      must(batch.DeleteRange(rocks.state(), arrangement_prefix(arrangement),
                             arrangement_prefix(ArrangementId(arrangement.value() + 1))));
    }
    const std::unique_ptr<rocksdb::Iterator> keys(rocks.db().NewIterator(rocksdb::ReadOptions(), rocks.state()));
    for (const std::string& name : names_) {
      bool newest = true;
      bool erased = false;
      std::string tombstone;
      for (keys->Seek(segment_key(name, number_)); keys->Valid() && keys->key().starts_with(name); keys->Next()) {
        if (newest) {
          erased = keys->value().size() > 0 && keys->value()[0] == '\0';
          if (erased) tombstone = keys->key().ToString();
        } else {
          must(batch.Delete(rocks.state(), keys->key()));
        }
        newest = false;
      }
      // Last, in the same batch: it hides the older ones as long as they are there.
      if (erased) must(batch.Delete(rocks.state(), tombstone));
      if (batch.GetDataSize() > kBatchBytes) {
        TRY(rocks.write(batch, RocksDb::Durability::kNone));
        batch.Clear();
      }
    }
    return rocks.write(batch, RocksDb::Durability::kNone);
  }

  CheckpointStore& store_;
  const TickId tick_;
  const uint64_t number_;
  bool attempt_written_ = false;
  bool committed_ = false;
  rocksdb::WriteBatch batch_;
  std::vector<std::string> names_;
  std::vector<ArrangementId> dropped_;
  std::vector<std::pair<std::string, std::string>> blobs_;
};

Status CheckpointStore::sweep() {
  std::string value;
  const rocksdb::Status status = rocks_.db().Get(rocksdb::ReadOptions(), rocks_.catalog(), slice(kAttemptKey), &value);
  if (!status.ok() && !status.IsNotFound()) return RocksDb::read_error(status, "the checkpoint's attempt number");
  attempt_ = manifest_.number;
  if (value.size() == 8) attempt_ = std::max(attempt_, read_big_endian(value));
  rocksdb::WriteBatch batch;
  for (const ArrangementId arrangement : manifest_.dropped) {
    must(batch.DeleteRange(rocks_.state(), arrangement_prefix(arrangement),
                           arrangement_prefix(ArrangementId(arrangement.value() + 1))));
  }
  TRY(rocks_.write(batch, RocksDb::Durability::kNone));
  if (attempt_ == manifest_.number) return {};
  batch.Clear();
  const std::unique_ptr<rocksdb::Iterator> keys(rocks_.db().NewIterator(rocksdb::ReadOptions(), rocks_.state()));
  for (keys->SeekToFirst(); keys->Valid(); keys->Next()) {
    const std::optional<SegmentKey> key = decode_segment_key(view(keys->key()));
    if (key && key->checkpoint > manifest_.number) must(batch.Delete(rocks_.state(), keys->key()));
  }
  if (!keys->status().ok()) return RocksDb::read_error(keys->status(), "the checkpoint's segments");
  return rocks_.write(batch, RocksDb::Durability::kNone);
}

Result<std::unique_ptr<CheckpointReader>> CheckpointStore::reader() {
  auto reader = std::make_unique<Reader>(rocks_, manifest_);
  TRY(reader->load_blobs());
  return reader;
}

std::unique_ptr<CheckpointWriter> CheckpointStore::writer(TickId tick) {
  MILLRACE_CHECK(!writing_, "two checkpoints at a time");
  MILLRACE_CHECK(tick <= log_.synced(), "a checkpoint of a tick that is not on disk");
  MILLRACE_CHECK(tick >= manifest_.position.tick, "a checkpoint of an older tick");
  writing_ = true;
  return std::make_unique<Writer>(*this, tick, ++attempt_);
}

}  // namespace millrace::storage
