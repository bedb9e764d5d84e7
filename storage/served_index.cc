#include "storage/served_index.h"

#include <algorithm>

#include "base/check.h"
#include "storage/served_state.h"
#include "storage/served_writer.h"

namespace millrace::storage {
namespace {

constexpr size_t kChunk = 16;

std::vector<SqlType> key_types(const RowLayout& layout, const KeyColumns& key) {
  std::vector<SqlType> types;
  for (const ColumnIndex column : key) types.push_back(layout.type(column.value()));
  return types;
}

// Starts the memory reads of a chunk's lookups.
void prefetch(const ServedRoot& root, std::span<const uint64_t> hashes) {
  const ServedSegment* segments[kChunk];
  for (size_t i = 0; i < hashes.size(); ++i) {
    segments[i] = root.find(hashes[i]);
    __builtin_prefetch(segments[i]);
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    __builtin_prefetch(&segments[i]->group(segments[i]->first_group(hashes[i])));
  }
}

}  // namespace

ServedState::ServedState(ArrangementId id, RowLayout layout, KeyColumns key, bool unique, ReadRegistry& registry)
    : records(id, std::move(layout), std::move(key), NullKeys::kEqual),
      key_layout(key_types(records.layout(), records.key().columns())),
      packed_key(key_layout, first_columns(key_layout.column_count())),
      unique(unique),
      registry(registry),
      trie(registry),
      packer(records.layout()) {
  ServedSegment* segment = trie.make_segment(main(), 1, *segment_shape(0, 0, kSegmentBytesMax));
  segment->dirty_epoch = dirty_epoch;
  touched.push_back({});
  root.store(reinterpret_cast<TrieEntry>(segment), std::memory_order_release);
}

ServedState::~ServedState() {
  const std::function<void(ServedSegment*)> free_segment = [&](ServedSegment* segment) {
    segment->for_each([&](uint8_t row_tag, const char* record) {
      if (row_tag == kHotTag) {
        HotRows* hot = Version::hot(record);
        trie.free_nodes(hot->root.load(std::memory_order_relaxed), free_segment);
        trie.free_now(hot, sizeof(HotRows));
      } else if (Blob* blob = records.owned(Version::content(record), row_tag).blob) {
        trie.free_now(blob, sizeof(Blob) + blob->bytes);
      }
    });
    trie.free_now(segment, segment->block_bytes);
  };
  trie.free_nodes(root.load(std::memory_order_relaxed), free_segment);
}

HotRows* find_hot_rows(const ServedRoot& root, uint64_t key_hash) {
  HotRows* found = nullptr;
  root.find(key_hash)->search(key_hash, [&](uint8_t row_tag, const char* record) {
    if (row_tag == kHotTag && Version::hot(record)->key_hash == key_hash) found = Version::hot(record);
    return found == nullptr;
  });
  return found;
}

ServedIndex::ServedIndex(ArrangementId id, RowLayout layout, KeyColumns key, bool unique, ReadRegistry& registry)
    : state_(std::make_unique<ServedState>(id, std::move(layout), std::move(key), unique, registry)) {}
ServedIndex::~ServedIndex() = default;

ArrangementId ServedIndex::id() const { return state_->records.id(); }
const RowLayout& ServedIndex::layout() const { return state_->records.layout(); }
const KeyColumns& ServedIndex::key() const { return state_->records.key().columns(); }
bool ServedIndex::unique() const { return state_->unique; }
const RowLayout& ServedIndex::key_layout() const { return state_->key_layout; }
uint64_t ServedIndex::hash_of(PackedRow packed_key) const { return state_->packed_key.hash(packed_key); }
size_t ServedIndex::row_count() const { return state_->rows.load(std::memory_order_relaxed); }
size_t ServedIndex::version_count() const { return state_->versions.load(std::memory_order_relaxed); }
size_t ServedIndex::bytes() const { return state_->trie.bytes(); }

void ServedIndex::find(TickId tick, const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key,
                       uint64_t hash, const Visitor& visit) const {
  const RowRecords& records = state_->records;
  for_each_served_candidate(state_->main(), hash, [&](const char* record) {
    if (!Version::visible(record, tick.value())) return true;
    const PackedRow stored = records.row(Version::content(record));
    if (!records.key().equal(probe, row, probe_key, stored)) return true;
    return visit({stored, RowRecords::weight(Version::content(record))}) && !state_->unique;
  });
}

void ServedIndex::find(TickId tick, PackedRow packed_key, uint64_t hash, const Visitor& visit) const {
  const RowRecords& records = state_->records;
  for_each_served_candidate(state_->main(), hash, [&](const char* record) {
    if (!Version::visible(record, tick.value())) return true;
    const PackedRow stored = records.row(Version::content(record));
    if (!records.key().equal(state_->packed_key, packed_key, stored)) return true;
    return visit({stored, RowRecords::weight(Version::content(record))}) && !state_->unique;
  });
}

std::optional<ServedRow> ServedIndex::find_one(TickId tick, PackedRow packed_key, uint64_t hash) const {
  std::optional<ServedRow> found;
  const RowRecords& records = state_->records;
  for_each_served_candidate(state_->main(), hash, [&](const char* record) {
    if (!Version::visible(record, tick.value())) return true;
    const PackedRow stored = records.row(Version::content(record));
    if (!records.key().equal(state_->packed_key, packed_key, stored)) return true;
    found = {stored, RowRecords::weight(Version::content(record))};
    return false;
  });
  return found;
}

void ServedIndex::find_newest(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key,
                              uint64_t hash, const Visitor& visit) const {
  const RowRecords& records = state_->records;
  for_each_served_candidate(state_->main(), hash, [&](const char* record) {
    if (!Version::current(record)) return true;
    const PackedRow stored = records.row(Version::content(record));
    if (!records.key().equal(probe, row, probe_key, stored)) return true;
    return visit({stored, RowRecords::weight(Version::content(record))});
  });
}

void ServedIndex::apply(TickId tick, const DeltaBatch& delta) { apply(tick, delta, hash_keys(delta, key())); }

void ServedIndex::apply(TickId tick, const DeltaBatch& delta, std::span<const uint64_t> key_hashes) {
  MILLRACE_CHECK(tick > state_->registry.published(), "a served index changes at a published tick");
  install(tick, delta, key_hashes);
}

void ServedIndex::load(TickId tick, const DeltaBatch& delta) { install(tick, delta, hash_keys(delta, key())); }

void ServedIndex::install(TickId tick, const DeltaBatch& delta, std::span<const uint64_t> key_hashes) {
  ServedWriter writer(*state_, tick.value());
  if (state_->trie.has_retired()) writer.free_retired();
  RowPacker& packer = state_->packer;
  for (size_t begin = 0; begin < delta.rows(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, delta.rows());
    prefetch(state_->main(), key_hashes.subspan(begin, end - begin));
    packer.pack(delta, begin, end);
    for (size_t row = begin; row < end; ++row) {
      const PackedRow packed = packer.rows()[row - begin];
      writer.add(key_hashes[row], packed, hash_bytes(packed), delta.weight(row));
    }
  }
}

void ServedIndex::reclaim(size_t segments) {
  if (state_->garbage.empty() && !state_->trie.has_retired()) return;
  ServedWriter(*state_, state_->registry.published().value() + 1).reclaim(segments);
}

// Positions are hashes, not places: a segment may be rewritten or split between two calls, and what is
// visible at the tick stays in the same range of hashes.
struct ServedIndex::Scan::State {
  State(const ServedState& served, TickId at)
      : index(&served), tick(at.value()), builder(served.records.layout().types()) {}

  const ServedState* index;
  uint64_t tick;
  DeltaBuilder builder;
  uint64_t next = 0;
  bool main_done = false;
  std::vector<uint64_t> hot_keys;  // tables met and not yet read
  uint64_t hot_next = 0;           // in the last of them

  void emit(const char* record) {
    if (!Version::visible(record, tick)) return;
    const char* content = Version::content(record);
    index->records.layout().unpack(index->records.row(content), builder);
    builder.end_row(RowRecords::weight(content));
  }

  void read_hot() {
    const HotRows* hot = find_hot_rows(index->main(), hot_keys.back());
    uint64_t after = 0;
    if (hot != nullptr) {
      const ServedRoot root{const_cast<std::atomic<TrieEntry>*>(&hot->root)};
      const ServedSegment* segment = root.find(hot_next);
      segment->for_each([&](uint8_t, const char* record) { emit(record); });
      after = next_segment_hash(segment->number);
    }
    hot_next = after;
    if (after == 0) hot_keys.pop_back();
  }

  void read_main() {
    const ServedSegment* segment = index->main().find(next);
    segment->for_each([&](uint8_t row_tag, const char* record) {
      if (row_tag == kHotTag) {
        hot_keys.push_back(Version::hot(record)->key_hash);
      } else {
        emit(record);
      }
    });
    next = next_segment_hash(segment->number);
    main_done = next == 0;
  }
};

ServedIndex::Scan::Scan(const ServedIndex& index, TickId tick) : state_(std::make_unique<State>(*index.state_, tick)) {}
ServedIndex::Scan::~Scan() = default;
ServedIndex::Scan::Scan(Scan&&) noexcept = default;

DeltaBatch ServedIndex::Scan::next() {
  State& state = *state_;
  while (state.builder.rows() < kBatchRows && !(state.main_done && state.hot_keys.empty())) {
    if (state.hot_keys.empty()) {
      state.read_main();
    } else {
      state.read_hot();
    }
  }
  return state.builder.finish();
}

}  // namespace millrace::storage
