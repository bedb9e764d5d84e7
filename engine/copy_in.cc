#include "engine/copy_in.h"

#include "engine/column_types.h"
#include "types/type_info.h"

namespace millrace::engine {
namespace {

// The table's columns, then what complete_rows() wants to know: every row takes the late defaults.
std::vector<SqlType> row_types(const catalog::Object& table, const sql::BoundCopyIn& copy) {
  std::vector<SqlType> types = column_types(table);
  types.insert(types.end(), copy.completion.defaults.size(), type_of(oid::kBool));
  return types;
}

}  // namespace

CopyIn::CopyIn(const catalog::Object& table, sql::BoundCopyIn copy, std::vector<std::optional<Value>> defaults)
    : table_(table),
      copy_(std::move(copy)),
      defaults_(std::move(defaults)),
      decoder_(copy_.options),
      builder_(row_types(table, copy_)) {}

Status CopyIn::take(std::string_view bytes, const TextContext& context) {
  decoder_.feed(bytes);
  return drain(context);
}

Result<Delta> CopyIn::finish(const TextContext& context) {
  decoder_.end();
  TRY(drain(context));
  if (builder_.rows() > 0) rows_.push_back(builder_.finish());
  return std::move(rows_);
}

Status CopyIn::drain(const TextContext& context) {
  std::vector<std::optional<std::string>> fields;
  while (true) {
    TRY(const bool more, decoder_.next(fields));
    if (!more) return {};
    TRY(append(fields, context));
  }
}

Status CopyIn::append(const std::vector<std::optional<std::string>>& fields, const TextContext& context) {
  if (fields.size() > copy_.columns.size()) {
    return locate(SqlError(sqlstate::kBadCopyFileFormat, "extra data after last expected column"), UINT32_MAX, "");
  }
  if (fields.size() < copy_.columns.size()) {
    const std::string& missing = table_.columns[copy_.columns[fields.size()]].name;
    return locate(SqlError(sqlstate::kBadCopyFileFormat, "missing data for column \"" + missing + "\""), UINT32_MAX,
                  "");
  }
  std::vector<const std::optional<std::string>*> brought(table_.columns.size(), nullptr);
  for (size_t i = 0; i < fields.size(); ++i) brought[copy_.columns[i]] = &fields[i];
  for (uint32_t c = 0; c < table_.columns.size(); ++c) {
    ColumnBuilder& column = builder_.column(c);
    if (brought[c] == nullptr) {
      const std::optional<Value>& value = defaults_[c];
      if (!value || value->is_null()) {
        column.append_null();
      } else {
        column.append_slot(value->slot());
      }
      continue;
    }
    if (!brought[c]->has_value()) {
      column.append_null();
      continue;
    }
    const SqlType type = table_.columns[c].type;
    Result<Slot> slot = type.info().parse(**brought[c], type, context, column.arena());
    if (!slot) return locate(std::move(slot).error(), c, **brought[c]);
    column.append_slot(*slot);
  }
  for (size_t i = 0; i < copy_.completion.defaults.size(); ++i) {
    builder_.column(table_.columns.size() + i).append(int8_t{1});
  }
  builder_.end_row(1);
  ++row_count_;
  if (builder_.rows() == kBatchRows) rows_.push_back(builder_.finish());
  return {};
}

SqlError CopyIn::locate(SqlError error, uint32_t column, const std::string& value) const {
  std::string place = "COPY " + table_.name.name + ", line " + std::to_string(decoder_.line_number());
  if (column < table_.columns.size()) place += ", column " + table_.columns[column].name + ": \"" + value + "\"";
  const std::string detail = error.detail().empty() ? place : error.detail() + " (" + place + ")";
  return std::move(error).with_detail(detail);
}

}  // namespace millrace::engine
