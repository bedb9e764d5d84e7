#include "types/record.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "types/record_text.h"
#include "types/registry.h"
#include "types/wire_oid.h"
#include "types/wire_reader.h"

namespace millrace {
namespace {

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) {
  const std::vector<CompositeField>& fields = type.info().fields;
  WireReader reader(bytes);
  TRY(const int32_t count, reader.read<int32_t>());
  if (count < 0 || static_cast<size_t>(count) != fields.size()) {
    return SqlError(sqlstate::kDatatypeMismatch, "wrong number of columns: " + std::to_string(count) + ", expected " +
                                                     std::to_string(fields.size()));
  }
  std::vector<Slot> values(fields.size());
  std::vector<const Slot*> present(fields.size(), nullptr);
  Arena scratch;
  for (size_t i = 0; i < fields.size(); ++i) {
    const SqlType field = fields[i].type;
    TRY(const uint32_t field_oid, reader.read<uint32_t>());
    if (!may_stand_for(field_oid, field.oid())) {
      return SqlError(sqlstate::kDatatypeMismatch, "binary data has type " + oid_and_name(field_oid) +
                                                       " instead of expected " + oid_and_name(field.oid()) +
                                                       " in record column " + std::to_string(i + 1));
    }
    TRY(const int32_t length, reader.read<int32_t>());
    if (length == -1) continue;
    if (length < 0 || static_cast<size_t>(length) > reader.rest().size()) {
      return SqlError(sqlstate::kInvalidBinaryRepresentation, "insufficient data left in message");
    }
    TRY(const std::string_view item, reader.take(static_cast<size_t>(length)));
    TRY(values[i], field.info().receive(item, field, scratch));
    present[i] = &values[i];
  }
  TRY(reader.end());
  return make_record(present, type, arena);
}

void send(Slot value, SqlType type, std::string& out) {
  const RecordView record(value, type);
  append_big_endian(static_cast<int32_t>(record.size()), out);
  for (size_t i = 0; i < record.size(); ++i) {
    append_big_endian(record.field_type(i).oid(), out);
    if (record.is_null(i)) {
      append_big_endian(int32_t{-1}, out);
      continue;
    }
    const size_t length_at = out.size();
    out.append(4, '\0');
    record.field_type(i).info().send(record.field(i), record.field_type(i), out);
    const uint32_t length = byte_swap(static_cast<uint32_t>(out.size() - length_at - 4));
    std::memcpy(out.data() + length_at, &length, sizeof length);
  }
}

// Field by field, NULL after everything.
int compare(Slot a, Slot b, SqlType type) {
  const RecordView left(a, type);
  const RecordView right(b, type);
  for (size_t i = 0; i < left.size(); ++i) {
    if (left.is_null(i) || right.is_null(i)) {
      if (left.is_null(i) != right.is_null(i)) return left.is_null(i) ? 1 : -1;
      continue;
    }
    const SqlType field = left.field_type(i);
    if (const int result = field.info().compare(left.field(i), right.field(i), field)) return result;
  }
  return 0;
}

uint64_t hash(Slot value, SqlType type) {
  const RecordView record(value, type);
  uint64_t result = kHashSeed;
  for (size_t i = 0; i < record.size(); ++i) {
    const SqlType field = record.field_type(i);
    result = hash_combine(result, record.is_null(i) ? kHashOfNull : field.info().hash(record.field(i), field));
  }
  return result;
}

// Each field led by 1, or 2 alone for NULL.
void append_key(Slot value, SqlType type, std::string& out) {
  const RecordView record(value, type);
  for (size_t i = 0; i < record.size(); ++i) {
    if (record.is_null(i)) {
      out += '\2';
    } else {
      out += '\1';
      record.field_type(i).info().append_key(record.field(i), record.field_type(i), out);
    }
  }
}

bool all_fields(const TypeInfo& info, bool (*holds)(const TypeInfo&)) {
  return std::all_of(info.fields.begin(), info.fields.end(),
                     [&](const CompositeField& field) { return holds(field.type.info()); });
}

// record itself: the fields are not known, so it has no values, only typed records have.
Result<Slot> refuse_text(std::string_view, SqlType, const TextContext&, Arena&) {
  return SqlError(sqlstate::kFeatureNotSupported, "input of anonymous composite types is not implemented");
}
Result<Slot> refuse_bytes(std::string_view, SqlType, Arena&) {
  return SqlError(sqlstate::kFeatureNotSupported, "input of anonymous composite types is not implemented");
}
void no_text(Slot, SqlType, const TextContext&, std::string&) { MILLRACE_UNREACHABLE("a record without fields"); }
void no_bytes(Slot, SqlType, std::string&) { MILLRACE_UNREACHABLE("a record without fields"); }

}  // namespace

Slot make_record(std::span<const Slot* const> fields, SqlType type, Arena& arena) {
  const RowLayout& layout = *type.info().layout;
  MILLRACE_CHECK(fields.size() == layout.column_count(), "fields of a record");
  const size_t bytes = layout.packed_bytes(fields);
  char* const target = arena.allocate(bytes, 1);
  layout.pack(fields, target);
  return Slot::of_bytes({target, bytes});
}

void complete_composite_type(TypeInfo& info) {
  std::vector<SqlType> types;
  for (const CompositeField& field : info.fields) types.push_back(field.type);
  info.layout = std::make_shared<const RowLayout>(std::move(types));
  info.physical = Physical::kBytes;
  info.bytewise_equality = all_fields(info, [](const TypeInfo& field) { return field.bytewise_equality; });
  info.parse = parse_record;
  info.format = format_record;
  info.receive = receive;
  info.send = send;
  if (all_fields(info, [](const TypeInfo& field) { return field.compare != nullptr; })) info.compare = compare;
  if (all_fields(info, [](const TypeInfo& field) { return field.hash != nullptr; })) info.hash = hash;
  if (all_fields(info, [](const TypeInfo& field) { return field.append_key != nullptr; })) {
    info.append_key = append_key;
  }
  if (info.sql_name.empty()) info.sql_name = info.name;
  if (info.oid != oid::kRecord) info.category = 'C';
}

TypeInfo record_type() {
  TypeInfo info;
  info.oid = oid::kRecord;
  info.name = "record";
  info.sql_name = "record";
  info.kind = TypeKind::kPseudo;
  info.category = 'P';
  info.array_oid = oid::kRecordArray;
  info.parse = refuse_text;
  info.format = no_text;
  info.receive = refuse_bytes;
  info.send = no_bytes;
  return info;
}

}  // namespace millrace
