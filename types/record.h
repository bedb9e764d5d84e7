// Composite values: rows inside one value, of a type the catalog made or of an anonymous ROW(...).
//
// The bytes of a composite value are a packed row of its fields (types/row_layout.h), so a field is found in
// O(1). How they are packed hangs on the type alone: two types with the same fields have the same bytes.
#pragma once

#include <span>
#include <vector>

#include "types/row_layout.h"
#include "types/type_info.h"

namespace millrace {

// Reads one composite value. Borrows: the bytes, or the Slot itself when they lie inside it, outlive the view.
class RecordView {
 public:
  // REQUIRES: a composite type with fields known.
  RecordView(const Slot& record, SqlType type) : row_(record.view()), layout_(*type.info().layout) {}
  RecordView(Slot&&, SqlType) = delete;

  size_t size() const { return layout_.column_count(); }
  SqlType field_type(size_t index) const { return layout_.type(index); }
  bool is_null(size_t index) const { return layout_.is_null(row_, index); }
  // REQUIRES: not NULL. Borrows as the view does.
  Slot field(size_t index) const { return layout_.slot(row_, index); }

 private:
  PackedRow row_;
  const RowLayout& layout_;
};

// The composite value of these fields, null pointers for NULL. The result lies in `arena`.
// REQUIRES: one value a field, of its type.
Slot make_record(std::span<const Slot* const> fields, SqlType type, Arena& arena);

// Fills in what a composite type can do, from its fields; oids and names are the caller's.
void complete_composite_type(TypeInfo& info);

}  // namespace millrace
