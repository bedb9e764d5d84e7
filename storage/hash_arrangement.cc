#include "storage/hash_arrangement.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "storage/row_table.h"
#include "storage/segment_image.h"

namespace millrace::storage {
namespace {

constexpr size_t kChunk = 32;  // rows whose memory reads overlap

// Collects matches into chunks. Its memory is raw: clearing it would cost more than a lookup.
class MatchBuffer {
 public:
  explicit MatchBuffer(MatchSink& sink) : sink_(sink) {}
  void add(uint32_t probe_row, int64_t weight, PackedRow row) {
    if (count_ == kMatchChunk) flush();
    new (matches() + count_++) Match{probe_row, weight, row};
  }
  void flush() {
    if (count_ > 0) sink_.on_matches({matches(), count_});
    count_ = 0;
  }

 private:
  Match* matches() { return reinterpret_cast<Match*>(memory_); }

  MatchSink& sink_;
  size_t count_ = 0;
  alignas(Match) std::byte memory_[kMatchChunk * sizeof(Match)];
};

void find_row(TrieEntry root, const RowRecords& records, const DeltaBatch& probe, size_t row,
              std::span<const ColumnIndex> probe_key, uint64_t hash, MatchBuffer& buffer) {
  for_each_candidate(root, hash, [&](const char* record) {
    const PackedRow stored = records.row(record);
    if (!records.key().equal(probe, row, probe_key, stored)) return;
    buffer.add(static_cast<uint32_t>(row), RowRecords::weight(record), stored);
  });
}

TrieEntry table_of(TrieEntry root, const SegmentId& id) { return id.hot ? find_hot_table(root, id.key_hash) : root; }

// The segment when it exists under exactly this name.
Segment* find_segment(TrieEntry root, const SegmentId& id) {
  const TrieEntry table = table_of(root, id);
  if (table == 0) return nullptr;
  Segment* segment = trie::find(table, segment_first_hash(id.number));
  return segment->number == id.number ? segment : nullptr;
}

}  // namespace

HashArrangement::HashArrangement(ArrangementId id, RowLayout layout, KeyColumns key, NullKeys null_keys)
    : records_(std::make_shared<const RowRecords>(id, std::move(layout), std::move(key), null_keys)),
      table_(std::make_unique<SegmentTable>(records_)),
      packer_(records_->layout()) {}
HashArrangement::HashArrangement(HashArrangement&&) noexcept = default;
HashArrangement& HashArrangement::operator=(HashArrangement&&) noexcept = default;
HashArrangement::~HashArrangement() = default;

ArrangementId HashArrangement::id() const { return records_->id(); }
const RowLayout& HashArrangement::layout() const { return records_->layout(); }
const KeyColumns& HashArrangement::key() const { return records_->key().columns(); }
NullKeys HashArrangement::null_keys() const { return records_->null_keys(); }
size_t HashArrangement::row_count() const { return table_->rows(); }
size_t HashArrangement::bytes() const { return table_->bytes(); }

void HashArrangement::apply(const DeltaBatch& delta) { apply(delta, hash_keys(delta, key())); }

void HashArrangement::apply(const DeltaBatch& delta, std::span<const uint64_t> key_hashes) {
  table_->begin_write();
  for (size_t begin = 0; begin < delta.rows(); begin += kChunk) {
    apply_chunk(delta, key_hashes, begin, std::min(begin + kChunk, delta.rows()));
  }
}

void HashArrangement::apply_chunk(const DeltaBatch& delta, std::span<const uint64_t> key_hashes, size_t begin,
                                  size_t end) {
  table_->prefetch(key_hashes.subspan(begin, end - begin));
  packer_.pack(delta, begin, end);
  RowTable rows(*table_, *records_);
  const bool skips = null_keys() == NullKeys::kSkip && any_key_has_null(delta, key());
  for (size_t row = begin; row < end; ++row) {
    if (skips && key_has_null(delta, row, key())) continue;
    const PackedRow packed = packer_.rows()[row - begin];
    rows.add(key_hashes[row], packed, hash_bytes(packed), delta.weight(row));
  }
}

void HashArrangement::apply(const DeltaBatch& delta, std::span<const uint64_t> key_hashes,
                            std::vector<WeightChange>& changes) {
  table_->begin_write();
  packer_.pack(delta, 0, delta.rows());
  const std::span<const PackedRow> packed = packer_.rows();
  struct Sum {
    uint64_t row_hash;
    uint32_t row;
    int64_t weight;
  };
  std::vector<Sum> sums;
  sums.reserve(delta.rows());
  // Open addressing over the distinct rows: slot = 1 + index into sums, 0 empty.
  const size_t slots = std::bit_ceil(delta.rows() * 2 + 1);
  std::vector<uint32_t> index(slots, 0);
  for (uint32_t row = 0; row < delta.rows(); ++row) {
    if (null_keys() == NullKeys::kSkip && key_has_null(delta, row, key())) continue;
    const uint64_t hash = hash_bytes(packed[row]);
    size_t slot = hash & (slots - 1);
    while (index[slot] != 0 && packed[sums[index[slot] - 1].row] != packed[row]) slot = (slot + 1) & (slots - 1);
    if (index[slot] == 0) {
      sums.push_back({hash, row, 0});
      index[slot] = static_cast<uint32_t>(sums.size());
    }
    sums[index[slot] - 1].weight += delta.weight(row);
  }
  RowTable rows(*table_, *records_);
  uint64_t ahead[kChunk];
  for (size_t begin = 0; begin < sums.size(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, sums.size());
    for (size_t i = begin; i < end; ++i) ahead[i - begin] = key_hashes[sums[i].row];
    table_->prefetch({ahead, end - begin});
    for (size_t i = begin; i < end; ++i) {
      const Sum& sum = sums[i];
      if (sum.weight == 0) continue;
      const int64_t before = rows.add(key_hashes[sum.row], packed[sum.row], sum.row_hash, sum.weight);
      changes.push_back({sum.row, before, before + sum.weight});
    }
  }
}

void HashArrangement::find(const DeltaBatch& probe, std::span<const ColumnIndex> probe_key,
                           std::span<const uint64_t> hashes, MatchSink& sink) const {
  MatchBuffer buffer(sink);
  const TrieEntry root = table_->root().entry;
  const bool skips = null_keys() == NullKeys::kSkip && any_key_has_null(probe, probe_key);
  for (size_t begin = 0; begin < probe.rows(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, probe.rows());
    if (sink.enough()) return;
    table_->prefetch(hashes.subspan(begin, end - begin));
    for (size_t row = begin; row < end; ++row) {
      if (skips && key_has_null(probe, row, probe_key)) continue;
      find_row(root, *records_, probe, row, probe_key, hashes[row], buffer);
    }
  }
  buffer.flush();
}

void HashArrangement::find_one(const DeltaBatch& probe, size_t row, std::span<const ColumnIndex> probe_key,
                               uint64_t hash, MatchSink& sink) const {
  if (null_keys() == NullKeys::kSkip && key_has_null(probe, row, probe_key)) return;
  MatchBuffer buffer(sink);
  find_row(table_->root().entry, *records_, probe, row, probe_key, hash, buffer);
  buffer.flush();
}

int64_t HashArrangement::weight_of(const DeltaBatch& source, size_t row) const {
  if (null_keys() == NullKeys::kSkip && key_has_null(source, row, key())) return 0;
  const std::string packed = layout().pack(source, row);
  // Adding nothing changes nothing.
  return RowTable(*table_, *records_).add(hash_key(source, row, key()), packed, hash_bytes(packed), 0);
}

void HashArrangement::scan(const RowVisitor& visit) const {
  for_each_row(table_->root().entry,
               [&](const char* record) { visit(records_->row(record), RowRecords::weight(record)); });
}

SnapshotPin HashArrangement::pin(std::string owner, int64_t now_ns) { return table_->pin(std::move(owner), now_ns); }
std::vector<PinInfo> HashArrangement::pins() const { return table_->pins(); }

namespace {
const RowRecords& records_of(const SnapshotPin& pin) {
  return static_cast<const RowRecords&>(pin.version().core->traits());
}
}  // namespace

void HashArrangement::scan(const SnapshotPin& pin, const RowVisitor& visit) {
  const RowRecords& records = records_of(pin);
  for_each_row(pin.version().root, [&](const char* record) { visit(records.row(record), RowRecords::weight(record)); });
}

DirtySegments HashArrangement::take_dirty() {
  DirtySegments dirty;
  for (const SegmentId& id : table_->take_touched()) {
    if (Segment* segment = find_segment(table_->root().entry, id)) {
      segment->stored = true;
      dirty.put.push_back(id);
    } else {
      dirty.erase.push_back(id);
    }
  }
  return dirty;
}

void HashArrangement::restore_dirty(DirtySegments dirty) { table_->restore_touched(dirty); }

Status HashArrangement::write_segments(const SnapshotPin& pin, const DirtySegments& dirty, CheckpointWriter& writer) {
  const RowRecords& records = records_of(pin);
  for (const SegmentId& id : dirty.erase) TRY(writer.erase_segment(records.id(), id));
  for (const SegmentId& id : dirty.put) {
    const Segment* segment = find_segment(pin.version().root, id);
    MILLRACE_CHECK(segment != nullptr, "a dirty segment is not in the pinned state");
    RowImageWriter image;
    segment->for_each([&](uint32_t group, uint32_t slot, const char* record) {
      if (segment->group(group).row_tags[slot] == kHotTag) return;  // its segments stand for themselves
      image.add(records.row(record), RowRecords::weight(record));
    });
    TRY(writer.put_segment(records.id(), id, image.take()));
  }
  return {};
}

Status HashArrangement::checkpoint_dirty(CheckpointWriter& writer) {
  DirtySegments dirty = take_dirty();
  const SnapshotPin now = pin("checkpoint", 0);
  const Status written = write_segments(now, dirty, writer);
  if (!written) restore_dirty(std::move(dirty));
  return written;
}

Status HashArrangement::restore(CheckpointReader& reader) {
  MILLRACE_CHECK(row_count() == 0, "restoring into an arrangement with rows");
  table_->begin_write();
  TRY(std::vector<SegmentId> ids, reader.segments(id()));
  std::ranges::sort(ids);
  RowTable rows(*table_, *records_);
  // First the segments, cut as they were, so that they keep their names; then the rows.
  for (const SegmentId& segment : ids) {
    TableRoot hot;
    if (segment.hot) hot = rows.make_hot(segment.key_hash);
    Segment* cut = table_->cut_out(segment.hot ? hot : table_->root(), segment.number);
    if (cut == nullptr) return corrupted_segment(id(), segment, "it overlaps another segment");
    if (segment.hot) rows.set_hot_root(hot, 0);
  }
  table_->assume_stored(table_->root());
  for (const SegmentId& segment : ids) {
    if (segment.hot) table_->assume_stored({find_hot_table(table_->root().entry, segment.key_hash)});
  }
  for (const SegmentId& segment : ids) {
    TRY(const std::string image, reader.segment(id(), segment));
    TRY(read_rows(image, layout(), id(), segment, [&](PackedRow row, int64_t weight) {
      rows.add(records_->key().hash(row), row, hash_bytes(row), weight);
    }));
  }
  table_->end_restore();
  return {};
}

struct SnapshotScan::State {
  explicit State(const SnapshotPin& pinned) : pin(&pinned), builder(records_of(pinned).layout().types()) {}

  const SnapshotPin* pin;
  std::vector<const Segment*> segments;
  size_t next_segment = 0;
  std::vector<const char*> records;  // of the segment being read
  size_t next_record = 0;
  DeltaBuilder builder;
};

SnapshotScan::SnapshotScan(const SnapshotPin& pin) : state_(std::make_unique<State>(pin)) {
  const auto collect = [&](const auto& self, TrieEntry root) -> void {
    trie::for_each_segment(root, [&](const Segment& segment) {
      state_->segments.push_back(&segment);
      if (segment.owning == 0) return;
      segment.for_each([&](uint32_t group, uint32_t slot, const char* record) {
        if (segment.group(group).row_tags[slot] == kHotTag) self(self, RowRecords::hot_entry(record));
      });
    });
  };
  collect(collect, pin.version().root);
}

SnapshotScan::~SnapshotScan() = default;

DeltaBatch SnapshotScan::next() {
  State& state = *state_;
  const RowRecords& records = records_of(*state.pin);
  while (state.builder.rows() < kBatchRows) {
    if (state.next_record == state.records.size()) {
      if (state.next_segment == state.segments.size()) break;
      const Segment& segment = *state.segments[state.next_segment++];
      state.records.clear();
      state.next_record = 0;
      segment.for_each([&](uint32_t group, uint32_t slot, const char* record) {
        if (segment.group(group).row_tags[slot] != kHotTag) state.records.push_back(record);
      });
      continue;
    }
    const char* record = state.records[state.next_record++];
    records.layout().unpack(records.row(record), state.builder);
    state.builder.end_row(RowRecords::weight(record));
  }
  return state.builder.finish();
}

}  // namespace millrace::storage
