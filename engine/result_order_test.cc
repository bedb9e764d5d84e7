#include "engine/result_order.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.h"
#include "types/type_info.h"

namespace millrace::engine {
namespace {

using Row = std::pair<std::optional<int32_t>, int32_t>;

const std::vector<SqlType> kTypes = {type_of(oid::kInt4), type_of(oid::kInt4)};

Delta to_delta(const std::vector<std::pair<Row, int64_t>>& rows) {
  DeltaBuilder builder(kTypes);
  for (const auto& [row, weight] : rows) {
    if (row.first) {
      builder.column(0).append(*row.first);
    } else {
      builder.column(0).append_null();
    }
    builder.column(1).append(row.second);
    builder.end_row(weight);
  }
  return {builder.finish()};
}

std::vector<Row> expand(const Delta& delta) {
  std::vector<Row> rows;
  for (const DeltaBatch& batch : delta) {
    for (size_t r = 0; r < batch.rows(); ++r) {
      Row row;
      if (!batch.column(0).is_null(r)) row.first = batch.column(0).value<int32_t>(r);
      if (batch.column_count() > 1) row.second = batch.column(1).value<int32_t>(r);
      for (int64_t i = 0; i < batch.weight(r); ++i) rows.push_back(row);
    }
  }
  return rows;
}

// ORDER BY a [DESC] [NULLS FIRST], ties by b, then OFFSET and LIMIT: on expanded rows.
std::vector<Row> naive(std::vector<Row> rows, bool descending, bool nulls_first, const ResultOrder& order) {
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& x, const Row& y) {
    if (x.first.has_value() != y.first.has_value()) return x.first.has_value() != nulls_first;
    if (x.first != y.first) return descending ? *x.first > *y.first : *x.first < *y.first;
    return x.second < y.second;
  });
  const size_t begin = std::min<size_t>(order.offset, rows.size());
  size_t end = order.limit ? std::min<size_t>(rows.size(), begin + *order.limit) : rows.size();
  if (order.with_ties && end > begin) {
    while (end < rows.size() && rows[end].first == rows[end - 1].first) ++end;
  }
  return {rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end)};
}

TEST(ResultOrderTest, AgreesWithSortingExpandedRows) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    std::vector<std::pair<Row, int64_t>> rows;
    for (uint64_t i = random.below(40); i > 0; --i) {
      Row row;
      if (!random.one_in(5)) row.first = static_cast<int32_t>(random.between(-3, 3));
      row.second = static_cast<int32_t>(random.between(0, 1000));
      const int64_t weight = random.between(1, 3);
      rows.emplace_back(row, weight);
      if (random.one_in(3)) {  // Some of it comes and goes.
        rows.emplace_back(row, 2);
        rows.emplace_back(row, -2);
      }
    }
    const bool descending = random.one_in(2);
    const bool nulls_first = random.one_in(2);
    ResultOrder order{.order = {{.column = 0, .descending = descending, .nulls_first = nulls_first}},
                      .offset = random.below(5),
                      .limit = {},
                      .with_ties = random.one_in(3),
                      .visible_columns = 2};
    if (!random.one_in(3)) order.limit = random.below(20);
    if (order.limit == 0) order.with_ties = false;
    const Delta delta = to_delta(rows);
    if (delta.front().empty()) continue;
    ASSERT_EQ(expand(arrange_result(delta, order)), naive(expand(consolidate(delta)), descending, nulls_first, order));
  }
}

TEST(ResultOrderTest, ConsolidationCancels) {
  const Delta delta = to_delta({{{1, 1}, 1}, {{2, 2}, 3}, {{1, 1}, -1}, {{2, 2}, -1}});
  EXPECT_EQ(expand(consolidate(delta)), (std::vector<Row>{{2, 2}, {2, 2}}));
}

TEST(ResultOrderTest, SortKeysBeyondTheVisibleColumnsAreDropped) {
  const Delta delta = to_delta({{{7, 2}, 1}, {{8, 1}, 1}});
  const ResultOrder order{.order = {{.column = 1}}, .visible_columns = 1};
  const Delta result = arrange_result(delta, order);
  ASSERT_EQ(result.front().column_count(), 1u);
  EXPECT_EQ(expand(result), (std::vector<Row>{{8, 0}, {7, 0}}));
}

}  // namespace
}  // namespace millrace::engine
