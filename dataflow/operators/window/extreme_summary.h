// The least or greatest argument of a run of rows: the summary behind min and max over frames.
//
// Of values that are equal and spelt differently (1.0, 1.00) the one of the least bytes counts for min, of the
// greatest for max, so that the answer is the same every time.
#pragma once

#include <optional>
#include <string>

#include "dataflow/circuit_plan.h"
#include "storage/tree_summary.h"
#include "types/row_layout.h"

namespace millrace::dataflow::window {

struct Extreme {
  std::string bytes;  // the value's order key, then the value packed; empty: of no rows
  size_t key_bytes = 0;
  bool empty() const { return bytes.empty(); }
};

class ExtremeSummary final : public storage::TreeSummary {
 public:
  ExtremeSummary(const WindowCall& call, const RowLayout& layout);

  size_t state_bytes() const override { return sizeof(Extreme); }
  void construct(std::byte* state) const override;
  void destroy(std::byte* state) const override;
  bool update(std::byte* state, std::span<const storage::OrderedEntry> entries) const override;
  void merge(std::byte* into, const std::byte* from) const override;

  // A row's own; nullopt when it does not count (NULL, or filtered out).
  std::optional<Extreme> of(PackedRow row) const;
  // Would `a` win against `b`?
  bool beats(const Extreme& a, const Extreme& b) const;
  std::optional<Slot> value(const Extreme& extreme, Arena& arena) const;

 private:
  const bool greatest_;
  const uint32_t column_;
  const std::optional<uint32_t> filter_;
  const RowLayout& layout_;
  const RowLayout value_layout_;
};

}  // namespace millrace::dataflow::window
