#include "dataflow/operators/representatives.h"

#include <algorithm>

#include "types/type_info.h"

namespace millrace::dataflow {

bool needs_representatives(const std::vector<SqlType>& types) {
  return std::any_of(types.begin(), types.end(), [](SqlType type) { return !type.info().bytewise_equality; });
}

// Ordered by nothing but the bytes of the row, which settle ties in every ordered arrangement.
Representatives::Representatives(ArrangementId id, const std::vector<SqlType>& types)
    : all_(storage::first_columns(types.size())), members_(id, RowLayout(types), all_, {}) {}

bool Representatives::append(const DeltaBatch& rows, size_t row, DeltaBuilder& out) const {
  bool found = false;
  members_.visit(rows, row, all_, 0, [&](const storage::OrderedRow& first) {
    for (size_t c = 0; c < all_.size(); ++c) members_.layout().unpack_column(first.row, c, out.column(c));
    found = true;
    return false;
  });
  return found;
}

CheckpointJob Representatives::pin_checkpoint() { return pin_ordered(members_); }

CheckpointJob pin_ordered(storage::OrderedArrangement& state) {
  auto snapshot = state.pin_dirty();
  return {
      .write = [snapshot](
                   storage::CheckpointWriter& writer) { return storage::OrderedArrangement::write(*snapshot, writer); },
      .give_back = [snapshot, &state] { state.give_back(*snapshot); }};
}

}  // namespace millrace::dataflow
