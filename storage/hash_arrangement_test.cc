#include "storage/hash_arrangement.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "storage/memory_checkpoint.h"
#include "storage/model_rows.h"
#include "storage/segment_table.h"

namespace millrace::storage {
namespace {

const RowLayout& layout() {
  static const RowLayout layout(model_types());
  return layout;
}

ModelZSet contents(const HashArrangement& arrangement) {
  ModelZSet rows;
  arrangement.scan([&](PackedRow row, int64_t weight) { EXPECT_TRUE(rows.emplace(row, weight).second); });
  return rows;
}

ModelZSet contents(const SnapshotPin& pin) {
  ModelZSet rows;
  HashArrangement::scan(pin, [&](PackedRow row, int64_t weight) { EXPECT_TRUE(rows.emplace(row, weight).second); });
  return rows;
}

// A delta of random rows; half of them retract what the model holds.
DeltaBatch random_delta(SplitMix64& random, const ModelShape& shape, const ModelZSet& model, size_t rows) {
  DeltaBuilder builder(model_types());
  for (size_t i = 0; i < rows; ++i) {
    if (!model.empty() && random.one_in(2)) {
      auto entry = model.lower_bound(std::string(1 + random.below(8), static_cast<char>(random.below(8))));
      if (entry == model.end()) entry = model.begin();
      layout().unpack(entry->first, builder);
      const bool whole = random.one_in(3) && std::abs(entry->second) < 1000;
      builder.end_row(whole ? -entry->second : -1);
    } else {
      append_model_row(random, shape, builder);
      const int64_t weights[] = {1, 1, 1, 2, -1, 200, -300};
      builder.end_row(weights[random.below(7)]);
    }
  }
  return builder.finish();
}

void add_delta(ModelZSet& model, const DeltaBatch& delta, NullKeys null_keys) {
  for (size_t row = 0; row < delta.rows(); ++row) {
    if (null_keys == NullKeys::kSkip && key_has_null(delta, row, model_key())) continue;
    add_to_model(model, layout().pack(delta, row), delta.weight(row));
  }
}

using Matches = std::map<std::pair<uint32_t, std::string>, int64_t>;

class MatchCollector final : public MatchSink {
 public:
  void on_matches(std::span<const Match> matches) override {
    for (const Match& match : matches) {
      EXPECT_GE(match.probe_row, last_row_);
      last_row_ = match.probe_row;
      EXPECT_TRUE(found.emplace(std::pair(match.probe_row, std::string(match.row)), match.weight).second);
    }
  }
  Matches found;

 private:
  uint32_t last_row_ = 0;
};

Matches expected_matches(const ModelZSet& model, const DeltaBatch& probe, NullKeys null_keys) {
  Matches matches;
  for (uint32_t row = 0; row < probe.rows(); ++row) {
    if (null_keys == NullKeys::kSkip && key_has_null(probe, row, model_key())) continue;
    for (const auto& [packed, weight] : model) {
      if (keys_equal(probe, row, model_key(), layout(), packed, model_key())) matches[{row, packed}] = weight;
    }
  }
  return matches;
}

const ModelShape kShapes[] = {
    {.keys = 50, .payloads = 4},                                        // small groups, wide rows
    {.keys = 3, .payloads = 400},                                       // hot keys
    {.keys = 3000, .payloads = 2, .text_bytes = 60},                    // many segments
    {.keys = 1, .payloads = 100'000, .text_bytes = 3, .nulls = false},  // one key
};

TEST(HashArrangementTest, EqualsAZSetAfterEveryDelta) {
  for (uint64_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const ModelShape& shape = kShapes[seed % 4];
    const NullKeys null_keys = seed % 3 == 0 ? NullKeys::kSkip : NullKeys::kEqual;
    HashArrangement arrangement(ArrangementId(1), layout(), model_key(), null_keys);
    ModelZSet model;
    for (int step = 0; step < 40; ++step) {
      const DeltaBatch delta = random_delta(random, shape, model, 1 + random.below(step % 10 == 0 ? 700 : 60));
      if (step % 2 == 0) {
        arrangement.apply(delta);
        add_delta(model, delta, null_keys);
      } else {
        // Every reported change leads from the old model to the new one, and nothing else changed.
        const ModelZSet old = model;
        add_delta(model, delta, null_keys);
        std::vector<WeightChange> changes;
        arrangement.apply(delta, hash_keys(delta, model_key()), changes);
        ModelZSet reported = old;
        for (const WeightChange& change : changes) {
          const std::string row = layout().pack(delta, change.row);
          const auto entry = old.find(row);
          ASSERT_EQ(change.before, entry == old.end() ? 0 : entry->second);
          ASSERT_NE(change.before, change.after);
          add_to_model(reported, row, change.after - change.before);
        }
        ASSERT_EQ(reported, model);
      }
      ASSERT_EQ(arrangement.row_count(), model.size());
      ASSERT_EQ(contents(arrangement), model);

      const DeltaBatch probe = random_delta(random, shape, {}, 10);
      MatchCollector matches;
      arrangement.find(probe, model_key(), hash_keys(probe, model_key()), matches);
      ASSERT_EQ(matches.found, expected_matches(model, probe, null_keys));
      for (uint32_t row = 0; row < probe.rows(); ++row) {
        const auto entry = model.find(layout().pack(probe, row));
        ASSERT_EQ(arrangement.weight_of(probe, row), entry == model.end() ? 0 : entry->second);
      }
    }
    // Everything retracted: nothing is left.
    DeltaBuilder rest(model_types());
    for (const auto& [row, weight] : model) {
      layout().unpack(row, rest);
      rest.end_row(-weight);
    }
    arrangement.apply(rest.finish());
    EXPECT_EQ(arrangement.row_count(), 0u);
    EXPECT_TRUE(contents(arrangement).empty());
  }
}

TEST(HashArrangementTest, APinHoldsItsStateWhileTheWriterGoesOn) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const ModelShape& shape = kShapes[seed % 4];
    auto arrangement = std::make_unique<HashArrangement>(ArrangementId(1), layout(), model_key(), NullKeys::kEqual);
    ModelZSet model;
    std::vector<std::pair<SnapshotPin, ModelZSet>> pins;
    for (int step = 0; step < 60; ++step) {
      const DeltaBatch delta = random_delta(random, shape, model, 1 + random.below(100));
      arrangement->apply(delta);
      add_delta(model, delta, NullKeys::kEqual);
      if (random.one_in(5)) pins.emplace_back(arrangement->pin("test", step), model);
      if (!pins.empty() && random.one_in(6)) pins.erase(pins.begin() + static_cast<long>(random.below(pins.size())));
      if (step % 8 == 7) {
        for (const auto& [pin, state] : pins) ASSERT_EQ(contents(pin), state);
      }
      ASSERT_EQ(contents(*arrangement), model);
      ASSERT_EQ(arrangement->pins().size(), pins.size());
    }
    arrangement.reset();  // pins outlive the arrangement
    for (const auto& [pin, state] : pins) {
      ASSERT_EQ(contents(pin), state);
      ModelZSet scanned;
      SnapshotScan scan(pin);
      for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
        ASSERT_LE(batch.rows(), kBatchRows);
        for (size_t row = 0; row < batch.rows(); ++row) {
          add_to_model(scanned, layout().pack(batch, row), batch.weight(row));
        }
      }
      ASSERT_EQ(scanned, state);
    }
  }
}

TEST(HashArrangementTest, MemoryOfPinsIsGivenBack) {
  SplitMix64 random(1);
  HashArrangement arrangement(ArrangementId(1), layout(), model_key(), NullKeys::kEqual);
  const ModelShape shape{.keys = 20000, .payloads = 4, .text_bytes = 0, .nulls = false};
  ModelZSet model;
  for (int i = 0; i < 100; ++i) arrangement.apply(random_delta(random, shape, {}, 500));
  {
    const SnapshotPin pin = arrangement.pin("test", 0);
    const size_t before = arrangement.bytes();
    for (int i = 0; i < 10; ++i) arrangement.apply(random_delta(random, shape, {}, 500));
    EXPECT_GT(arrangement.bytes(), before + before / 2);  // nearly every segment was copied
  }
  const size_t pinned = arrangement.bytes();
  arrangement.apply(random_delta(random, shape, {}, 1));
  EXPECT_LT(arrangement.bytes(), pinned * 3 / 4);
}

TEST(HashArrangementTest, CheckpointsAreIncrementalAndRestoreTheState) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const ModelShape& shape = kShapes[seed % 4];
    auto arrangement = std::make_unique<HashArrangement>(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
    ModelZSet model;
    MemoryCheckpoint checkpoint;
    for (uint64_t tick = 1; tick <= 15; ++tick) {
      for (uint64_t i = random.below(4); i > 0; --i) {
        const DeltaBatch delta = random_delta(random, shape, model, 1 + random.below(400));
        arrangement->apply(delta);
        add_delta(model, delta, NullKeys::kEqual);
      }
      MemoryCheckpointWriter writer(checkpoint, TickId(tick));
      if (random.one_in(4)) {
        // An abandoned checkpoint changes nothing.
        DirtySegments dirty = arrangement->take_dirty();
        const SnapshotPin pin = arrangement->pin("checkpoint", 0);
        ASSERT_TRUE(HashArrangement::write_segments(pin, dirty, writer));
        arrangement->restore_dirty(std::move(dirty));
        continue;
      }
      DirtySegments dirty = arrangement->take_dirty();
      const SnapshotPin pin = arrangement->pin("checkpoint", 0);
      const ModelZSet at_pin = model;
      const DeltaBatch later = random_delta(random, shape, model, 50);  // the writer goes on
      arrangement->apply(later);
      add_delta(model, later, NullKeys::kEqual);
      ASSERT_TRUE(HashArrangement::write_segments(pin, dirty, writer));
      ASSERT_TRUE(writer.commit());

      auto restored = std::make_unique<HashArrangement>(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
      MemoryCheckpointReader reader(checkpoint);
      const Status status = restored->restore(reader);
      ASSERT_TRUE(status) << status.error().to_string();
      ASSERT_EQ(contents(*restored), at_pin);
      ASSERT_EQ(restored->row_count(), at_pin.size());
      if (random.one_in(2)) {
        // Go on from the restored one, as after a restart: its names are those on disk.
        arrangement = std::move(restored);
        model = at_pin;
      }
    }
  }
}

TEST(HashArrangementTest, AQuietCheckpointWritesOnlyWhatChanged) {
  SplitMix64 random(3);
  HashArrangement arrangement(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
  for (int i = 0; i < 40; ++i) {
    arrangement.apply(random_delta(random, {.keys = 100'000, .payloads = 4, .nulls = false}, {}, 1000));
  }
  MemoryCheckpoint checkpoint;
  MemoryCheckpointWriter all(checkpoint, TickId(1));
  ASSERT_TRUE(arrangement.checkpoint_dirty(all));
  ASSERT_TRUE(all.commit());
  EXPECT_GT(checkpoint.puts, 50u);
  checkpoint.puts = 0;
  arrangement.apply(random_delta(random, {.keys = 100'000, .nulls = false}, {}, 1));
  MemoryCheckpointWriter one(checkpoint, TickId(2));
  ASSERT_TRUE(arrangement.checkpoint_dirty(one));
  ASSERT_TRUE(one.commit());
  EXPECT_EQ(checkpoint.puts, 1u);

  // Also after a restart.
  HashArrangement restored(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
  MemoryCheckpointReader reader(checkpoint);
  ASSERT_TRUE(restored.restore(reader));
  const DirtySegments dirty = restored.take_dirty();
  EXPECT_LT(dirty.put.size(), 5u);
}

// A checkpoint after every row meets the splits that are the first thing to happen to a segment since the
// one before.
TEST(HashArrangementTest, SplitsBetweenCheckpointsLeaveNothingBehind) {
  HashArrangement arrangement(ArrangementId(7), RowLayout({type_of(oid::kInt8)}), {ColumnIndex(0)}, NullKeys::kSkip);
  MemoryCheckpoint checkpoint;
  DeltaBuilder builder(arrangement.layout().types());
  for (int64_t row = 0; row < 1500; ++row) {
    builder.column(0).append<int64_t>(row);
    builder.end_row(1);
    arrangement.apply(builder.finish());
    MemoryCheckpointWriter writer(checkpoint, TickId(static_cast<uint64_t>(row)));
    ASSERT_TRUE(arrangement.checkpoint_dirty(writer));
    ASSERT_TRUE(writer.commit());
  }
  EXPECT_GT(checkpoint.segments.size(), 1u);
  HashArrangement restored(ArrangementId(7), arrangement.layout(), arrangement.key(), NullKeys::kSkip);
  MemoryCheckpointReader reader(checkpoint);
  ASSERT_TRUE(restored.restore(reader));
  EXPECT_EQ(contents(restored), contents(arrangement));
}

TEST(HashArrangementTest, DamagedSegmentsAreRefused) {
  SplitMix64 random(5);
  HashArrangement arrangement(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
  arrangement.apply(random_delta(random, kShapes[0], {}, 300));
  MemoryCheckpoint good;
  MemoryCheckpointWriter writer(good, TickId(1));
  ASSERT_TRUE(arrangement.checkpoint_dirty(writer));
  ASSERT_TRUE(writer.commit());
  const ModelZSet model = contents(arrangement);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    MemoryCheckpoint bad = good;
    std::string& image = bad.segments.begin()->second;
    if (i % 3 == 0) {
      image.resize(random.below(image.size()));
    } else {
      image[random.below(image.size())] ^= static_cast<char>(1 << random.below(8));
    }
    // No crash; the store's checksum is what refuses every flip.
    HashArrangement restored(ArrangementId(7), layout(), model_key(), NullKeys::kEqual);
    MemoryCheckpointReader reader(bad);
    const Status status = restored.restore(reader);
    if (status) continue;
    ++refused;
    EXPECT_EQ(status.error().state(), sqlstate::kDataCorrupted);
    EXPECT_NE(status.error().message().find("arrangement 7"), std::string::npos);
  }
  EXPECT_GE(refused, 100);
}

// A group of n rows costs per row what a group of one row costs: counted in slots looked at through the
// structure's own shape, not in time.
TEST(HashArrangementTest, AHotKeyHasATableOfItsOwn) {
  HashArrangement arrangement(ArrangementId(1), RowLayout({type_of(oid::kInt8), type_of(oid::kInt8)}), {ColumnIndex(0)},
                              NullKeys::kSkip);
  constexpr int64_t kRows = 200'000;
  DeltaBuilder builder(arrangement.layout().types());
  for (int64_t i = 0; i < kRows; ++i) {
    builder.column(0).append<int64_t>(42);
    builder.column(1).append<int64_t>(i);
    builder.end_row(1);
    if (builder.rows() == kBatchRows || i + 1 == kRows) arrangement.apply(builder.finish());
  }
  EXPECT_EQ(arrangement.row_count(), static_cast<size_t>(kRows));
  const SnapshotPin pin = arrangement.pin("test", 0);
  const TrieEntry main = pin.version().root;
  size_t longest_run = 0;
  const auto measure = [&](const Segment& segment) {
    // The longest run of groups without an empty slot bounds every search in the segment.
    size_t run = 0;
    for (uint32_t g = 0; g < segment.groups; ++g) {
      run = segment.group(g).match_empty() == 0 ? run + 1 : 0;
      longest_run = std::max(longest_run, run);
    }
  };
  ASSERT_FALSE(trie::is_node(main));
  EXPECT_EQ(trie::segment(main)->live, 1u);  // the hot record alone
  trie::for_each_segment(main, [&](const Segment& segment) {
    segment.for_each([&](uint32_t, uint32_t, const char* record) {
      TrieEntry hot;
      std::memcpy(&hot, record + 10, sizeof hot);
      trie::for_each_segment(hot, measure);
    });
  });
  EXPECT_LE(longest_run, 24u);

  // And gone again without a trace.
  for (int64_t i = 0; i < kRows; ++i) {
    builder.column(0).append<int64_t>(42);
    builder.column(1).append<int64_t>(i);
    builder.end_row(-1);
    if (builder.rows() == kBatchRows || i + 1 == kRows) arrangement.apply(builder.finish());
  }
  EXPECT_EQ(arrangement.row_count(), 0u);
  const SnapshotPin empty = arrangement.pin("test", 0);
  EXPECT_EQ(trie::segment(empty.version().root)->live, 0u);
}

TEST(HashArrangementTest, RowsWithoutColumns) {
  HashArrangement arrangement(ArrangementId(1), RowLayout({}), {}, NullKeys::kEqual);
  arrangement.apply(DeltaBatch(3, {}));
  EXPECT_EQ(arrangement.row_count(), 1u);
  EXPECT_EQ(arrangement.weight_of(DeltaBatch(1, {}), 0), 3);
  arrangement.apply(DeltaBatch(3, {}).negate());
  EXPECT_EQ(arrangement.row_count(), 0u);
}

TEST(KeyHashTest, EveryWayToHashGivesTheSame) {
  SplitMix64 random(9);
  const DeltaBatch batch = random_delta(random, kShapes[0], {}, 200);
  const PackedKey key(layout(), model_key());
  const std::vector<uint64_t> hashes = hash_keys(batch, model_key());
  for (size_t row = 0; row < batch.rows(); ++row) {
    const std::string packed = layout().pack(batch, row);
    EXPECT_EQ(hash_key(batch, row, model_key()), hashes[row]);
    EXPECT_EQ(hash_key(layout(), packed, model_key()), hashes[row]);
    EXPECT_EQ(key.hash(packed), hashes[row]);
    for (size_t other = 0; other < row; ++other) {
      const bool equal = keys_equal(batch, other, model_key(), layout(), packed, model_key());
      EXPECT_EQ(key.equal(batch, other, model_key(), packed), equal);
      const std::string other_packed = layout().pack(batch, other);
      EXPECT_EQ(key.equal(key, other_packed, packed), equal);
    }
  }
}

}  // namespace
}  // namespace millrace::storage
