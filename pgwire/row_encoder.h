// Rows to DataRow messages (or to CopyData, for COPY TO), straight into a connection's output buffer.
//
// Cost      one virtual call a batch, one indirect call a value; integers and text are formatted in place.
// Threads   the one that runs the statement, while it runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/session.h"

namespace millrace::pgwire {

class RowEncoder final : public engine::RowWriter {
 public:
  RowEncoder(std::string& out, size_t full_at) : out_(out), full_at_(full_at) {}

  // Rows of these columns follow; `formats` as in a Bind message: none, one for all, or one a column.
  // Borrows `session` until the next begin(): its text settings apply.
  void begin(const std::vector<engine::ResultColumn>& columns, const std::vector<int16_t>& formats,
             const engine::Session& session);
  // Rows are lines of COPY TO: the first column's bytes.
  void begin_copy() { is_copy_ = true; }

  void write(const DeltaBatch& rows) override;
  bool full() const override { return out_.size() >= full_at_ || error_.has_value(); }

  // Since begin().
  uint64_t rows() const { return rows_; }
  // 54000 when a row was too large for a message. The rows after it are not written.
  const std::optional<SqlError>& error() const { return error_; }

 private:
  using EncodeValue = void (*)(const Column& column, size_t row, const TextContext& context, std::string& out);

  void write_row(const DeltaBatch& rows, size_t row, const TextContext& context);
  void write_copy_line(const DeltaBatch& rows, size_t row);

  std::string& out_;
  const size_t full_at_;
  const engine::Session* session_ = nullptr;
  std::vector<EncodeValue> encoders_;
  bool is_copy_ = false;
  uint64_t rows_ = 0;
  std::optional<SqlError> error_;
};

// `formats` of a Bind message for column or parameter `index`.
inline bool is_binary(const std::vector<int16_t>& formats, size_t index) {
  if (formats.empty()) return false;
  return formats[formats.size() == 1 ? 0 : index] == 1;
}

}  // namespace millrace::pgwire
