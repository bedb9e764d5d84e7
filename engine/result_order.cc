#include "engine/result_order.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/check.h"
#include "types/row_layout.h"
#include "types/type_info.h"

namespace millrace::engine {
namespace {

struct RowPlace {
  uint32_t batch;
  uint32_t row;
};

std::vector<SqlType> types_of(const Delta& rows) {
  std::vector<SqlType> types;
  for (const ColumnPtr& column : rows.front().columns()) types.push_back(column->type());
  return types;
}

void append_sort_key(const Column& column, size_t row, bool descending, bool nulls_first, std::string& key) {
  const bool null = column.is_null(row);
  key += static_cast<char>(null == nulls_first ? 0 : 1);
  if (null) return;
  const TypeInfo& info = column.type().info();
  const size_t begin = key.size();
  if (info.append_key != nullptr) {
    info.append_key(column.slot(row), column.type(), key);
  } else {
    key.append(column.slot(row).view());  // json has no order of its own: its text settles ties
    key += '\0';
  }
  if (descending) {
    for (size_t i = begin; i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
  }
}

struct SortedRow {
  std::string key;
  size_t written_key_bytes;  // the part that ORDER BY asked for; the rest only settles ties
  RowPlace place;
};

std::vector<SortedRow> sort_rows(const Delta& rows, const std::vector<dataflow::SortKey>& order) {
  std::vector<SortedRow> sorted;
  std::vector<bool> in_order(rows.front().column_count(), false);
  for (const dataflow::SortKey& key : order) in_order[key.column] = true;
  for (uint32_t b = 0; b < rows.size(); ++b) {
    for (uint32_t r = 0; r < rows[b].rows(); ++r) {
      SortedRow row{.key = {}, .written_key_bytes = 0, .place = {b, r}};
      for (const dataflow::SortKey& key : order) {
        append_sort_key(rows[b].column(key.column), r, key.descending, key.nulls_first, row.key);
      }
      row.written_key_bytes = row.key.size();
      for (size_t c = 0; c < in_order.size(); ++c) {
        if (!in_order[c]) append_sort_key(rows[b].column(c), r, false, false, row.key);
      }
      sorted.push_back(std::move(row));
    }
  }
  std::sort(sorted.begin(), sorted.end(), [](const SortedRow& a, const SortedRow& b) { return a.key < b.key; });
  return sorted;
}

// Takes rows until OFFSET and LIMIT are used up; a row of weight n counts n times.
class Cut {
 public:
  explicit Cut(const ResultOrder& order) : skip_(order.offset), left_(order.limit) {}

  // Of `weight` copies, those that OFFSET does not skip.
  int64_t skip(int64_t weight) {
    const uint64_t skipped = std::min(skip_, static_cast<uint64_t>(weight));
    skip_ -= skipped;
    return weight - static_cast<int64_t>(skipped);
  }
  // How many of `weight` copies are shown.
  int64_t take(int64_t weight) {
    auto shown = static_cast<uint64_t>(skip(weight));
    if (left_) {
      shown = std::min(shown, *left_);
      *left_ -= shown;
    }
    return static_cast<int64_t>(shown);
  }
  bool exhausted() const { return left_ && *left_ == 0; }

 private:
  uint64_t skip_;
  std::optional<uint64_t> left_;
};

class ResultBuilder {
 public:
  ResultBuilder(std::vector<SqlType> types, uint32_t visible) : builder_(shown(std::move(types), visible)) {}

  void add(const DeltaBatch& batch, size_t row, int64_t weight) {
    if (weight == 0) return;
    builder_.append_row(batch, row, weight);
    if (builder_.rows() == kBatchRows) result_.push_back(builder_.finish());
  }

  Delta finish() {
    if (builder_.rows() > 0) result_.push_back(builder_.finish());
    return std::move(result_);
  }

 private:
  static std::vector<SqlType> shown(std::vector<SqlType> types, uint32_t visible) {
    types.resize(visible);
    return types;
  }

  DeltaBuilder builder_;
  Delta result_;
};

Delta sorted_result(const Delta& rows, const ResultOrder& order) {
  const std::vector<SortedRow> sorted = sort_rows(rows, order.order);
  ResultBuilder result(types_of(rows), order.visible_columns);
  Cut cut(order);
  const SortedRow* last = nullptr;
  for (const SortedRow& row : sorted) {
    const DeltaBatch& batch = rows[row.place.batch];
    if (cut.exhausted()) {
      if (!order.with_ties || last == nullptr) break;
      const std::string_view written(row.key.data(), row.written_key_bytes);
      if (written != std::string_view(last->key.data(), last->written_key_bytes)) break;
      result.add(batch, row.place.row, batch.weight(row.place.row));
      continue;
    }
    const int64_t not_skipped = cut.skip(batch.weight(row.place.row));
    const int64_t shown = cut.take(not_skipped);
    // The copies of one row tie with each other.
    const bool ties_here = order.with_ties && cut.exhausted() && shown > 0;
    result.add(batch, row.place.row, ties_here ? not_skipped : shown);
    if (shown > 0) last = &row;
  }
  return result.finish();
}

bool all_positive(const Delta& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const DeltaBatch& batch) {
    return batch.insert_only() ||
           std::all_of(batch.weights()->begin(), batch.weights()->end(), [](int64_t w) { return w > 0; });
  });
}

}  // namespace

Delta consolidate(const Delta& rows) {
  if (rows.empty() || all_positive(rows)) return rows;
  const RowLayout layout(types_of(rows));
  struct Total {
    RowPlace place;
    int64_t weight;
  };
  std::unordered_map<std::string, size_t> index;
  std::vector<Total> totals;  // in order of first appearance: deterministic
  for (uint32_t b = 0; b < rows.size(); ++b) {
    for (uint32_t r = 0; r < rows[b].rows(); ++r) {
      const auto [found, added] = index.try_emplace(layout.pack(rows[b], r), totals.size());
      if (added) totals.push_back({{b, r}, 0});
      totals[found->second].weight += rows[b].weight(r);
    }
  }
  ResultBuilder result(layout.types(), static_cast<uint32_t>(layout.column_count()));
  for (const Total& total : totals) {
    MILLRACE_CHECK(total.weight >= 0, "a result row with negative weight");
    result.add(rows[total.place.batch], total.place.row, total.weight);
  }
  return result.finish();
}

Delta arrange_result(const Delta& rows, const ResultOrder& order) {
  const Delta positive = consolidate(rows);
  if (positive.empty()) return {};
  if (!order.order.empty()) return sorted_result(positive, order);
  if (order.offset == 0 && !order.limit && order.visible_columns == positive.front().column_count()) return positive;
  ResultBuilder result(types_of(positive), order.visible_columns);
  Cut cut(order);
  for (const DeltaBatch& batch : positive) {
    for (size_t row = 0; row < batch.rows() && !cut.exhausted(); ++row) {
      result.add(batch, row, cut.take(batch.weight(row)));
    }
  }
  return result.finish();
}

}  // namespace millrace::engine
