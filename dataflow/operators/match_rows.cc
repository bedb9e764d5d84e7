#include "dataflow/operators/match_rows.h"

#include <algorithm>

#include "types/type_info.h"

namespace millrace::dataflow {
namespace {

std::vector<SqlType> both(const JoinSides& sides) {
  std::vector<SqlType> types = sides.left_types;
  types.insert(types.end(), sides.right_types.begin(), sides.right_types.end());
  return types;
}

}  // namespace

storage::KeyColumns key_columns(const Columns& columns) {
  storage::KeyColumns key;
  for (const uint32_t column : columns) key.emplace_back(column);
  return key;
}

Result<PairBuilder> PairBuilder::make(const JoinSides& sides, const expr::ExprPtr& residual) {
  std::optional<expr::ExprProgram> program;
  if (residual != nullptr) {
    TRY(program, expr::ExprProgram::compile({residual}));
  }
  return PairBuilder(sides, std::move(program));
}

PairBuilder::PairBuilder(const JoinSides& sides, std::optional<expr::ExprProgram> residual)
    : left_columns_(sides.left_types.size()), residual_(std::move(residual)) {
  for (const SqlType type : both(sides)) columns_.emplace_back(type);
}

void PairBuilder::add(const DeltaBatch& left, size_t left_row, const RowLayout& layout, PackedRow right, int64_t weight,
                      uint32_t number) {
  take_from(&left, nullptr, nullptr, &layout);
  left_.rows.push_back(static_cast<uint32_t>(left_row));
  right_.packed.push_back(right);
  end_pair(weight, number);
}

void PairBuilder::add(const RowLayout& layout, PackedRow left, const DeltaBatch& right, size_t right_row,
                      int64_t weight, uint32_t number) {
  take_from(nullptr, &layout, &right, nullptr);
  left_.packed.push_back(left);
  right_.rows.push_back(static_cast<uint32_t>(right_row));
  end_pair(weight, number);
}

void PairBuilder::add(const DeltaBatch& left, size_t left_row, const DeltaBatch& right, size_t right_row,
                      int64_t weight, uint32_t number) {
  take_from(&left, nullptr, &right, nullptr);
  left_.rows.push_back(static_cast<uint32_t>(left_row));
  right_.rows.push_back(static_cast<uint32_t>(right_row));
  end_pair(weight, number);
}

void PairBuilder::take_from(const DeltaBatch* left, const RowLayout* left_layout, const DeltaBatch* right,
                            const RowLayout* right_layout) {
  if (left_.batch == left && right_.batch == right && left_.layout == left_layout && right_.layout == right_layout) {
    return;
  }
  append_pending();
  left_.batch = left;
  left_.layout = left_layout;
  right_.batch = right;
  right_.layout = right_layout;
}

void PairBuilder::append_pending() {
  append_side(left_, std::span(columns_).first(left_columns_));
  append_side(right_, std::span(columns_).subspan(left_columns_));
}

void PairBuilder::append_side(Pending& side, std::span<ColumnBuilder> columns) {
  for (size_t c = 0; c < columns.size(); ++c) {
    if (side.batch != nullptr) {
      columns[c].append_rows(side.batch->column_ptr(c), side.rows);
    } else if (side.layout != nullptr) {
      side.layout->unpack_column(side.packed, c, columns[c]);
    }
  }
  side.rows.clear();
  side.packed.clear();
  side.batch = nullptr;
  side.layout = nullptr;
}

void PairBuilder::flush(const StepContext& context, std::vector<ErrorChange>& errors, Sink& sink) {
  if (weights_.empty()) return;
  append_pending();
  std::vector<ColumnPtr> columns;
  columns.reserve(columns_.size());
  for (ColumnBuilder& column : columns_) columns.push_back(column.finish());
  const bool weighted = std::ranges::any_of(weights_, [](int64_t weight) { return weight != 1; });
  DeltaBatch pairs(weights_.size(), std::move(columns),
                   weighted ? std::make_shared<const std::vector<int64_t>>(weights_) : nullptr);
  weights_.clear();
  // Most pairs may fail the residual: then nothing is emitted, and nobody else asks.
  if (!context.control.go_on()) {
    numbers_.clear();
    return;
  }
  if (residual_) {
    std::vector<uint32_t> kept;
    expr::ErrorSink failed;
    residual_->filter(pairs, context.eval, kept, failed);
    for (expr::ErrorSink::RowError& failure : failed.take()) {
      errors.push_back({std::move(failure.error), pairs.weight(failure.row)});
    }
    std::vector<uint32_t> numbers;
    for (const uint32_t row : kept) numbers.push_back(numbers_[row]);
    if (kept.size() < pairs.rows()) pairs = pairs.gather(kept);
    numbers_ = std::move(numbers);
  }
  if (!pairs.empty()) sink.on_pairs(pairs, numbers_);
  numbers_.clear();
}

DeltaIndex::DeltaIndex(const Delta& delta, const storage::KeyColumns& key, bool null_safe) : delta_(delta), key_(key) {
  for (uint32_t b = 0; b < delta.size(); ++b) {
    const std::vector<uint64_t> hashes = storage::hash_keys(delta[b], key);
    for (uint32_t r = 0; r < delta[b].rows(); ++r) {
      if (null_safe || !storage::key_has_null(delta[b], r, key)) entries_.push_back({hashes[r], b, r});
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(), by_hash);
}

bool DeltaIndex::same_key(const DeltaBatch& batch, size_t row, const DeltaBatch& probe, size_t probe_row,
                          const storage::KeyColumns& probe_key) const {
  for (size_t i = 0; i < key_.size(); ++i) {
    const Column& a = batch.column(key_[i].value());
    const Column& b = probe.column(probe_key[i].value());
    if (a.is_null(row) || b.is_null(probe_row)) {
      if (a.is_null(row) != b.is_null(probe_row)) return false;
      continue;
    }
    if (a.type().info().compare(a.slot(row), b.slot(probe_row), a.type()) != 0) return false;
  }
  return true;
}

}  // namespace millrace::dataflow
