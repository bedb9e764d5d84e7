#include "storage/group_table.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/hash.h"
#include "storage/group_records.h"
#include "storage/segment_image.h"

namespace millrace::storage {
namespace {

constexpr size_t kChunk = 32;

struct Place {
  Segment* segment = nullptr;
  uint64_t hash = 0;  // what names the place
  uint32_t group = 0;
  uint32_t slot = 0;
  bool found = false;
  bool continued = false;  // not found here, but there is a next place

  uint8_t row_tag() const { return segment->group(group).row_tags[slot]; }
  const char* record() const { return segment->at(segment->group(group).offsets[slot]); }
};

// At one place.
template <class Equal>
Place locate_group(Segment* segment, uint64_t hash, const Equal& equal) {
  Place place{.segment = segment, .hash = hash};
  for (uint32_t g = segment->first_group(hash);; g = segment->next_group(g)) {
    const SlotGroup& slots = segment->group(g);
    for (uint32_t matches = slots.match_tag(Segment::tag(hash)); matches != 0; matches &= matches - 1) {
      place.group = g;
      place.slot = static_cast<uint32_t>(__builtin_ctz(matches));
      if (!GroupRecords::is_group(place.row_tag())) [[unlikely]] {
        place.continued |= RowRecords::load<uint64_t>(place.record(), 0) == hash;
        continue;
      }
      place.found = equal(GroupRecords::group(place.record(), place.row_tag()));
      if (place.found) return place;
    }
    if (slots.match_empty() != 0) return place;
  }
}

// Groups that lie exactly here.
size_t groups_at(const GroupRecords& records, const Segment& segment, uint64_t hash) {
  size_t count = 0;
  for (uint32_t g = segment.first_group(hash);; g = segment.next_group(g)) {
    const SlotGroup& slots = segment.group(g);
    for (uint32_t matches = slots.match_tag(Segment::tag(hash)); matches != 0; matches &= matches - 1) {
      const auto slot = static_cast<uint32_t>(__builtin_ctz(matches));
      const uint8_t row_tag = slots.row_tags[slot];
      const char* record = segment.at(slots.offsets[slot]);
      if (GroupRecords::is_group(row_tag) && records.placement_hash(record, row_tag, false) == hash) ++count;
    }
    if (slots.match_empty() != 0) return count;
  }
}

// The number of records with the hash's tag: a bound for groups_at() that costs no look at them.
size_t same_tag(const Segment& segment, uint64_t hash) {
  size_t count = 0;
  for (uint32_t g = segment.first_group(hash);; g = segment.next_group(g)) {
    count += static_cast<size_t>(__builtin_popcount(segment.group(g).match_tag(Segment::tag(hash))));
    if (segment.group(g).match_empty() != 0) return count;
  }
}

uint64_t next_place(uint64_t hash, uint64_t second, uint64_t number) {
  return hash_int(hash ^ hash_int(second + number * 0x9e3779b97f4a7c15ULL));
}

// Along the chain of places.
template <class Equal, class Second>
Place locate_in(const SegmentTable& table, uint64_t hash, const Equal& equal, const Second& second) {
  Place place = locate_group(table.find(hash), hash, equal);
  if (place.found || !place.continued) [[likely]]
    return place;
  const uint64_t other = second();
  for (uint64_t number = 1; !place.found && place.continued; ++number) {
    const uint64_t next = next_place(hash, other, number);
    place = locate_group(table.find(next), next, equal);
  }
  return place;
}

// Equality with the key of a batch's row.
struct SameKey {
  const GroupRecords& records;
  const DeltaBatch& batch;
  size_t row;
  std::span<const ColumnIndex> key;
  bool operator()(const char* group) const { return records.key().equal(batch, row, key, records.key_of(group)); }
  uint64_t second() const { return second_hash_key(batch, row, key); }
};

Place locate_key(const SegmentTable& table, uint64_t hash, const SameKey& key) {
  return locate_in(table, hash, key, [&] { return key.second(); });
}

DeltaBatch key_columns(const DeltaBatch& batch, std::span<const ColumnIndex> key) {
  std::vector<ColumnPtr> columns;
  for (const ColumnIndex column : key) columns.push_back(batch.column_ptr(column.value()));
  return {batch.rows(), std::move(columns)};
}

Segment* find_segment(TrieEntry root, const SegmentId& id) {
  Segment* segment = trie::find(root, segment_first_hash(id.number));
  return segment->number == id.number ? segment : nullptr;
}

const GroupRecords& records_of(const SnapshotPin& pin) {
  return static_cast<const GroupRecords&>(pin.version().core->traits());
}

void scan_tree(TrieEntry root, const GroupRecords& records, const GroupVisitor& visit) {
  trie::for_each_segment(root, [&](const Segment& segment) {
    segment.for_each([&](uint32_t g, uint32_t slot, const char* record) {
      const uint8_t row_tag = segment.group(g).row_tags[slot];
      if (!GroupRecords::is_group(row_tag)) return;
      const char* group = GroupRecords::group(record, row_tag);
      visit(records.key_of(group), records.payload(group));
    });
  });
}

}  // namespace

GroupTable::GroupTable(ArrangementId id, std::vector<SqlType> key_types, size_t payload_bytes)
    : records_(std::make_shared<const GroupRecords>(id, std::move(key_types), payload_bytes)),
      table_(std::make_unique<SegmentTable>(records_)) {}
GroupTable::GroupTable(GroupTable&&) noexcept = default;
GroupTable& GroupTable::operator=(GroupTable&&) noexcept = default;
GroupTable::~GroupTable() = default;

ArrangementId GroupTable::id() const { return records_->id(); }
const RowLayout& GroupTable::key_layout() const { return records_->key_layout(); }
size_t GroupTable::group_count() const { return table_->rows(); }
size_t GroupTable::bytes() const { return table_->bytes(); }
uint64_t GroupTable::moves() const { return table_->moves(); }

std::string GroupTable::pack_key(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key) const {
  return key_layout().pack(key_columns(batch, key), row);
}

const char* GroupTable::locate(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key,
                               uint64_t hash) const {
  const Place place = locate_key(*table_, hash, SameKey{*records_, batch, row, key});
  return place.found ? GroupRecords::group(place.record(), place.row_tag()) : nullptr;
}

char* GroupTable::locate_writable(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key,
                                  uint64_t hash) {
  Place place = locate_key(*table_, hash, SameKey{*records_, batch, row, key});
  if (!place.found) return nullptr;
  place.segment = table_->writable(table_->root(), place.hash, place.segment);
  char* record = place.segment->at(place.segment->group(place.group).offsets[place.slot]);
  record += GroupRecords::place_bytes(place.row_tag());
  if (!GroupRecords::is_blob(place.row_tag())) return record;
  Blob* blob = RowRecords::load<Blob*>(record, 0);
  if (!table_->owns(blob->birth)) {
    Blob* copy = table_->make_blob(blob->bytes);
    std::memcpy(copy->data(), blob->data(), blob->bytes);
    RowRecords::store(record, 0, copy);
    table_->drop_blob(blob);
    blob = copy;
  }
  return blob->data();
}

// The first place along the key's chain that has room for one more group; those before it are marked.
uint64_t GroupTable::place_for(std::string_view packed_key, uint64_t hash) {
  uint64_t place = hash;
  uint64_t second = 0;
  for (uint64_t number = 1; same_tag(*table_->find(place), place) >= kGroupsPerPlace; ++number) [[unlikely]] {
    if (groups_at(*records_, *table_->find(place), place) < kGroupsPerPlace) break;
    mark_continued(place);
    if (number == 1) second = second_hash_key(key_layout(), packed_key, records_->key().columns());
    place = next_place(hash, second, number);
  }
  return place;
}

void GroupTable::mark_continued(uint64_t place) {
  if (locate_group(table_->find(place), place, [](const char*) { return false; }).continued) return;
  char* record = table_->reserve(table_->root(), place, sizeof place)->add(place, kChainMarkTag, sizeof place);
  RowRecords::store(record, 0, place);
}

char* GroupTable::insert(std::string_view packed_key, uint64_t hash, std::string_view payload) {
  return insert_at(place_for(packed_key, hash), hash, packed_key, payload);
}

char* GroupTable::insert_at(uint64_t place, uint64_t hash, std::string_view packed_key, std::string_view payload) {
  const size_t bytes = records_->group_bytes(payload.size(), packed_key.size());
  const bool wide = bytes > kInlineGroupBytesMax;
  const auto row_tag =
      static_cast<uint8_t>((wide ? kBlobGroupTag : kInlineGroupTag) | (place != hash ? kMovedBit : uint8_t{0}));
  const size_t record_bytes = GroupRecords::place_bytes(row_tag) + (wide ? sizeof(Blob*) : bytes);
  Segment* segment = table_->reserve(table_->root(), place, record_bytes);
  char* record = segment->add(place, row_tag, record_bytes);
  ++table_->rows();
  if (place != hash) RowRecords::store(record, 0, place);
  char* group = record + GroupRecords::place_bytes(row_tag);
  if (wide) {
    Blob* blob = table_->make_blob(bytes);
    RowRecords::store(group, 0, blob);
    ++segment->owning;
    group = blob->data();
  }
  std::memset(group, 0, bytes);
  if (records_->variable()) RowRecords::store(group, 0, uint64_t{payload.size()});
  char* target = group + records_->payload_offset();
  if (payload.data() != nullptr) std::memcpy(target, payload.data(), payload.size());
  target += GroupRecords::round_up(payload.size());
  if (!packed_key.empty()) std::memcpy(target, packed_key.data(), packed_key.size());
  return group;
}

void GroupTable::find_or_insert(const DeltaBatch& batch, std::span<const ColumnIndex> key,
                                std::span<const uint64_t> hashes, std::span<char*> payloads,
                                std::vector<uint32_t>* inserted) {
  MILLRACE_CHECK(!records_->variable(), "find_or_insert() of a table with variable payloads");
  table_->begin_write();
  std::optional<DeltaBatch> keys;  // the key's columns alone, for packing new ones
  const std::string_view zeros(nullptr, records_->payload_bytes());
  const uint64_t moves_before = table_->moves();
  std::string packed;
  for (size_t begin = 0; begin < batch.rows(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, batch.rows());
    table_->prefetch(hashes.subspan(begin, end - begin));
    for (size_t row = begin; row < end; ++row) {
      char* group = locate_writable(batch, row, key, hashes[row]);
      if (group == nullptr) {
        if (!keys) keys = key_columns(batch, key);
        packed.resize(key_layout().packed_bytes(*keys, row));
        key_layout().pack(*keys, row, packed.data());
        group = insert(packed, hashes[row], zeros);
        if (inserted != nullptr) inserted->push_back(static_cast<uint32_t>(row));
      }
      payloads[row] = group;
    }
  }
  if (table_->moves() == moves_before) return;
  // A rebuilt or split segment moved groups found before; now that all are there, nothing moves.
  for (size_t row = 0; row < batch.rows(); ++row) payloads[row] = locate_writable(batch, row, key, hashes[row]);
}

void GroupTable::find(const DeltaBatch& batch, std::span<const ColumnIndex> key, std::span<const uint64_t> hashes,
                      std::span<const char*> payloads) const {
  MILLRACE_CHECK(!records_->variable(), "find() of a table with variable payloads");
  for (size_t begin = 0; begin < batch.rows(); begin += kChunk) {
    const size_t end = std::min(begin + kChunk, batch.rows());
    table_->prefetch(hashes.subspan(begin, end - begin));
    for (size_t row = begin; row < end; ++row) payloads[row] = locate(batch, row, key, hashes[row]);
  }
}

std::string_view GroupTable::get(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key,
                                 uint64_t hash) const {
  const char* group = locate(batch, row, key, hash);
  return group == nullptr ? std::string_view() : records_->payload(group);
}

void GroupTable::put(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash,
                     std::string_view payload) {
  MILLRACE_CHECK(records_->variable() || payload.size() == records_->payload_bytes(), "a payload of another size");
  table_->begin_write();
  char* group = locate_writable(batch, row, key, hash);
  if (group != nullptr && records_->payload(group).size() == payload.size()) {
    if (!payload.empty()) std::memcpy(group + records_->payload_offset(), payload.data(), payload.size());
    return;
  }
  // The key as it was first inserted stays.
  const std::string packed = group == nullptr ? pack_key(batch, row, key) : std::string(records_->key_of(group));
  if (group != nullptr) erase_one(batch, row, key, hash);
  insert(packed, hash, payload);
}

void GroupTable::erase_one(const DeltaBatch& batch, size_t row, std::span<const ColumnIndex> key, uint64_t hash) {
  Place place = locate_key(*table_, hash, SameKey{*records_, batch, row, key});
  if (!place.found) return;
  place.segment = table_->writable(table_->root(), place.hash, place.segment);
  Segment& segment = *place.segment;
  const size_t bytes = records_->bytes(place.record(), place.row_tag());
  if (Blob* blob = records_->owned(place.record(), place.row_tag()).blob) {
    table_->drop_blob(blob);
    --segment.owning;
  }
  segment.erase(place.group, place.slot, bytes);
  --table_->rows();
  if (segment.dead_bytes * 2 > segment.block_bytes) table_->shrink(table_->root(), place.hash);
}

void GroupTable::erase(const DeltaBatch& batch, std::span<const uint32_t> rows, std::span<const ColumnIndex> key,
                       std::span<const uint64_t> hashes) {
  table_->begin_write();
  for (const uint32_t row : rows) erase_one(batch, row, key, hashes[row]);
}

void GroupTable::scan(const GroupVisitor& visit) const { scan_tree(table_->root().entry, *records_, visit); }

SnapshotPin GroupTable::pin(std::string owner, int64_t now_ns) { return table_->pin(std::move(owner), now_ns); }
std::vector<PinInfo> GroupTable::pins() const { return table_->pins(); }

void GroupTable::scan(const SnapshotPin& pin, const GroupVisitor& visit) {
  scan_tree(pin.version().root, records_of(pin), visit);
}

DirtySegments GroupTable::take_dirty() {
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

void GroupTable::restore_dirty(DirtySegments dirty) { table_->restore_touched(dirty); }

Status GroupTable::write_segments(const SnapshotPin& pin, const DirtySegments& dirty, CheckpointWriter& writer) {
  const GroupRecords& records = records_of(pin);
  for (const SegmentId& id : dirty.erase) TRY(writer.erase_segment(records.id(), id));
  for (const SegmentId& id : dirty.put) {
    const Segment* segment = find_segment(pin.version().root, id);
    MILLRACE_CHECK(segment != nullptr, "a dirty segment is not in the pinned state");
    GroupImageWriter image;
    segment->for_each([&](uint32_t g, uint32_t slot, const char* record) {
      const uint8_t row_tag = segment->group(g).row_tags[slot];
      if (!GroupRecords::is_group(row_tag)) return;
      const char* group = GroupRecords::group(record, row_tag);
      image.add(records.key_of(group), records.payload(group));
    });
    TRY(writer.put_segment(records.id(), id, image.take()));
  }
  return {};
}

Status GroupTable::checkpoint_dirty(CheckpointWriter& writer) {
  DirtySegments dirty = take_dirty();
  const SnapshotPin now = pin("checkpoint", 0);
  const Status written = write_segments(now, dirty, writer);
  if (!written) restore_dirty(std::move(dirty));
  return written;
}

Status GroupTable::restore(CheckpointReader& reader) {
  MILLRACE_CHECK(group_count() == 0, "restoring into a table with groups");
  table_->begin_write();
  TRY(std::vector<SegmentId> ids, reader.segments(id()));
  std::ranges::sort(ids);
  for (const SegmentId& segment : ids) {
    if (segment.hot || table_->cut_out(table_->root(), segment.number) == nullptr) {
      return corrupted_segment(id(), segment, "it overlaps another segment");
    }
  }
  table_->assume_stored(table_->root());
  for (const SegmentId& segment : ids) {
    TRY(const std::string image, reader.segment(id(), segment));
    bool sizes_match = true;
    bool placed = true;
    TRY(read_groups(image, key_layout(), id(), segment, [&](PackedRow key, std::string_view payload) {
      if (!records_->variable() && payload.size() != records_->payload_bytes()) {
        sizes_match = false;
      } else {
        placed &= restore_group(segment.number, key, payload);
      }
    }));
    if (!sizes_match) return corrupted_segment(id(), segment, "a payload has another size");
    if (!placed) return corrupted_segment(id(), segment, "a group does not belong there");
  }
  table_->end_restore();
  return {};
}

// At the first place of its chain that lies in this segment: it was at that one or at a later one of the segment,
// and is found at either. False: it cannot have been there.
bool GroupTable::restore_group(uint64_t segment, PackedRow key, std::string_view payload) {
  constexpr uint64_t kPlacesMax = uint64_t{1} << 20;
  const uint64_t hash = records_->key().hash(key);
  uint64_t place = hash;
  uint64_t second = 0;
  for (uint64_t number = 1; table_->find(place)->number != segment; ++number) {
    if (number == kPlacesMax) return false;
    mark_continued(place);
    if (number == 1) second = second_hash_key(key_layout(), key, records_->key().columns());
    place = next_place(hash, second, number);
  }
  insert_at(place, hash, key, payload);
  return true;
}

}  // namespace millrace::storage
