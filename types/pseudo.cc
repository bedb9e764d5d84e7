// Types that stand for others in signatures (any, anyelement, ...), and void: no column has them.
#include "types/registry.h"

namespace millrace {
namespace {

Result<Slot> refuse(SqlType type) {
  return SqlError(sqlstate::kFeatureNotSupported, "cannot accept a value of type " + type.info().name);
}
Result<Slot> parse(std::string_view, SqlType type, const TextContext&, Arena&) { return refuse(type); }
Result<Slot> receive(std::string_view, SqlType type, Arena&) { return refuse(type); }

// Only void has values, one: it is written as nothing.
Result<Slot> parse_void(std::string_view, SqlType, const TextContext&, Arena&) { return Slot(); }
Result<Slot> receive_void(std::string_view, SqlType, Arena&) { return Slot(); }
void format(Slot, SqlType, const TextContext&, std::string&) {}
void send(Slot, SqlType, std::string&) {}

TypeInfo pseudo_type(uint32_t type_oid, const char* name, int16_t length) {
  TypeInfo info;
  info.oid = type_oid;
  info.name = name;
  info.sql_name = name;
  info.kind = TypeKind::kPseudo;
  info.length = length;
  info.category = 'P';
  info.parse = parse;
  info.format = format;
  info.receive = receive;
  info.send = send;
  return info;
}

}  // namespace

TypeInfo any_type() {
  TypeInfo info = pseudo_type(oid::kAny, "any", 4);
  info.sql_name = "\"any\"";
  return info;
}
TypeInfo anyarray_type() { return pseudo_type(oid::kAnyArray, "anyarray", -1); }
TypeInfo anyelement_type() { return pseudo_type(oid::kAnyElement, "anyelement", 4); }
TypeInfo anycompatible_type() { return pseudo_type(oid::kAnyCompatible, "anycompatible", 4); }
TypeInfo anycompatiblearray_type() { return pseudo_type(oid::kAnyCompatibleArray, "anycompatiblearray", -1); }
TypeInfo anynonarray_type() { return pseudo_type(oid::kAnyNonArray, "anynonarray", 4); }

TypeInfo void_type() {
  TypeInfo info = pseudo_type(oid::kVoid, "void", 4);
  info.parse = parse_void;
  info.receive = receive_void;
  return info;
}

}  // namespace millrace
