#include "dataflow/operator.h"

namespace millrace::dataflow {

uint64_t estimated_bytes(const DeltaBatch& batch) {
  const size_t rows = batch.rows();
  uint64_t bytes = batch.weights() != nullptr ? rows * sizeof(int64_t) : 0;
  for (const ColumnPtr& column : batch.columns()) {
    if (column->is_constant()) continue;
    const Physical physical = column->type().physical();
    bytes += rows * physical_bytes(physical);
    if (physical != Physical::kBytes) continue;
    constexpr size_t kSamples = 4;
    uint64_t sampled = 0;
    for (size_t i = 0; i < kSamples; ++i) {
      const size_t row = i * (rows - 1) / (kSamples - 1);
      if (column->is_null(row)) continue;
      const size_t length = column->slot(row).view().size();
      if (length > StringRef::kInlineBytes) sampled += length;
    }
    bytes += sampled * rows / kSamples;
  }
  return bytes;
}

}  // namespace millrace::dataflow
