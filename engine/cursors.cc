#include "engine/cursors.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::engine {
namespace {

SqlError no_cursor(const std::string& name) {
  return SqlError(sqlstate::kInvalidCursorName, "cursor \"" + name + "\" does not exist");
}

}  // namespace

Cursor::Cursor(std::vector<sql::ResultColumn> columns, Delta rows, bool no_scroll)
    : columns_(std::move(columns)), rows_(std::move(rows)), no_scroll_(no_scroll) {
  for (uint32_t batch = 0; batch < rows_.size(); ++batch) {
    for (uint32_t row = 0; row < rows_[batch].rows(); ++row) {
      places_.insert(places_.end(), static_cast<size_t>(rows_[batch].weight(row)), Place{batch, row});
    }
  }
}

Delta Cursor::rows_from(int64_t first, int64_t step, int64_t count) const {
  Delta rows;
  std::vector<uint32_t> picked;
  uint32_t batch = 0;
  const auto flush = [&] {
    if (picked.empty()) return;
    rows.emplace_back(picked.size(), rows_[batch].gather(picked).columns());
    picked.clear();
  };
  for (int64_t i = 0; i < count; ++i) {
    const Place place = places_[static_cast<size_t>(first + i * step - 1)];
    if (place.batch != batch) flush();
    batch = place.batch;
    picked.push_back(place.row);
  }
  flush();
  return rows;
}

Result<Delta> Cursor::fetch(sql::BoundFetch::Direction direction, int64_t count) {
  using Direction = sql::BoundFetch::Direction;
  const auto rows = static_cast<int64_t>(places_.size());
  count = std::max(count, -INT64_MAX);
  int64_t target = position_;
  switch (direction) {
    case Direction::kForward:
      if (count > 0) return go_forward(count);
      if (count < 0) direction = Direction::kBackward;
      break;
    case Direction::kBackward:
      if (count < 0) return go_forward(-count);
      break;
    case Direction::kAbsolute:
      target = count >= 0 ? std::min(count, rows + 1) : std::max<int64_t>(rows + 1 + count, 0);
      break;
    case Direction::kRelative:
      target = count >= 0 ? std::min(count, rows + 1 - position_) + position_ : std::max<int64_t>(position_ + count, 0);
      break;
  }
  // In place is no step back.
  if (no_scroll_ && (direction == Direction::kBackward ? count != 0 : target < position_)) {
    return SqlError(sqlstate::kObjectNotInPrerequisiteState, "cursor can only scan forward")
        .with_hint("Declare it with SCROLL option to enable backward scan.");
  }
  if (direction == Direction::kBackward && count != 0) return go_back(count < 0 ? -count : count);
  return go_to(target);
}

Delta Cursor::go_forward(int64_t count) {
  const auto rows = static_cast<int64_t>(places_.size());
  const int64_t first = position_ + 1;
  const int64_t met = std::max<int64_t>(0, std::min(count, rows - position_));
  position_ = met < count ? rows + 1 : position_ + count;
  return rows_from(first, 1, met);
}

Delta Cursor::go_back(int64_t count) {
  const int64_t first = position_ - 1;
  const int64_t met = std::max<int64_t>(0, std::min(count, first));
  position_ = met < count ? 0 : position_ - count;
  return rows_from(first, -1, met);
}

Delta Cursor::go_to(int64_t target) {
  position_ = target;
  const bool on_row = target >= 1 && target <= static_cast<int64_t>(places_.size());
  return rows_from(target, 1, on_row ? 1 : 0);
}

Status Cursors::declare(const std::string& name, Cursor cursor, bool hold, size_t depth) {
  const bool added = cursors_.try_emplace(name, Entry{std::move(cursor), hold, false, depth}).second;
  if (!added) return SqlError(sqlstate::kDuplicateCursor, "cursor \"" + name + "\" already exists");
  return {};
}

Result<Cursor*> Cursors::find(const std::string& name) {
  const auto found = cursors_.find(name);
  if (found == cursors_.end()) return no_cursor(name);
  return &found->second.cursor;
}

Status Cursors::close(const std::string& name) {
  if (cursors_.erase(name) == 0) return no_cursor(name);
  return {};
}

void Cursors::end_transaction(bool committed) {
  std::erase_if(cursors_, [&](const auto& entry) { return !entry.second.kept && !(committed && entry.second.hold); });
  for (auto& [name, entry] : cursors_) entry.kept = true;
}

void Cursors::rewind(size_t depth) {
  std::erase_if(cursors_, [&](const auto& entry) { return !entry.second.kept && entry.second.depth > depth; });
}

void Cursors::release(size_t depth) {
  for (auto& [name, entry] : cursors_) entry.depth = std::min(entry.depth, depth);
}

}  // namespace millrace::engine
