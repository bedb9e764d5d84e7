// Arrays as rows of the type table: binary form, order, hash and key, all made from the element's.
#include <algorithm>

#include "base/hash.h"
#include "types/array.h"
#include "types/array_text.h"
#include "types/wire_oid.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

Result<std::vector<ArrayDimension>> receive_dimensions(WireReader& reader, const TypeInfo& element) {
  TRY(const int32_t count, reader.read<int32_t>());
  if (count < 0) {
    return SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid number of dimensions: " + std::to_string(count));
  }
  if (count > kMaxArrayDimensions) {
    return SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(count) +
                                                         ") exceeds the maximum allowed (" +
                                                         std::to_string(kMaxArrayDimensions) + ")");
  }
  TRY(const int32_t flags, reader.read<int32_t>());
  if (flags != 0 && flags != 1) return SqlError(sqlstate::kInvalidBinaryRepresentation, "invalid array flags");
  TRY(const uint32_t element_oid, reader.read<uint32_t>());
  if (!may_stand_for(element_oid, element.oid)) {
    return SqlError(sqlstate::kDatatypeMismatch, "binary data has array element type " + oid_and_name(element_oid) +
                                                     " instead of expected " + oid_and_name(element.oid));
  }
  std::vector<ArrayDimension> dimensions;
  for (int32_t i = 0; i < count; ++i) {
    TRY(const int32_t length, reader.read<int32_t>());
    TRY(const int32_t lower_bound, reader.read<int32_t>());
    dimensions.push_back({.length = length, .lower_bound = lower_bound});
  }
  return dimensions;
}

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) {
  const SqlError short_of_data(sqlstate::kInvalidBinaryRepresentation, "insufficient data left in message");
  WireReader reader(bytes);
  const SqlType element(*type.info().element, type.typmod());
  TRY(const std::vector<ArrayDimension> dimensions, receive_dimensions(reader, element.info()));
  TRY(const size_t size, array_size(dimensions));
  ArrayBuilder builder(element);
  Arena scratch;
  for (size_t i = 0; i < size; ++i) {
    TRY(const int32_t length, reader.read<int32_t>());
    if (length == -1) {
      builder.append_null();
      continue;
    }
    if (length < 0 || static_cast<size_t>(length) > reader.rest().size()) return short_of_data;
    TRY(const std::string_view item, reader.take(static_cast<size_t>(length)));
    TRY(const Slot slot, element.info().receive(item, element, scratch));
    builder.append(slot);
  }
  TRY(reader.end());
  return builder.finish(dimensions, arena);
}

void send(Slot value, SqlType type, std::string& out) {
  const ArrayView array(value, type);
  append_big_endian(array.dimension_count(), out);
  append_big_endian(int32_t{array.has_nulls()}, out);
  append_big_endian(array.element_type().oid(), out);
  for (const ArrayDimension& dimension : array.dimensions()) {
    append_big_endian(dimension.length, out);
    append_big_endian(dimension.lower_bound, out);
  }
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      append_big_endian(int32_t{-1}, out);
      continue;
    }
    const size_t length_at = out.size();
    out.append(4, '\0');
    array.element_type().info().send(array.element(i), array.element_type(), out);
    const uint32_t length = byte_swap(static_cast<uint32_t>(out.size() - length_at - 4));
    std::memcpy(out.data() + length_at, &length, sizeof length);
  }
}

template <class T>
int order(T a, T b) {
  return a < b ? -1 : a > b;
}

// Element by element, NULL after everything; then the number of elements, of dimensions, their lengths and
// lower bounds.
int compare(Slot a, Slot b, SqlType type) {
  const ArrayView left(a, type);
  const ArrayView right(b, type);
  const SqlType element = left.element_type();
  const size_t both = std::min(left.size(), right.size());
  for (size_t i = 0; i < both; ++i) {
    if (left.is_null(i) || right.is_null(i)) {
      if (left.is_null(i) != right.is_null(i)) return left.is_null(i) ? 1 : -1;
      continue;
    }
    if (const int result = element.info().compare(left.element(i), right.element(i), element)) return result;
  }
  if (left.size() != right.size()) return order(left.size(), right.size());
  if (left.dimension_count() != right.dimension_count()) return order(left.dimension_count(), right.dimension_count());
  for (int i = 0; i < left.dimension_count(); ++i) {
    if (const int result = order(left.dimension(i).length, right.dimension(i).length)) return result;
  }
  for (int i = 0; i < left.dimension_count(); ++i) {
    if (const int result = order(left.dimension(i).lower_bound, right.dimension(i).lower_bound)) return result;
  }
  return 0;
}

uint64_t hash(Slot value, SqlType type) {
  const ArrayView array(value, type);
  uint64_t result = kHashSeed;
  for (size_t i = 0; i < array.size(); ++i) {
    const uint64_t element =
        array.is_null(i) ? kHashOfNull : array.element_type().info().hash(array.element(i), array.element_type());
    result = hash_combine(result, element);
  }
  return result;
}

// Elements, each led by 1, or 2 alone for NULL; 0 ends them; then dimensions, lengths, lower bounds.
void append_key(Slot value, SqlType type, std::string& out) {
  const ArrayView array(value, type);
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      out += '\2';
    } else {
      out += '\1';
      array.element_type().info().append_key(array.element(i), array.element_type(), out);
    }
  }
  out += '\0';
  out += static_cast<char>(array.dimension_count());
  const std::vector<ArrayDimension> dimensions = array.dimensions();
  for (const ArrayDimension& dimension : dimensions) append_ordered(dimension.length, out);
  for (const ArrayDimension& dimension : dimensions) append_ordered(dimension.lower_bound, out);
}

}  // namespace

TypeInfo make_array_type(const TypeInfo& element) {
  TypeInfo info;
  info.oid = element.array_oid;
  info.name = "_" + element.name;
  info.sql_name = element.sql_name + "[]";
  info.kind = TypeKind::kArray;
  info.category = 'A';
  if (element.oid == oid::kRecord) {  // _record is a pseudo-type, arrays of known records behave as arrays
    info.category = 'P';
    if (element.kind == TypeKind::kPseudo) info.kind = TypeKind::kPseudo;
  }
  info.element = &element;
  info.bytewise_equality = element.bytewise_equality;
  info.parse = parse_array;
  info.format = format_array;
  info.receive = receive;
  info.send = send;
  if (element.compare != nullptr) info.compare = compare;
  if (element.hash != nullptr) info.hash = hash;
  if (element.append_key != nullptr) info.append_key = append_key;
  info.typmod_from_arguments = element.typmod_from_arguments;
  info.typmod_to_string = element.typmod_to_string;
  return info;
}

Result<Slot> apply_typmod(Slot value, SqlType type, bool is_explicit, Arena& arena) {
  if (type.typmod() == kNoTypmod) return value;
  if (type.info().kind != TypeKind::kArray) {
    if (type.info().apply_typmod == nullptr) return value;
    return type.info().apply_typmod(value, type.typmod(), is_explicit, arena);
  }
  const TypeInfo& element = *type.info().element;
  if (element.apply_typmod == nullptr) return value;
  const ArrayView array(value, type);
  ArrayBuilder builder(array.element_type());
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      builder.append_null();
      continue;
    }
    TRY(const Slot fitting, element.apply_typmod(array.element(i), type.typmod(), is_explicit, arena));
    builder.append(fitting);
  }
  return builder.finish(array.dimensions(), arena);
}

}  // namespace millrace
