// Arrays as rows: unnest, generate_subscripts.
#include "expr/row_stream.h"
#include "types/array.h"
#include "types/record.h"

namespace millrace::expr {
namespace {

// Elements of a composite type come as its fields.
std::vector<CompositeField> unnest_columns(std::span<const SqlType> arguments) {
  const TypeInfo& element = *arguments[0].info().element;
  if (element.kind == TypeKind::kComposite && !element.fields.empty()) return element.fields;
  return {{"unnest", SqlType(element)}};
}

void append_fields(const ArrayView& array, size_t index, DeltaBuilder& out) {
  if (array.is_null(index)) {
    for (size_t c = 0; c < out.column_count(); ++c) out.column(c).append_null();
    return;
  }
  const Slot element = array.element(index);
  const RecordView record(element, array.element_type());
  for (size_t c = 0; c < record.size(); ++c) {
    record.is_null(c) ? out.column(c).append_null() : out.column(c).append_slot(record.field(c));
  }
}

Result<RowStreamPtr> unnest(const TableCall& call) {
  return stream_of([array = call.arguments[0], type = call.arguments[0].type(),
                    at = size_t{0}](DeltaBuilder& out) mutable -> Result<bool> {
    const Slot slot = array.slot();
    const ArrayView elements(slot, type);
    if (at == elements.size()) return false;
    const TypeInfo& element = elements.element_type().info();
    if (element.kind == TypeKind::kComposite && !element.fields.empty()) {
      append_fields(elements, at, out);
    } else if (elements.is_null(at)) {
      out.column(0).append_null();
    } else {
      out.column(0).append_slot(elements.element(at));
    }
    out.end_row(1);
    ++at;
    return true;
  });
}

std::vector<CompositeField> subscript_column(std::span<const SqlType>) {
  return {{"generate_subscripts", type_of(oid::kInt4)}};
}

Result<RowStreamPtr> subscripts(const TableCall& call) {
  const Slot slot = call.arguments[0].slot();
  const ArrayView array(slot, call.arguments[0].type());
  const int32_t number = call.arguments[1].slot().i32;
  const bool backwards = call.arguments.size() > 2 && call.arguments[2].slot().boolean();
  ArrayDimension dimension{0, 1};
  if (number >= 1 && number <= array.dimension_count()) dimension = array.dimension(number - 1);
  return stream_of([dimension, backwards, at = 0](DeltaBuilder& out) mutable -> Result<bool> {
    if (at == dimension.length) return false;
    out.column(0).append<int32_t>(dimension.lower_bound + (backwards ? dimension.length - 1 - at : at));
    out.end_row(1);
    ++at;
    return true;
  });
}

TableFunction subscripts_row(std::vector<uint32_t> arguments, const char* doc, const char* example) {
  TableFunction row;
  row.name = "generate_subscripts";
  row.arguments = std::move(arguments);
  row.result = oid::kInt4;
  row.columns = subscript_column;
  row.open = subscripts;
  row.doc = doc;
  row.example = example;
  return row;
}

}  // namespace

std::vector<TableFunction> array_row_functions() {
  TableFunction unnesting;
  unnesting.name = "unnest";
  unnesting.arguments = {oid::kAnyArray};
  unnesting.result = oid::kAnyElement;
  unnesting.columns = unnest_columns;
  unnesting.open = unnest;
  unnesting.doc = "The elements of an array, row by row.";
  unnesting.example = "(SELECT sum(u) FROM unnest(ARRAY[1, 2, 4]) u) = 7";
  return {
      std::move(unnesting),
      subscripts_row({oid::kAnyArray, oid::kInt4}, "The subscripts of a dimension.",
                     "(SELECT max(s) FROM generate_subscripts(ARRAY[5, 6], 1) s) = 2"),
      subscripts_row({oid::kAnyArray, oid::kInt4, oid::kBool}, "The same, perhaps from the last to the first.",
                     "(SELECT max(s) FROM generate_subscripts(ARRAY[5, 6], 1, true) s) = 2"),
  };
}

}  // namespace millrace::expr
