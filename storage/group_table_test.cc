#include "storage/group_table.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/hash.h"
#include "storage/memory_checkpoint.h"
#include "storage/model_rows.h"

namespace millrace::storage {
namespace {

using Model = std::map<std::string, std::string>;  // packed key -> payload

const std::vector<SqlType> kKeyTypes = {type_of(oid::kInt8), type_of(oid::kText)};

Model contents(const GroupTable& table) {
  Model groups;
  table.scan([&](PackedRow key, std::string_view payload) { EXPECT_TRUE(groups.emplace(key, payload).second); });
  return groups;
}

Model contents(const SnapshotPin& pin) {
  Model groups;
  GroupTable::scan(pin, [&](PackedRow key, std::string_view payload) { groups.emplace(key, payload); });
  return groups;
}

DeltaBatch random_batch(SplitMix64& random, uint64_t keys, size_t rows) {
  DeltaBuilder builder(model_types());
  for (size_t i = 0; i < rows; ++i) {
    append_model_row(random, {.keys = keys}, builder);
    builder.end_row(1);
  }
  return builder.finish();
}

std::string packed_key(const GroupTable& table, const DeltaBatch& batch, size_t row) {
  return table.key_layout().pack(DeltaBatch(batch.rows(), {batch.column_ptr(0), batch.column_ptr(1)}), row);
}

TEST(GroupTableTest, EqualsAMapAfterEveryBatch) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const size_t payload_bytes = seed % 3 == 2 ? 1500 : 24;
    const uint64_t keys = seed % 2 == 0 ? 40 : 3000;
    auto table = std::make_unique<GroupTable>(ArrangementId(3), kKeyTypes, payload_bytes);
    Model model;
    std::vector<std::pair<SnapshotPin, Model>> pins;
    MemoryCheckpoint checkpoint;
    for (uint64_t step = 1; step <= 40; ++step) {
      const DeltaBatch batch = random_batch(random, keys, 1 + random.below(200));
      const std::vector<uint64_t> hashes = hash_keys(batch, model_key());
      if (random.one_in(4)) {
        std::vector<uint32_t> rows;
        for (uint32_t row = 0; row < batch.rows(); row += 2) rows.push_back(row);
        table->erase(batch, rows, model_key(), hashes);
        for (const uint32_t row : rows) model.erase(packed_key(*table, batch, row));
      } else {
        std::vector<char*> payloads(batch.rows());
        std::vector<uint32_t> inserted;
        table->find_or_insert(batch, model_key(), hashes, payloads, &inserted);
        size_t fresh = 0;
        for (size_t row = 0; row < batch.rows(); ++row) {
          const auto [entry, is_new] = model.emplace(packed_key(*table, batch, row), std::string(payload_bytes, '\0'));
          if (is_new) {
            ASSERT_EQ(inserted.at(fresh++), row);
          }
          ASSERT_EQ(reinterpret_cast<uintptr_t>(payloads[row]) % 8, 0u);
          // Sums up, through pointers that several rows share.
          int64_t sum;
          std::memcpy(&sum, payloads[row], sizeof sum);
          sum += static_cast<int64_t>(random.below(100));
          std::memcpy(payloads[row], &sum, sizeof sum);
          std::memcpy(entry->second.data(), &sum, sizeof sum);
          payloads[row][payload_bytes - 1] = entry->second[payload_bytes - 1] = static_cast<char>(row);
        }
        ASSERT_EQ(fresh, inserted.size());
      }
      ASSERT_EQ(contents(*table), model);
      ASSERT_EQ(table->group_count(), model.size());
      std::vector<const char*> found(batch.rows());
      table->find(batch, model_key(), hashes, found);
      for (size_t row = 0; row < batch.rows(); ++row) {
        const auto entry = model.find(packed_key(*table, batch, row));
        ASSERT_EQ(found[row] == nullptr, entry == model.end());
        if (found[row] != nullptr) {
          ASSERT_EQ(std::string(found[row], payload_bytes), entry->second);
        }
      }
      if (random.one_in(5)) pins.emplace_back(table->pin("test", 0), model);
      if (!pins.empty() && random.one_in(6)) pins.erase(pins.begin());
      if (step % 8 == 0) {
        for (const auto& [pin, state] : pins) ASSERT_EQ(contents(pin), state);
        MemoryCheckpointWriter writer(checkpoint, TickId(step));
        ASSERT_TRUE(table->checkpoint_dirty(writer));
        ASSERT_TRUE(writer.commit());
        auto restored = std::make_unique<GroupTable>(ArrangementId(3), kKeyTypes, payload_bytes);
        MemoryCheckpointReader reader(checkpoint);
        ASSERT_TRUE(restored->restore(reader));
        ASSERT_EQ(contents(*restored), model);
        if (random.one_in(2)) table = std::move(restored);
      }
    }
  }
}

TEST(GroupTableTest, VariablePayloads) {
  SplitMix64 random(4);
  GroupTable table(ArrangementId(3), kKeyTypes, kVariablePayload);
  Model model;
  for (int step = 0; step < 3000; ++step) {
    const DeltaBatch batch = random_batch(random, 200, 1);
    const uint64_t hash = hash_key(batch, 0, model_key());
    const std::string key = packed_key(table, batch, 0);
    const std::string_view stored = table.get(batch, 0, model_key(), hash);
    const auto entry = model.find(key);
    ASSERT_EQ(stored.data() == nullptr, entry == model.end());
    if (stored.data() != nullptr) {
      ASSERT_EQ(stored, entry->second);
    }
    if (random.one_in(5)) {
      const uint32_t rows[] = {0};
      table.erase(batch, rows, model_key(), std::span(&hash, 1));
      model.erase(key);
    } else {
      const std::string payload(random.one_in(10) ? 5000 : random.below(60), static_cast<char>('a' + step % 26));
      table.put(batch, 0, model_key(), hash, payload);
      model[key] = payload;
    }
  }
  EXPECT_EQ(contents(table), model);
}

TEST(GroupTableTest, AGroupWithoutKeyColumns) {
  GroupTable table(ArrangementId(3), {}, 8);
  const DeltaBatch batch(3, {});
  const std::vector<uint64_t> hashes = hash_keys(batch, {});
  std::vector<char*> payloads(3);
  table.find_or_insert(batch, {}, hashes, payloads);
  EXPECT_EQ(payloads[0], payloads[2]);
  EXPECT_EQ(table.group_count(), 1u);
}

// hash_int backwards: its two halves are bijections.
uint64_t unhash_int(uint64_t x) {
  const auto inverse = [](uint64_t factor) {
    uint64_t result = factor;
    for (int i = 0; i < 6; ++i) result *= 2 - factor * result;
    return result;
  };
  x ^= x >> 33;
  x *= inverse(0xc4ceb9fe1a85ec53ULL);
  x ^= x >> 33;
  x *= inverse(0xff51afd7ed558ccdULL);
  return x ^ x >> 33;
}

// Pairs of integers, each with the same hash: any first one has its second.
DeltaBatch colliding_pairs(int64_t begin, int64_t end) {
  constexpr uint64_t kTarget = 0x0123456789abcdefULL;
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15ULL;  // of hash_combine
  DeltaBuilder builder({type_of(oid::kInt8), type_of(oid::kInt8)});
  for (int64_t first = begin; first < end; ++first) {
    const uint64_t seed = hash_combine(kHashSeed, hash_int(static_cast<uint64_t>(first)));
    const uint64_t second = unhash_int(unhash_int(kTarget) - seed * kFactor);
    builder.column(0).append<int64_t>(first);
    builder.column(1).append<int64_t>(static_cast<int64_t>(second));
    builder.end_row(1);
  }
  return builder.finish();
}

// Keys that somebody made to have one hash: more than any segment holds.
TEST(GroupTableTest, KeysMadeToCollide) {
  const KeyColumns key = first_columns(2);
  const std::vector<SqlType> types = {type_of(oid::kInt8), type_of(oid::kInt8)};
  for (const size_t payload_bytes : {size_t{8}, size_t{400}, size_t{2000}}) {
    SCOPED_TRACE(payload_bytes);
    auto table = std::make_unique<GroupTable>(ArrangementId(3), types, payload_bytes);
    Model model;
    MemoryCheckpoint checkpoint;
    for (int64_t step = 0; step < 6; ++step) {
      const DeltaBatch batch = colliding_pairs(step * 500, step * 500 + 700);
      const std::vector<uint64_t> hashes = hash_keys(batch, key);
      ASSERT_EQ(hashes.front(), hashes.back());
      std::vector<char*> payloads(batch.rows());
      table->find_or_insert(batch, key, hashes, payloads);
      for (size_t row = 0; row < batch.rows(); ++row) {
        std::memcpy(payloads[row], &step, sizeof step);
        std::string payload(payload_bytes, '\0');
        std::memcpy(payload.data(), &step, sizeof step);
        model[table->key_layout().pack(batch, row)] = payload;
      }
      const SnapshotPin pin = table->pin("test", 0);
      const Model before = model;
      std::vector<uint32_t> gone;
      for (uint32_t row = 0; row < batch.rows(); row += 3) gone.push_back(row);
      table->erase(batch, gone, key, hashes);
      for (const uint32_t row : gone) model.erase(table->key_layout().pack(batch, row));
      ASSERT_EQ(contents(*table), model);
      ASSERT_EQ(contents(pin), before);
      ASSERT_EQ(table->group_count(), model.size());
      std::vector<const char*> found(batch.rows());
      table->find(batch, key, hashes, found);
      for (size_t row = 0; row < batch.rows(); ++row) {
        const auto entry = model.find(table->key_layout().pack(batch, row));
        ASSERT_EQ(found[row] == nullptr, entry == model.end());
        if (found[row] != nullptr) {
          ASSERT_EQ(std::string(found[row], payload_bytes), entry->second);
        }
      }
      MemoryCheckpointWriter writer(checkpoint, TickId(static_cast<uint64_t>(step) + 1));
      ASSERT_TRUE(table->checkpoint_dirty(writer));
      ASSERT_TRUE(writer.commit());
      auto restored = std::make_unique<GroupTable>(ArrangementId(3), types, payload_bytes);
      MemoryCheckpointReader reader(checkpoint);
      ASSERT_TRUE(restored->restore(reader));
      ASSERT_EQ(contents(*restored), model);
      if (step % 2 == 1) table = std::move(restored);
    }
  }
}

// Where equality is not that of the bytes there is no second hash: they walk one chain, and all are found.
TEST(GroupTableTest, KeysMadeToCollideWithoutASecondHash) {
  const KeyColumns key = first_columns(2);
  const std::vector<SqlType> types = {type_of(oid::kFloat8), type_of(oid::kFloat8)};
  DeltaBuilder builder(types);
  const DeltaBatch pairs = colliding_pairs(1, 1000);  // a float hashes like the integer of its bits
  for (size_t row = 0; row < pairs.rows(); ++row) {
    const auto second = std::bit_cast<double>(pairs.column(1).value<int64_t>(row));
    if (std::isnan(second)) continue;
    builder.column(0).append(std::bit_cast<double>(pairs.column(0).value<int64_t>(row)));
    builder.column(1).append(second);
    builder.end_row(1);
  }
  const DeltaBatch batch = builder.finish();
  const std::vector<uint64_t> hashes = hash_keys(batch, key);
  ASSERT_EQ(hashes.front(), hashes.back());
  GroupTable table(ArrangementId(3), types, 8);
  std::vector<char*> payloads(batch.rows());
  table.find_or_insert(batch, key, hashes, payloads);
  MemoryCheckpoint checkpoint;
  MemoryCheckpointWriter writer(checkpoint, TickId(1));
  ASSERT_TRUE(table.checkpoint_dirty(writer));
  ASSERT_TRUE(writer.commit());
  GroupTable restored(ArrangementId(3), types, 8);
  MemoryCheckpointReader reader(checkpoint);
  ASSERT_TRUE(restored.restore(reader));
  std::vector<const char*> found(batch.rows());
  for (const GroupTable* each : {&table, &restored}) {
    EXPECT_EQ(each->group_count(), batch.rows());
    each->find(batch, key, hashes, found);
    for (size_t row = 0; row < batch.rows(); ++row) ASSERT_NE(found[row], nullptr) << row;
  }
}

}  // namespace
}  // namespace millrace::storage
