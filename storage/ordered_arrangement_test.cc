#include "storage/ordered_arrangement.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "storage/memory_checkpoint.h"
#include "storage/model_rows.h"
#include "types/value.h"

namespace millrace::storage {
namespace {

// Group: numeric (with several spellings of one value) and int4. Order: int8 DESC NULLS FIRST, text ASC
// NULLS LAST, float8 DESC NULLS LAST. A payload besides.
const RowLayout& layout() {
  static const RowLayout layout({type_of(oid::kNumeric), type_of(oid::kInt4), type_of(oid::kInt8), type_of(oid::kText),
                                 type_of(oid::kFloat8), type_of(oid::kText)});
  return layout;
}
KeyColumns group_columns() { return {ColumnIndex(0), ColumnIndex(1)}; }
std::vector<OrderColumn> order_columns() {
  return {{.column = ColumnIndex(2), .descending = true, .nulls_first = true},
          {.column = ColumnIndex(3), .descending = false, .nulls_first = false},
          {.column = ColumnIndex(4), .descending = true, .nulls_first = false}};
}

struct Shape {
  uint64_t groups = 3;
  uint64_t values = 5;      // distinct ones of a sort column
  uint64_t text_bytes = 4;  // of the payload
  bool negative = true;
};

void append_random(SplitMix64& random, const Shape& shape, ColumnBuilder& column, size_t index) {
  if (index != 5 && random.one_in(8)) return column.append_null();
  switch (index) {
    case 0: {
      const char* const texts[] = {"1", "1.0", "1.00", "-2.5", "-2.50", "1e30", "NaN", "0"};
      const char* text = texts[random.below(std::min<uint64_t>(8, 3 * shape.groups))];
      const Result<Value> value = Value::parse(column.type(), text, {});
      return column.append_slot(value->slot());
    }
    case 1: return column.append<int32_t>(static_cast<int32_t>(random.between(-1, static_cast<int64_t>(shape.groups))));
    case 2: return column.append<int64_t>(random.between(-2, static_cast<int64_t>(shape.values)) * 1'000'000'007);
    case 3: {
      const std::string_view texts[] = {"", "a", std::string_view("a\0", 2), std::string_view("a\0b", 3), "ab", "b"};
      return column.append_bytes(texts[random.below(6)]);
    }
    case 4: {
      const double values[] = {
          0.0, -0.0, 1.5, -1.5, std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()};
      return column.append<double>(values[random.below(6)]);
    }
    default: return column.append_bytes(std::string(random.below(shape.text_bytes), 'p'));
  }
}

// Half of the rows take away what the model holds.
DeltaBatch random_delta(SplitMix64& random, const Shape& shape, const ModelZSet& model, size_t rows) {
  DeltaBuilder builder(layout().types());
  for (size_t i = 0; i < rows; ++i) {
    if (!model.empty() && random.one_in(2)) {
      auto entry = model.begin();
      std::advance(entry, random.below(model.size()));
      layout().unpack(entry->first, builder);
      builder.end_row(random.one_in(2) ? -entry->second : -1);
    } else {
      for (size_t c = 0; c < layout().column_count(); ++c) append_random(random, shape, builder.column(c), c);
      const int64_t weights[] = {1, 1, 1, 2, 7, -1, -3};
      builder.end_row(weights[random.below(shape.negative ? 7 : 5)]);
    }
  }
  return builder.finish();
}

void add_delta(ModelZSet& model, const DeltaBatch& delta) {
  for (size_t row = 0; row < delta.rows(); ++row) {
    add_to_model(model, layout().pack(delta, row), delta.weight(row));
  }
}

// The order by the types' own comparisons: what the keys have to agree with.
int compare_column(PackedRow a, PackedRow b, const OrderColumn& order) {
  const size_t column = order.column.value();
  const bool a_null = layout().is_null(a, column);
  const bool b_null = layout().is_null(b, column);
  if (a_null || b_null) {
    if (a_null == b_null) return 0;
    return a_null == order.nulls_first ? -1 : 1;
  }
  const SqlType type = layout().type(column);
  const int result = type.info().compare(layout().slot(a, column), layout().slot(b, column), type);
  return order.descending ? -result : result;
}

int compare_groups(PackedRow a, PackedRow b) {
  for (const ColumnIndex column : group_columns()) {
    if (const int result = compare_column(a, b, {.column = column}); result != 0) return result;
  }
  return 0;
}

int compare_sort(PackedRow a, PackedRow b) {
  for (const OrderColumn& column : order_columns()) {
    if (const int result = compare_column(a, b, column); result != 0) return result;
  }
  return 0;
}

bool row_less(PackedRow a, PackedRow b) {
  if (const int result = compare_groups(a, b); result != 0) return result < 0;
  if (const int result = compare_sort(a, b); result != 0) return result < 0;
  return a < b;
}

using Rows = std::vector<std::pair<std::string, int64_t>>;

Rows ordered(const ModelZSet& model) {
  Rows rows(model.begin(), model.end());
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return row_less(a.first, b.first); });
  return rows;
}

Rows contents(const OrderedArrangement& arrangement) {
  Rows rows;
  arrangement.scan([&](PackedRow row, int64_t weight) { rows.emplace_back(row, weight); });
  return rows;
}

OrderedArrangement make() { return {ArrangementId(7), layout(), group_columns(), order_columns()}; }

Rows of_group(const Rows& rows, PackedRow probe) {
  Rows group;
  for (const auto& row : rows) {
    if (compare_groups(row.first, probe) == 0) group.push_back(row);
  }
  return group;
}

Rows after_skip(const Rows& group, uint64_t skip, size_t limit) {
  Rows result;
  int64_t sum = 0;
  bool begun = skip == 0;
  for (const auto& row : group) {
    sum += row.second;
    begun = begun || sum > static_cast<int64_t>(skip);
    if (begun && result.size() < limit) result.push_back(row);
  }
  return result;
}

void check_searches(SplitMix64& random, const OrderedArrangement& arrangement, const Rows& rows,
                    const DeltaBatch& probes) {
  for (size_t row = 0; row < probes.rows(); ++row) {
    const std::string probe = layout().pack(probes, row);
    Rows group = of_group(rows, probe);
    int64_t group_weight = 0;
    int64_t before = 0;
    int64_t before_peers = 0;
    int64_t through_peers = 0;
    for (const auto& [each, weight] : group) {
      group_weight += weight;
      if (row_less(each, probe)) before += weight;
      if (compare_sort(each, probe) < 0) before_peers += weight;
      if (compare_sort(each, probe) <= 0) through_peers += weight;
    }
    ASSERT_EQ(arrangement.weight_before_peers(probes, row), before_peers);
    ASSERT_EQ(arrangement.weight_through_peers(probes, row), through_peers);
    ASSERT_EQ(arrangement.weight_before(probes, row), before);
    ASSERT_EQ(arrangement.group_weight(probes, row, group_columns()), group_weight);
    const uint64_t skips[] = {0, 1, random.below(20), random.below(200), UINT64_MAX};
    for (const uint64_t skip : skips) {
      const size_t limit = 1 + random.below(300);
      Rows found;
      const auto take = [&](const OrderedRow& each) {
        found.emplace_back(each.row, each.weight);
        return found.size() < limit;
      };
      arrangement.visit(probes, row, group_columns(), skip, take);
      ASSERT_EQ(found, skip == UINT64_MAX ? Rows() : after_skip(group, skip, limit));
      found.clear();
      arrangement.visit_backward(probes, row, group_columns(), skip, take);
      std::ranges::reverse(group);
      ASSERT_EQ(found, skip == UINT64_MAX ? Rows() : after_skip(group, skip, limit));
      std::ranges::reverse(group);
    }
  }
}

const Shape kShapes[] = {
    {.groups = 3, .values = 5, .text_bytes = 4, .negative = true},
    {.groups = 1, .values = 1000, .text_bytes = 30, .negative = false},
    {.groups = 1, .values = 1'000'000, .text_bytes = 3000, .negative = true},  // leaves split by bytes
    {.groups = 50, .values = 50, .text_bytes = 8, .negative = true},
};

TEST(OrderedArrangementTest, AgreesWithASortedMap) {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const Shape& shape = kShapes[seed % 4];
    OrderedArrangement arrangement = make();
    ModelZSet model;
    for (int step = 0; step < 30; ++step) {
      const DeltaBatch delta = random_delta(random, shape, model, random.one_in(4) ? 700 : 1 + random.below(20));
      arrangement.apply(delta);
      add_delta(model, delta);
      const Rows rows = ordered(model);
      ASSERT_EQ(contents(arrangement), rows);
      ASSERT_EQ(arrangement.row_count(), rows.size());
      check_searches(random, arrangement, rows, random_delta(random, shape, model, 8));
    }
    // All of it goes again, piece by piece, and the memory with it.
    const size_t full = arrangement.bytes();
    while (!model.empty()) {
      DeltaBuilder builder(layout().types());
      for (const auto& [row, weight] : model) {
        if (builder.rows() > 0 && !random.one_in(3)) continue;
        layout().unpack(row, builder);
        builder.end_row(-weight);
      }
      const DeltaBatch delta = builder.finish();
      arrangement.apply(delta);
      add_delta(model, delta);
      ASSERT_EQ(contents(arrangement), ordered(model));
    }
    EXPECT_LT(arrangement.bytes(), full / 20);
  }
}

TEST(OrderedArrangementTest, WithoutGroupColumnsAllRowsAreOneGroup) {
  const RowLayout two({type_of(oid::kInt8), type_of(oid::kInt8)});
  OrderedArrangement arrangement(ArrangementId(1), two, {}, {{.column = ColumnIndex(1), .descending = true}});
  DeltaBuilder builder(two.types());
  EXPECT_EQ(arrangement.group_weight(builder.finish(), 0, {}), 0);
  for (int64_t i = 0; i < 1000; ++i) {
    builder.column(0).append<int64_t>(i);
    builder.column(1).append<int64_t>(i * 37 % 1000);
    builder.end_row(2);
  }
  const DeltaBatch all = builder.finish();
  arrangement.apply(all);
  EXPECT_EQ(arrangement.group_weight(all, 0, {}), 2000);
  int64_t expected = 999 - 250;
  arrangement.visit(all, 0, {}, 500, [&](const OrderedRow& row) {
    EXPECT_EQ(two.slot(row.row, 1).i64, expected--);
    return expected > 600;
  });
  EXPECT_EQ(expected, 600);
  arrangement.apply(all.negate());
  EXPECT_EQ(arrangement.row_count(), 0u);
  arrangement.visit(all, 0, {}, 0, [](const OrderedRow&) {
    ADD_FAILURE();
    return false;
  });
}

Status write_checkpoint(OrderedArrangement& arrangement, MemoryCheckpoint& checkpoint, uint64_t tick) {
  MemoryCheckpointWriter writer(checkpoint, TickId(tick));
  TRY(OrderedArrangement::write(*arrangement.pin_dirty(), writer));
  return writer.commit();
}

TEST(OrderedArrangementTest, CheckpointsAreIncrementalAndRestoreTheState) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const Shape& shape = kShapes[seed % 4];
    OrderedArrangement arrangement = make();
    ModelZSet model;
    MemoryCheckpoint checkpoint;
    for (uint64_t tick = 1; tick <= 20; ++tick) {
      for (uint64_t i = random.below(4); i > 0; --i) {
        const DeltaBatch delta = random_delta(random, shape, model, 1 + random.below(500));
        arrangement.apply(delta);
        add_delta(model, delta);
      }
      if (random.one_in(6)) {  // Nearly everything goes: leaves unite and are erased.
        DeltaBuilder builder(layout().types());
        for (const auto& [row, weight] : model) {
          layout().unpack(row, builder);
          builder.end_row(random.one_in(50) ? 1 : -weight);
        }
        const DeltaBatch delta = builder.finish();
        arrangement.apply(delta);
        add_delta(model, delta);
      }
      MemoryCheckpointWriter writer(checkpoint, TickId(tick));
      auto snapshot = arrangement.pin_dirty();
      const ModelZSet at_pin = model;
      if (random.one_in(2)) {  // Ticks go on.
        const DeltaBatch later = random_delta(random, shape, model, 50);
        arrangement.apply(later);
        add_delta(model, later);
      }
      ASSERT_TRUE(OrderedArrangement::write(*snapshot, writer));
      if (random.one_in(3)) {  // It fails.
        arrangement.give_back(*snapshot);
        continue;
      }
      ASSERT_TRUE(writer.commit());
      OrderedArrangement restored = make();
      MemoryCheckpointReader reader(checkpoint);
      const Status status = restored.restore(reader);
      ASSERT_TRUE(status) << status.error().to_string();
      ASSERT_EQ(contents(restored), ordered(at_pin));
      check_searches(random, restored, ordered(at_pin), random_delta(random, shape, model, 3));
      if (random.one_in(2)) {
        arrangement = std::move(restored);
        model = at_pin;
      }
    }
  }
}

TEST(OrderedArrangementTest, AQuietCheckpointWritesOnlyWhatChanged) {
  SplitMix64 random(3);
  OrderedArrangement arrangement = make();
  for (int i = 0; i < 20; ++i) arrangement.apply(random_delta(random, kShapes[1], {}, 1000));
  MemoryCheckpoint checkpoint;
  ASSERT_TRUE(write_checkpoint(arrangement, checkpoint, 1));
  EXPECT_GT(checkpoint.puts, 100u);
  checkpoint.puts = 0;
  ASSERT_TRUE(write_checkpoint(arrangement, checkpoint, 2));
  EXPECT_EQ(checkpoint.puts, 0u);
  arrangement.apply(random_delta(random, kShapes[1], {}, 1));
  ASSERT_TRUE(write_checkpoint(arrangement, checkpoint, 3));
  EXPECT_LE(checkpoint.puts, 2u);

  OrderedArrangement restored = make();
  MemoryCheckpointReader reader(checkpoint);
  ASSERT_TRUE(restored.restore(reader));
  checkpoint.puts = 0;
  ASSERT_TRUE(write_checkpoint(restored, checkpoint, 4));
  EXPECT_EQ(checkpoint.puts, 0u);
}

TEST(OrderedArrangementTest, DamagedSegmentsAreRefused) {
  SplitMix64 random(5);
  const auto make_plain = [] {
    return OrderedArrangement(ArrangementId(7), RowLayout(model_types()), model_key(), {{.column = ColumnIndex(2)}});
  };
  OrderedArrangement arrangement = make_plain();
  DeltaBuilder builder(model_types());
  for (int i = 0; i < 1000; ++i) {
    append_model_row(random, {.keys = 30, .payloads = 50}, builder);
    builder.end_row(1);
  }
  arrangement.apply(builder.finish());
  MemoryCheckpoint good;
  ASSERT_TRUE(write_checkpoint(arrangement, good, 1));
  ASSERT_GE(good.segments.size(), 3u);

  const auto refusal = [&](const MemoryCheckpoint& bad) {
    OrderedArrangement restored = make_plain();
    MemoryCheckpointReader reader(bad);
    const Status status = restored.restore(reader);
    if (status) return std::string();
    EXPECT_EQ(status.error().state(), sqlstate::kDataCorrupted);
    EXPECT_NE(status.error().message().find("arrangement 7"), std::string::npos);
    return status.error().message();
  };
  EXPECT_EQ(refusal(good), "");
  for (int i = 0; i < 300; ++i) {  // No crash; it is the store's checksum that refuses every flip.
    MemoryCheckpoint bad = good;
    std::string& image = bad.segments.begin()->second;
    if (i % 3 == 0) {
      image.resize(random.below(image.size()));
      EXPECT_NE(refusal(bad), "");
    } else {
      image[random.below(image.size())] ^= static_cast<char>(1 << random.below(8));
      refusal(bad);
    }
  }
  MemoryCheckpoint twice = good;
  twice.segments[{ArrangementId(7), SegmentId{.number = 99}}] = good.segments.begin()->second;
  EXPECT_NE(refusal(twice).find("overlaps another segment"), std::string::npos);
  MemoryCheckpoint empty = good;
  RowImageWriter none;
  empty.segments.begin()->second = none.take();
  EXPECT_NE(refusal(empty).find("it is empty"), std::string::npos);
}

}  // namespace
}  // namespace millrace::storage
