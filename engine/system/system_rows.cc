#include "engine/system/system_rows.h"

#include "base/check.h"
#include "engine/column_types.h"

namespace millrace::engine {
SystemRowWriter::SystemRowWriter(const catalog::Object& relation)
    : relation_(relation), row_(relation.columns.size()), builder_(column_types(relation)) {
  for (size_t c = 0; c < relation.columns.size(); ++c) columns_[relation.columns[c].name] = c;
}

SystemRowWriter& SystemRowWriter::parsed(std::string_view column, std::string_view value) {
  const auto found = columns_.find(column);
  MILLRACE_CHECK(found != columns_.end(), "a system relation has no such column");
  Result<Value> parsed = Value::parse(relation_.columns[found->second].type, value, TextContext{});
  MILLRACE_CHECK(parsed.has_value(), "a system relation's value does not fit its column");
  row_[found->second] = *std::move(parsed);
  return *this;
}

SystemRowWriter& SystemRowWriter::text(std::string_view column, std::string_view value) {
  return parsed(column, value);
}

SystemRowWriter& SystemRowWriter::number(std::string_view column, int64_t value) {
  return parsed(column, std::to_string(value));
}

SystemRowWriter& SystemRowWriter::real(std::string_view column, double value) {
  return parsed(column, std::to_string(value));
}

SystemRowWriter& SystemRowWriter::boolean(std::string_view column, bool value) {
  return parsed(column, value ? "t" : "f");
}

void SystemRowWriter::end_row() {
  for (size_t c = 0; c < row_.size(); ++c) {
    if (row_[c] && !row_[c]->is_null()) {
      builder_.column(c).append_slot(row_[c]->slot());
    } else {
      builder_.column(c).append_null();
    }
    row_[c].reset();
  }
  builder_.end_row(1);
  if (builder_.rows() == kBatchRows) rows_.push_back(builder_.finish());
}

Delta SystemRowWriter::finish() {
  if (builder_.rows() > 0) rows_.push_back(builder_.finish());
  return std::move(rows_);
}

SystemRows::SystemRows() {
  add_pg_catalog(producers_);
  add_information_schema(producers_);
  add_millrace_relations(producers_);
  add_sessions(producers_);
}

Result<Delta> SystemRows::rows(const catalog::Object& relation, const SystemContext& context) const {
  SystemRowWriter writer(relation);
  const auto producer = producers_.find(relation.name.schema + "." + relation.name.name);
  if (producer != producers_.end()) producer->second(context, writer);
  return writer.finish();
}

}  // namespace millrace::engine
