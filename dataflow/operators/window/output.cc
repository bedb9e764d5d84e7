#include "dataflow/operators/window/output.h"

#include <map>

namespace millrace::dataflow::window {

using storage::OrderedCursor;

namespace {

bool same_value(const RowOutput::Value& a, const RowOutput::Value& b) {
  if (a.error.has_value() != b.error.has_value()) return false;
  return a.error ? *a.error == *b.error : a.packed == b.packed;
}

bool same_values(const std::vector<RowOutput::Value>& a, const std::vector<RowOutput::Value>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].weight != b[i].weight || !same_value(a[i], b[i])) return false;
  }
  return true;
}

}  // namespace

Walk::Walk(const RowLayout& layout, const RowLayout& output_layout, std::vector<std::unique_ptr<Call>>& calls)
    : layout_(layout), output_layout_(output_layout), calls_(calls) {
  for (const auto& call : calls) same_for_copies_ = same_for_copies_ && call->same_for_copies();
  slots_.resize(output_layout.column_count());
  pointers_.resize(output_layout.column_count());
}

void Walk::run(const Partition& partition, const std::vector<Stretch>& stretches, StepControl& control,
               const Sink& sink) {
  for (const auto& call : calls_) call->enter(partition);
  OrderedCursor cursor(partition.trees().rows);
  size_t rows = 0;
  for (const Stretch& stretch : stretches) {
    Place place{};
    place.peers_begin = place.peers_end = -1;
    for (cursor.seek(stretch.begin); cursor.valid(); cursor.next()) {
      if (++rows % kBatchRows == 0 && !control.go_on()) return;
      place.row = cursor.entry();
      if (!place.row.bytes.starts_with(partition.prefix())) break;
      if (!stretch.open && place.row.bytes >= stretch.end) break;
      place.position = cursor.position() - partition.base();
      if (place.position >= place.peers_end) set_peers(partition, cursor, place);
      if (place.row.weight > 0) sink(output_of(place));
    }
  }
}

// The peers of the row that the cursor stands at, which is the first of them that this walk comes to.
void Walk::set_peers(const Partition& partition, const OrderedCursor& cursor, Place& place) const {
  const std::string_view key = place.row.key();
  // Behind the peers of the row before it, or at the walk's beginning anywhere among its own.
  place.peers_begin = place.position == place.peers_end ? place.position : partition.before(key);
  OrderedCursor next = cursor;
  next.next();
  const bool alone = next.valid() && next.entry().bytes.starts_with(partition.prefix()) && next.entry().key() != key;
  place.peers_end = alone ? place.position + place.row.weight : partition.through(key);
}

RowOutput Walk::output_of(Place place) {
  RowOutput output{std::string(place.row.bytes), {}};
  if (same_for_copies_) {
    output.values.push_back(evaluate(place));
    output.values.back().weight = place.row.weight;
    return output;
  }
  for (int64_t copy = 0; copy < place.row.weight; ++copy, ++place.position) {
    RowOutput::Value value = evaluate(place);
    if (!output.values.empty() && same_value(output.values.back(), value)) {
      ++output.values.back().weight;
    } else {
      output.values.push_back(std::move(value));
    }
  }
  return output;
}

RowOutput::Value Walk::evaluate(const Place& place) {
  arena_.reset();
  const PackedRow row = place.row.row();
  const size_t width = layout_.column_count();
  for (size_t c = 0; c < width; ++c) {
    pointers_[c] = nullptr;
    if (layout_.is_null(row, c)) continue;
    slots_[c] = layout_.slot(row, c);
    pointers_[c] = &slots_[c];
  }
  for (size_t i = 0; i < calls_.size(); ++i) {
    CallValue value = calls_[i]->value(place, arena_);
    if (!value) return {{}, std::move(value).error(), 1};
    pointers_[width + i] = nullptr;
    if (!*value) continue;
    slots_[width + i] = **value;
    pointers_[width + i] = &slots_[width + i];
  }
  RowOutput::Value output{std::string(output_layout_.packed_bytes(pointers_), '\0'), std::nullopt, 1};
  output_layout_.pack(pointers_, output.packed.data());
  return output;
}

void Difference::add(RowOutput now) {
  while (!old_.empty() && old_.front().row < now.row) {
    emit(old_.front(), -1);
    old_.pop_front();
  }
  if (old_.empty() || old_.front().row != now.row) return emit(now, 1);
  if (!same_values(old_.front().values, now.values)) emit_difference(old_.front(), now);
  old_.pop_front();
}

void Difference::finish() {
  for (const RowOutput& output : old_) emit(output, -1);
  old_.clear();
}

// Copies that keep their values are left alone.
void Difference::emit_difference(const RowOutput& old, const RowOutput& now) {
  std::map<std::string_view, int64_t> sums;
  for (const RowOutput::Value& value : old.values) {
    value.error ? emit(value, -value.weight) : static_cast<void>(sums[value.packed] -= value.weight);
  }
  for (const RowOutput::Value& value : now.values) {
    value.error ? emit(value, value.weight) : static_cast<void>(sums[value.packed] += value.weight);
  }
  for (const auto& [packed, weight] : sums) {
    if (weight != 0) emit({std::string(packed), std::nullopt, 0}, weight);
  }
}

void Difference::emit(const RowOutput& output, int64_t sign) {
  for (const RowOutput::Value& value : output.values) emit(value, sign * value.weight);
}

void Difference::emit(const RowOutput::Value& value, int64_t weight) {
  if (value.error) {
    out_.errors.push_back({*value.error, weight});
    return;
  }
  layout_.unpack(value.packed, builder_);
  builder_.end_row(weight);
  if (builder_.rows() == kBatchRows) out_.add(builder_.finish());
}

}  // namespace millrace::dataflow::window
