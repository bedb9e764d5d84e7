// Rows (group, value) that come and go: the input of min, max and top-k. A change of `tick` counts one; each
// append_change() is a deletion and an insertion, so it makes two.
#pragma once

#include "bench/circuit_workload.h"

namespace millrace::bench {

class GroupedRows : public CircuitWorkload {
 public:
  GroupedRows(const Options& options, bool sliding)
      : CircuitWorkload(halved(options)), sliding_(sliding), values_(options.rows) {}

 protected:
  std::vector<SqlType> types() const override { return {type_of(oid::kInt8), type_of(oid::kInt8)}; }

 private:
  static Options halved(Options options) {
    options.tick /= 2;
    return options;
  }
  void load_rows() override {
    for (int64_t& value : values_) value = next_value();
    load_relation(kLeft, types(), values_.size(), [&](DeltaBuilder& builder, uint64_t i) { append(builder, i); });
  }
  // At random any row is replaced by another of its group; sliding, the oldest goes and the greatest comes.
  void append_change(DeltaBuilder& builder) override {
    const uint64_t row = sliding_ ? oldest_++ % values_.size() : random_.below(values_.size());
    append(builder, row);
    builder.end_row(-1);
    values_[row] = next_value();
    append(builder, row);
    builder.end_row(1);
  }
  void append(DeltaBuilder& builder, uint64_t row) {
    builder.column(0).append<int64_t>(static_cast<int64_t>(row % options_.groups));
    builder.column(1).append<int64_t>(values_[row]);
  }
  int64_t next_value() {
    return sliding_ ? static_cast<int64_t>(newest_++) : static_cast<int64_t>(random_.below(uint64_t{1} << 40));
  }

  const bool sliding_;
  std::vector<int64_t> values_;
  uint64_t oldest_ = 0;
  uint64_t newest_ = 0;
};

}  // namespace millrace::bench
