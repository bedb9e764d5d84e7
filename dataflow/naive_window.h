// Window functions by their definition, row against row: the oracle of dataflow/operators/window.h.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "storage/order_key.h"
#include "types/numeric.h"
#include "types/row_layout.h"
#include "types/type_info.h"

namespace millrace::dataflow {

class NaiveWindow {
 public:
  using Answer = Result<std::optional<Slot>>;

  // `copies` of one partition, each once for each of its copies, by their bytes.
  NaiveWindow(const WindowNode& node, const RowLayout& layout, std::vector<std::string> copies)
      : node_(node), layout_(layout), rows_(std::move(copies)) {
    std::ranges::stable_sort(rows_, [&](const std::string& a, const std::string& b) { return compare(a, b) < 0; });
    for (size_t i = 0; i < rows_.size(); ++i) {
      groups_.push_back(i == 0 ? 0 : groups_.back() + (compare(rows_[i - 1], rows_[i]) == 0 ? 0 : 1));
    }
  }

  const std::vector<std::string>& rows() const { return rows_; }

  Answer answer(const WindowCall& call, size_t at, Arena& arena) const {
    if (call.aggregate != nullptr) return aggregate(call, at, arena);
    const auto n = static_cast<int64_t>(rows_.size());
    const auto i = static_cast<int64_t>(at);
    const int64_t begin = first_of_group(i);
    switch (call.function->which) {
      case expr::WindowFunctionKind::kRowNumber: return whole(i + 1);
      case expr::WindowFunctionKind::kRank: return whole(begin + 1);
      case expr::WindowFunctionKind::kDenseRank: return whole(groups_[at] + 1);
      case expr::WindowFunctionKind::kPercentRank:
        return real(n == 1 ? 0 : static_cast<double>(begin) / static_cast<double>(n - 1));
      case expr::WindowFunctionKind::kCumeDist:
        return real(static_cast<double>(end_of_group(i)) / static_cast<double>(n));
      case expr::WindowFunctionKind::kNtile: return ntile(call, i, n);
      case expr::WindowFunctionKind::kLag: return neighbour(call, i, -1);
      case expr::WindowFunctionKind::kLead: return neighbour(call, i, 1);
      case expr::WindowFunctionKind::kFirstValue: {
        const std::vector<size_t> frame = frame_of(call.frame, at);
        return frame.empty() ? Answer(std::nullopt) : argument(call, 0, frame.front());
      }
      case expr::WindowFunctionKind::kLastValue: {
        const std::vector<size_t> frame = frame_of(call.frame, at);
        return frame.empty() ? Answer(std::nullopt) : argument(call, 0, frame.back());
      }
      case expr::WindowFunctionKind::kNthValue: {
        const std::vector<size_t> frame = frame_of(call.frame, at);
        const auto number = integer(call, 1, at);
        if (!number) return Answer(std::nullopt);
        if (*number <= 0)
          return SqlError(sqlstate::kInvalidArgumentForNthValue, "argument of nth_value must be greater than zero");
        return static_cast<size_t>(*number) > frame.size() ? Answer(std::nullopt)
                                                           : argument(call, 0, frame[static_cast<size_t>(*number) - 1]);
      }
    }
    return Answer(std::nullopt);
  }

 private:
  static Answer whole(int64_t value) { return std::optional(Slot::of_i64(value)); }
  static Answer real(double value) { return std::optional(Slot::of_f64(value)); }

  int compare(const std::string& a, const std::string& b) const {
    for (const SortKey& key : node_.order) {
      const bool a_null = layout_.is_null(a, key.column);
      const bool b_null = layout_.is_null(b, key.column);
      if (a_null && b_null) continue;
      if (a_null || b_null) return a_null == key.nulls_first ? -1 : 1;
      const SqlType type = layout_.type(key.column);
      const int order = type.info().compare(layout_.slot(a, key.column), layout_.slot(b, key.column), type);
      if (order != 0) return key.descending ? -order : order;
    }
    return 0;
  }
  int64_t first_of_group(int64_t i) const {
    return std::ranges::find(groups_, groups_[static_cast<size_t>(i)]) - groups_.begin();
  }
  int64_t end_of_group(int64_t i) const {
    return std::ranges::upper_bound(groups_, groups_[static_cast<size_t>(i)]) - groups_.begin();
  }

  std::optional<Slot> argument(const WindowCall& call, size_t number, size_t at) const {
    const ColumnOrConstant& from = call.arguments[number];
    if (!from.column) return from.constant.is_null() ? std::nullopt : std::optional(from.constant.slot());
    if (layout_.is_null(rows_[at], *from.column)) return std::nullopt;
    return layout_.slot(rows_[at], *from.column);
  }
  std::optional<int64_t> integer(const WindowCall& call, size_t number, size_t at) const {
    const auto value = argument(call, number, at);
    return value ? std::optional<int64_t>(value->i32) : std::nullopt;
  }

  Answer ntile(const WindowCall& call, int64_t i, int64_t n) const {
    const auto buckets = integer(call, 0, 0);
    if (!buckets) return Answer(std::nullopt);
    if (*buckets <= 0)
      return SqlError(sqlstate::kInvalidArgumentForNtile, "argument of ntile must be greater than zero");
    int64_t begin = 0;
    for (int32_t bucket = 1;; ++bucket) {
      begin += n / *buckets + (bucket <= n % *buckets ? 1 : 0);
      if (i < begin) return std::optional(Slot::of_i32(bucket));
    }
  }
  Answer neighbour(const WindowCall& call, int64_t i, int64_t direction) const {
    const auto at = static_cast<size_t>(i);
    const auto offset = call.arguments.size() > 1 ? integer(call, 1, at) : std::optional<int64_t>(1);
    if (!offset) return Answer(std::nullopt);
    const int64_t target = i + direction * *offset;
    if (target >= 0 && target < static_cast<int64_t>(rows_.size()))
      return argument(call, 0, static_cast<size_t>(target));
    return call.arguments.size() > 2 ? Answer(argument(call, 2, at)) : Answer(std::nullopt);
  }

  // value - offset <= other, or value + offset >= other.
  static bool within(SqlType type, Slot other, Slot value, const Value& offset, bool subtract, bool less) {
    int order = 0;
    if (type.oid() == oid::kNumeric) {
      const Numeric x = numeric::load(value.bytes);
      const Numeric y = numeric::load(other.bytes);
      const Numeric d = numeric::load(offset.slot().bytes);
      order = numeric::compare(y, subtract ? *numeric::subtract(x, d) : *numeric::add(x, d));
    } else if (type.oid() == oid::kFloat8) {
      const double d = offset.slot().f64;
      if (std::isnan(other.f64)) return std::isnan(value.f64) || !less;
      if (std::isnan(value.f64)) return less;
      const double sum = subtract ? value.f64 - d : value.f64 + d;
      return less ? other.f64 <= sum : other.f64 >= sum;
    } else {
      const bool wide = type.oid() == oid::kInt8;
      const __int128 x = wide ? value.i64 : value.i32;
      const __int128 y = wide ? other.i64 : other.i32;
      const __int128 d = offset.type().oid() == oid::kInt8 ? offset.slot().i64 : offset.slot().i32;
      const __int128 sum = subtract ? x - d : x + d;
      order = y < sum ? -1 : y > sum ? 1 : 0;
    }
    return less ? order <= 0 : order >= 0;
  }

  // The first place at or behind the bound; `is_start` false: the place after the last one up to it.
  int64_t range_place(const FrameBound& bound, size_t at, bool is_start) const {
    const SortKey& key = node_.order.front();
    const auto n = static_cast<int64_t>(rows_.size());
    if (layout_.is_null(rows_[at], key.column)) {
      return is_start ? first_of_group(static_cast<int64_t>(at)) : end_of_group(static_cast<int64_t>(at));
    }
    const bool preceding = bound.edge == FrameEdge::kPreceding;
    int64_t first_value = 0;
    while (layout_.is_null(rows_[static_cast<size_t>(first_value)], key.column)) ++first_value;
    int64_t place = is_start ? n : first_value;
    for (int64_t j = n; j-- > 0;) {
      const std::string& other = rows_[static_cast<size_t>(j)];
      if (layout_.is_null(other, key.column)) {
        if (is_start && !key.nulls_first) place = j;
        continue;
      }
      const bool inside =
          within(layout_.type(key.column), layout_.slot(other, key.column), layout_.slot(rows_[at], key.column),
                 bound.offset, preceding != key.descending, is_start == key.descending);
      if (!inside) continue;
      if (is_start) {
        place = j;
      } else {
        return j + 1;
      }
    }
    return place;
  }

  // More than any test's rows is as good as the rest of the range.
  static int64_t shift_of(const FrameBound& bound) {
    const int64_t distance = std::min<int64_t>(bound.offset.slot().i64, 1'000'000'000);
    return bound.edge == FrameEdge::kPreceding ? -distance : distance;
  }

  int64_t begin_of(const WindowFrame& frame, size_t at) const {
    const auto i = static_cast<int64_t>(at);
    const FrameBound& bound = frame.start;
    if (bound.edge == FrameEdge::kUnboundedPreceding) return 0;
    if (bound.edge == FrameEdge::kCurrentRow) return frame.mode == FrameMode::kRows ? i : first_of_group(i);
    if (frame.mode == FrameMode::kRange) return range_place(bound, at, true);
    const int64_t shift = shift_of(bound);
    if (frame.mode == FrameMode::kRows) return i + shift;
    return std::ranges::lower_bound(groups_, groups_[at] + shift) - groups_.begin();
  }
  int64_t end_of(const WindowFrame& frame, size_t at) const {
    const auto i = static_cast<int64_t>(at);
    const FrameBound& bound = frame.end;
    if (bound.edge == FrameEdge::kUnboundedFollowing) return static_cast<int64_t>(rows_.size());
    if (bound.edge == FrameEdge::kCurrentRow) return frame.mode == FrameMode::kRows ? i + 1 : end_of_group(i);
    if (frame.mode == FrameMode::kRange) return range_place(bound, at, false);
    const int64_t shift = shift_of(bound);
    if (frame.mode == FrameMode::kRows) return i + shift + 1;
    return std::ranges::upper_bound(groups_, groups_[at] + shift) - groups_.begin();
  }
  std::vector<size_t> frame_of(const WindowFrame& frame, size_t at) const {
    std::vector<size_t> places;
    const int64_t begin = begin_of(frame, at);
    const int64_t end = end_of(frame, at);
    for (size_t j = 0; j < rows_.size(); ++j) {
      if (static_cast<int64_t>(j) < begin || static_cast<int64_t>(j) >= end) continue;
      const bool peer = groups_[j] == groups_[at];
      if (frame.exclude == FrameExclusion::kCurrentRow && j == at) continue;
      if (frame.exclude == FrameExclusion::kGroup && peer) continue;
      if (frame.exclude == FrameExclusion::kTies && peer && j != at) continue;
      places.push_back(j);
    }
    return places;
  }

  Answer aggregate(const WindowCall& call, size_t at, Arena& arena) const {
    std::vector<SqlType> types;
    for (const ColumnOrConstant& from : call.arguments) types.push_back(layout_.type(*from.column));
    DeltaBuilder builder(types);
    for (const size_t j : frame_of(call.frame, at)) {
      if (call.filter && (layout_.is_null(rows_[j], *call.filter) || !layout_.slot(rows_[j], *call.filter).boolean())) {
        continue;
      }
      for (size_t c = 0; c < types.size(); ++c) {
        layout_.unpack_column(rows_[j], *call.arguments[c].column, builder.column(c));
      }
      builder.end_row(1);
    }
    const DeltaBatch batch = builder.finish();
    if (call.aggregate->law == expr::AggregateLaw::kOrdered) return extreme(call, batch, arena);
    alignas(16) std::byte state[4096] = {};
    EXPECT_LE(call.aggregate->state_bytes, sizeof state);
    if (!call.aggregate->trivial) call.aggregate->construct(state);
    const std::vector<std::byte*> states(batch.rows(), state);
    call.aggregate->update({.states = states, .arguments = batch.columns(), .weights = nullptr});
    Answer answer = call.aggregate->finish(state, call.type, arena);
    if (!call.aggregate->trivial) call.aggregate->destroy(state);
    return answer;
  }
  Answer extreme(const WindowCall& call, const DeltaBatch& batch, Arena& arena) const {
    const RowLayout one(std::vector<SqlType>{call.type});
    const Column& values = batch.column(0);
    std::string best;
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (values.is_null(row)) continue;
      const std::string packed = one.pack(batch, row);
      if (!best.empty()) {
        int order = call.type.info().compare(one.slot(packed, 0), one.slot(best, 0), call.type);
        if (order == 0) order = packed.compare(best);
        if (call.aggregate->keep_greatest ? order <= 0 : order >= 0) continue;
      }
      best = packed;
    }
    if (best.empty()) return Answer(std::nullopt);
    const Slot value = one.slot(best, 0);
    return Answer(call.type.physical() == Physical::kBytes ? Slot::copy_bytes(value.view(), arena) : value);
  }

  const WindowNode& node_;
  const RowLayout& layout_;
  std::vector<std::string> rows_;
  std::vector<int64_t> groups_;
};

}  // namespace millrace::dataflow
