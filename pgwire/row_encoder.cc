#include "pgwire/row_encoder.h"

#include <charconv>
#include <cstring>

#include "pgwire/limits.h"
#include "types/type_info.h"
#include "types/wire_order.h"

namespace millrace::pgwire {
namespace {

template <class T>
void encode_integer_text(const Column& column, size_t row, const TextContext&, std::string& out) {
  char digits[24];
  const auto [end, code] = std::to_chars(digits, digits + sizeof digits, column.value<T>(row));
  out.append(digits, end);
}

template <class T>
void encode_integer_binary(const Column& column, size_t row, const TextContext&, std::string& out) {
  append_big_endian(column.value<T>(row), out);
}

void encode_bytes(const Column& column, size_t row, const TextContext&, std::string& out) {
  out += column.value<StringRef>(row).view();
}

void encode_any_text(const Column& column, size_t row, const TextContext& context, std::string& out) {
  const SqlType type = column.type();
  type.info().format(column.slot(row), type, context, out);
}

void encode_any_binary(const Column& column, size_t row, const TextContext&, std::string& out) {
  const SqlType type = column.type();
  type.info().send(column.slot(row), type, out);
}

bool is_plain_text(uint32_t type) { return type == oid::kText || type == oid::kVarchar || type == oid::kBpchar; }

void put_length(std::string& out, size_t at, size_t length) {
  const uint32_t swapped = byte_swap(static_cast<uint32_t>(length));
  std::memcpy(out.data() + at, &swapped, sizeof swapped);
}

}  // namespace

void RowEncoder::begin(const std::vector<engine::ResultColumn>& columns, const std::vector<int16_t>& formats,
                       const engine::Session& session) {
  session_ = &session;
  is_copy_ = false;
  rows_ = 0;
  error_.reset();
  encoders_.clear();
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool binary = is_binary(formats, i);
    const uint32_t type = columns[i].type.oid();
    if (type == oid::kInt4) {
      encoders_.push_back(binary ? encode_integer_binary<int32_t> : encode_integer_text<int32_t>);
    } else if (type == oid::kInt8) {
      encoders_.push_back(binary ? encode_integer_binary<int64_t> : encode_integer_text<int64_t>);
    } else if (is_plain_text(type)) {
      encoders_.push_back(encode_bytes);
    } else {
      encoders_.push_back(binary ? encode_any_binary : encode_any_text);
    }
  }
}

void RowEncoder::write(const DeltaBatch& rows) {
  const TextContext& context = session_->text_context();
  for (size_t row = 0; row < rows.rows() && !error_; ++row) {
    const size_t start = out_.size();
    if (is_copy_) {
      write_copy_line(rows, row);
    } else {
      write_row(rows, row, context);
    }
    const size_t bytes = out_.size() - start;
    if (bytes > kMessageOutBytesMax) {
      out_.resize(start);
      error_ = SqlError(sqlstate::kProgramLimitExceeded, "a result row is too large to be sent")
                   .with_detail("A message has at most 1 GiB.");
      return;
    }
    const int64_t weight = rows.weight(row);
    for (int64_t i = 1; i < weight; ++i) {
      const size_t at = out_.size();
      out_.resize(at + bytes);
      std::memcpy(out_.data() + at, out_.data() + start, bytes);
    }
    rows_ += static_cast<uint64_t>(weight);
  }
}

void RowEncoder::write_row(const DeltaBatch& rows, size_t row, const TextContext& context) {
  const size_t start = out_.size();
  out_ += 'D';
  out_.append(4, '\0');
  append_big_endian(static_cast<uint16_t>(encoders_.size()), out_);
  for (size_t i = 0; i < encoders_.size(); ++i) {
    const Column& column = rows.column(i);
    if (column.is_null(row)) {
      append_big_endian(int32_t{-1}, out_);
      continue;
    }
    const size_t at = out_.size();
    out_.append(4, '\0');
    encoders_[i](column, row, context, out_);
    put_length(out_, at, out_.size() - at - 4);
  }
  put_length(out_, start + 1, out_.size() - start - 1);
}

void RowEncoder::write_copy_line(const DeltaBatch& rows, size_t row) {
  const std::string_view line = rows.column(0).value<StringRef>(row).view();
  out_ += 'd';
  append_big_endian(static_cast<uint32_t>(line.size() + 4), out_);
  out_ += line;
}

}  // namespace millrace::pgwire
