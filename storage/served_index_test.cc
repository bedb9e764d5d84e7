#include "storage/served_index.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/executor.h"
#include "storage/memory_checkpoint.h"
#include "storage/model_rows.h"

namespace millrace::storage {
namespace {

const RowLayout& layout() {
  static const RowLayout layout(model_types());
  return layout;
}

ModelZSet contents(const ServedIndex& index, TickId tick) {
  ModelZSet rows;
  ServedIndex::Scan scan(index, tick);
  for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      EXPECT_TRUE(rows.emplace(layout().pack(batch, row), batch.weight(row)).second);
    }
  }
  return rows;
}

// A tick's change that leaves no weight below 0. Some rows go and come back within it.
Delta random_change(SplitMix64& random, const ModelShape& shape, ModelZSet& model, size_t rows) {
  DeltaBuilder builder(model_types());
  Delta delta;
  for (size_t i = 0; i < rows; ++i) {
    std::string row;
    int64_t weight = 1;
    if (!model.empty() && random.one_in(2)) {
      auto entry = model.lower_bound(std::string(1 + random.below(8), static_cast<char>(random.below(8))));
      if (entry == model.end()) entry = model.begin();
      row = entry->first;
      layout().unpack(row, builder);
      weight = random.one_in(2) ? -entry->second : 1;
      if (random.one_in(4)) {
        builder.end_row(-entry->second);
        layout().unpack(row, builder);
        weight += entry->second;
      }
      builder.end_row(weight);
    } else {
      append_model_row(random, shape, builder);
      weight = random.one_in(5) ? 300 : 1;
      builder.end_row(weight);
    }
    DeltaBatch batch = builder.finish();
    for (size_t r = 0; r < batch.rows(); ++r) add_to_model(model, layout().pack(batch, r), batch.weight(r));
    delta.push_back(std::move(batch));
  }
  return delta;
}

const ModelShape kShapes[] = {
    {.keys = 50, .payloads = 4},
    {.keys = 3, .payloads = 300},  // hot keys
    {.keys = 3000, .payloads = 2, .text_bytes = 60},
    {.keys = 1, .payloads = 2},  // few rows that change all the time
};

void expect_finds(const ServedIndex& index, TickId tick, const ModelZSet& model, SplitMix64& random,
                  const ModelShape& shape) {
  DeltaBuilder builder(model_types());
  for (int i = 0; i < 5; ++i) {
    append_model_row(random, shape, builder);
    builder.end_row(1);
  }
  const DeltaBatch probe = builder.finish();
  const DeltaBatch keys(probe.rows(), {probe.column_ptr(0), probe.column_ptr(1)});
  for (size_t row = 0; row < probe.rows(); ++row) {
    ModelZSet expected;
    for (const auto& [packed, weight] : model) {
      if (keys_equal(probe, row, model_key(), layout(), packed, model_key())) expected[packed] = weight;
    }
    ModelZSet by_row;
    ModelZSet by_packed_key;
    const uint64_t hash = hash_key(probe, row, model_key());
    index.find(tick, probe, row, model_key(), hash,
               [&](const ServedRow& found) { return by_row.emplace(found.row, found.weight).second; });
    const std::string packed_key = index.key_layout().pack(keys, row);
    ASSERT_EQ(index.hash_of(packed_key), hash);
    index.find(tick, packed_key, hash,
               [&](const ServedRow& found) { return by_packed_key.emplace(found.row, found.weight).second; });
    ASSERT_EQ(by_row, expected);
    ASSERT_EQ(by_packed_key, expected);
    ASSERT_EQ(index.find_one(tick, packed_key, hash).has_value(), !expected.empty());
  }
}

TEST(ServedIndexTest, EveryTickAPinHoldsStaysReadable) {
  for (uint64_t seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const ModelShape& shape = kShapes[seed % 4];
    ReadRegistry registry;
    Reader reader = registry.make_reader();
    reader.enter();
    ServedIndex index(ArrangementId(5), layout(), model_key(), false, registry);
    ModelZSet model;
    ModelZSet published;
    std::vector<std::pair<ReadPin, ModelZSet>> pins;
    for (uint64_t tick = 1; tick <= 60; ++tick) {
      for (const DeltaBatch& delta : random_change(random, shape, model, random.below(60))) {
        index.apply(TickId(tick), delta);
      }
      ASSERT_EQ(contents(index, registry.published()), published);  // not yet visible
      registry.publish(TickId(tick));
      published = model;
      reader.quiescent();
      ASSERT_EQ(contents(index, TickId(tick)), model);
      ASSERT_EQ(index.row_count(), model.size());
      expect_finds(index, TickId(tick), model, random, shape);
      if (random.one_in(4)) pins.emplace_back(registry.pin("test", 0), model);
      if (!pins.empty() && random.one_in(5)) pins.erase(pins.begin() + static_cast<long>(random.below(pins.size())));
      if (random.one_in(3)) index.reclaim(random.below(20));
      if (tick % 8 == 0) {
        for (const auto& [pin, state] : pins) ASSERT_EQ(contents(index, pin.tick()), state);
      }
    }
    ASSERT_EQ(registry.pins().size(), pins.size());
    for (const auto& [pin, state] : pins) {
      ASSERT_EQ(contents(index, pin.tick()), state);
      expect_finds(index, pin.tick(), state, random, shape);
    }
    // Without pins the garbage goes: at most a quarter of what a segment holds stays for its next rewrite.
    pins.clear();
    for (int i = 0; i < 20; ++i) index.reclaim(10'000);
    ASSERT_LE(index.version_count(), index.row_count() + index.row_count() / 3 + 8);
    ASSERT_EQ(contents(index, registry.published()), model);
    reader.leave();
  }
}

TEST(ServedIndexTest, AScanGoesOnThroughQuiescentPoints) {
  SplitMix64 random(2);
  const ModelShape shape{.keys = 4, .payloads = 5000, .text_bytes = 3};
  ReadRegistry registry;
  Reader reader = registry.make_reader();
  ServedIndex index(ArrangementId(5), layout(), model_key(), false, registry);
  ModelZSet model;
  for (const DeltaBatch& delta : random_change(random, shape, model, 12'000)) index.apply(TickId(1), delta);
  registry.publish(TickId(1));
  const ReadPin pin = registry.pin("scan", 0);
  const ModelZSet pinned = model;
  ModelZSet scanned;
  ServedIndex::Scan scan(index, pin.tick());
  for (uint64_t tick = 2;; ++tick) {
    reader.enter();
    const DeltaBatch batch = scan.next();
    for (size_t row = 0; row < batch.rows(); ++row) {
      ASSERT_TRUE(scanned.emplace(layout().pack(batch, row), batch.weight(row)).second);
    }
    reader.leave();
    if (batch.empty()) break;
    for (const DeltaBatch& delta : random_change(random, shape, model, 2000)) index.apply(TickId(tick), delta);
    registry.publish(TickId(tick));
    index.reclaim(1000);
  }
  EXPECT_EQ(scanned, pinned);
}

TEST(ServedIndexTest, TheWriterSeesItsUnpublishedRows) {
  ReadRegistry registry;
  ServedIndex index(ArrangementId(5), layout(), model_key(), true, registry);
  SplitMix64 random(1);
  DeltaBuilder builder(model_types());
  append_model_row(random, kShapes[0], builder);
  builder.end_row(1);
  const DeltaBatch row = builder.finish();
  const uint64_t hash = hash_key(row, 0, model_key());
  const auto newest = [&] {
    int64_t weight = 0;
    index.find_newest(row, 0, model_key(), hash, [&](const ServedRow& found) {
      weight += found.weight;
      return true;
    });
    return weight;
  };
  EXPECT_EQ(newest(), 0);
  index.apply(TickId(1), row);
  EXPECT_EQ(newest(), 1);
  index.apply(TickId(1), row.negate());
  EXPECT_EQ(newest(), 0);
  EXPECT_EQ(index.row_count(), 0u);
}

TEST(ServedIndexTest, CheckpointsAPinnedTickAndRestores) {
  for (uint64_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const ModelShape& shape = kShapes[seed % 4];
    ReadRegistry registry;
    auto index = std::make_unique<ServedIndex>(ArrangementId(5), layout(), model_key(), false, registry);
    ModelZSet model;
    MemoryCheckpoint checkpoint;
    uint64_t tick = 0;
    const auto advance = [&](size_t rows) {
      ++tick;
      for (const DeltaBatch& delta : random_change(random, shape, model, rows)) index->apply(TickId(tick), delta);
      registry.publish(TickId(tick));
    };
    for (int round = 0; round < 10; ++round) {
      for (uint64_t i = random.below(4); i > 0; --i) advance(random.below(300));
      MemoryCheckpointWriter writer(checkpoint, TickId(tick));
      DirtySegments dirty = index->take_dirty();
      const ModelZSet at_pin = model;
      ReadPin pin = registry.pin("checkpoint", 0);
      advance(random.below(400));  // splits, hot keys and all, while the checkpoint is written
      index->reclaim(100);
      Reader reader = registry.make_reader();
      reader.enter();
      ASSERT_TRUE(index->write_segments(pin.tick(), dirty, writer));
      if (random.one_in(5)) {
        index->restore_dirty(std::move(dirty));
        continue;
      }
      ASSERT_TRUE(writer.commit());
      const TickId at = pin.tick();
      reader.leave();
      pin.release();
      ReadRegistry other(at);
      ServedIndex copy(ArrangementId(5), layout(), model_key(), false, other);
      MemoryCheckpointReader stored(checkpoint);
      const Status status = copy.restore(at, stored);
      ASSERT_TRUE(status) << status.error().to_string();
      ASSERT_EQ(contents(copy, at), at_pin);
      if (random.one_in(2)) {
        // A restart: the names on disk stay those in memory.
        auto restarted = std::make_unique<ServedIndex>(ArrangementId(5), layout(), model_key(), false, registry);
        index = nullptr;
        registry.publish(at);
        ASSERT_TRUE(restarted->restore(at, stored));
        index = std::move(restarted);
        model = at_pin;
        tick = at.value();
      }
    }
  }
}

// Sums to zero at every tick; readers on other threads check it while the writer moves amounts about.
// Run under ThreadSanitizer it is the proof of the memory orders.
TEST(ServedIndexTest, ConcurrentReadersSeeWholeTicks) {
  const std::vector<SqlType> types = {type_of(oid::kInt8), type_of(oid::kInt8), type_of(oid::kText)};
  const RowLayout rows(types);
  const KeyColumns key = {ColumnIndex(0)};
  ReadRegistry registry;
  ServedIndex index(ArrangementId(5), rows, key, true, registry);
  constexpr int64_t kAccounts = 300;
  std::vector<int64_t> balance(kAccounts, 0);
  const auto append = [&](DeltaBuilder& builder, int64_t account, int64_t weight) {
    builder.column(0).append<int64_t>(account);
    builder.column(1).append<int64_t>(balance[static_cast<size_t>(account)]);
    builder.column(2).append_bytes(std::string(account % 50 == 0 ? 300 : 5, 'a'));
    builder.end_row(weight);
  };
  DeltaBuilder builder(types);
  for (int64_t account = 0; account < kAccounts; ++account) append(builder, account, 1);
  index.apply(TickId(1), builder.finish());
  registry.publish(TickId(1));

  std::atomic<bool> failed{false};
  std::atomic<uint64_t> turns{0};
  const auto sum_at = [&](TickId tick) {
    int64_t sum = 0;
    int64_t count = 0;
    ServedIndex::Scan scan(index, tick);
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
      for (size_t row = 0; row < batch.rows(); ++row) sum += batch.column(1).value<int64_t>(row);
      count += static_cast<int64_t>(batch.rows());
    }
    return count == kAccounts ? sum : int64_t{-1'000'000};
  };
  const std::unique_ptr<Executor> executor = thread_executor(1);
  std::vector<std::unique_ptr<Activity>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(executor->spawn("reader", Priority::kNormal, [&, i](std::stop_token stop) {
      Reader reader = registry.make_reader();
      const RowLayout key_layout({type_of(oid::kInt8)});
      DeltaBuilder keys({type_of(oid::kInt8)});
      for (int64_t account = 0; account < kAccounts; ++account) {
        keys.column(0).append<int64_t>(account);
        keys.end_row(1);
      }
      const DeltaBatch all = keys.finish();
      reader.enter();
      while (!stop.stop_requested()) {
        const TickId tick = reader.quiescent();
        if (i == 0) {
          failed = failed || sum_at(tick) != 0;
        } else if (i == 1) {
          const ReadPin pin = registry.pin(reader, "test", 0);
          for (int turn = 0; turn < 5; ++turn) {
            failed = failed || sum_at(pin.tick()) != 0;
            reader.quiescent();
          }
        } else {
          int64_t sum = 0;
          for (size_t row = 0; row < all.rows(); ++row) {
            const std::string packed = key_layout.pack(all, row);
            const auto found = index.find_one(tick, packed, index.hash_of(packed));
            if (!found) {
              failed = true;
              break;
            }
            sum += index.layout().slot(found->row, 1).i64;
          }
          failed = failed || sum != 0;
        }
        turns.fetch_add(1);
      }
    }));
  }
  SplitMix64 random(3);
  for (uint64_t tick = 2; tick < 3000 || (turns < 200 && !failed); ++tick) {
    for (int i = 0; i < 4; ++i) {
      const int64_t from = random.between(0, kAccounts - 1);
      const int64_t to = (from + random.between(1, kAccounts - 1)) % kAccounts;
      append(builder, from, -1);
      append(builder, to, -1);
      balance[static_cast<size_t>(from)] -= 1;
      balance[static_cast<size_t>(to)] += 1;
      append(builder, from, 1);
      append(builder, to, 1);
      index.apply(TickId(tick), builder.finish());
    }
    registry.publish(TickId(tick));
    index.reclaim(2);
  }
  for (const auto& reader : readers) reader->request_stop();
  readers.clear();
  EXPECT_FALSE(failed);
  EXPECT_EQ(index.row_count(), static_cast<size_t>(kAccounts));
}

TEST(ReadRegistryTest, HorizonKnowsReadersAndPins) {
  ReadRegistry registry(TickId(5));
  EXPECT_EQ(registry.horizon().memory, UINT64_MAX);
  Reader early = registry.make_reader();
  early.enter();
  const ReadPin pin = registry.pin("pin", 1);
  registry.publish(TickId(8));
  Reader late = registry.make_reader();
  late.enter();
  EXPECT_EQ(late.tick(), TickId(8));
  registry.publish(TickId(9));
  const ReadHorizon horizon = registry.horizon();
  EXPECT_EQ(horizon.memory, 5u);
  EXPECT_TRUE(horizon.can_see(3, 6));   // the pin at 5
  EXPECT_FALSE(horizon.can_see(6, 8));  // nobody between 5 and 8
  EXPECT_TRUE(horizon.can_see(6, 9));   // the reader at 8
  EXPECT_TRUE(horizon.can_see(9, 10));  // later reads
  EXPECT_FALSE(horizon.can_see(3, 3));
  EXPECT_EQ(early.quiescent(), TickId(9));
  late.leave();
  EXPECT_EQ(registry.horizon().memory, 9u);
  ASSERT_EQ(registry.pins().size(), 1u);
  EXPECT_EQ(registry.pins()[0].owner, "pin");
}

}  // namespace
}  // namespace millrace::storage
