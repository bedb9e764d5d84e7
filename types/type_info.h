// What a base type can do: one row per type, filled in by the type's own file.
//
// The functions take Slots of the type's physical form, never NULL, and are pure but for what the
// TextContext hands them. Slots they return point into `arena` (or nowhere, when fixed or short).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "types/slot.h"
#include "types/sql_type.h"

namespace millrace {

class RowLayout;  // types/row_layout.h
class TimeZone;   // types/time_zone.h

enum class DateStyle : uint8_t { kIso, kPostgres, kSql, kGerman };
enum class DateOrder : uint8_t { kYmd, kMdy, kDmy };
enum class IntervalStyle : uint8_t { kPostgres, kPostgresVerbose, kSqlStandard, kIso8601 };

// Resolves names for the reg* types; implemented over the catalog.
class NameResolver {
 public:
  virtual ~NameResolver() = default;
  // `kind` is the reg* type's oid. Errors as PostgreSQL: 42P01, 42883, 42704 ...
  virtual Result<uint32_t> oid_of(uint32_t kind, std::string_view name) const = 0;
  // Empty when no such object exists (the oid is then printed as a number).
  virtual std::string name_of(uint32_t kind, uint32_t object_oid) const = 0;
};

// The session's settings that text forms depend on. Everything a text conversion may know.
struct TextContext {
  DateStyle date_style = DateStyle::kIso;
  DateOrder date_order = DateOrder::kMdy;
  IntervalStyle interval_style = IntervalStyle::kPostgres;
  const TimeZone* time_zone = nullptr;  // nullptr is UTC
  bool bytea_hex = true;
  int32_t extra_float_digits = 1;
  WallTime now;                         // the transaction's start: 'now', 'today', age()
  const NameResolver* names = nullptr;  // nullptr: reg* types take and give numbers only
};

struct CompositeField {
  std::string name;
  SqlType type;
  bool operator==(const CompositeField&) const = default;
};

enum class TypeKind : char {
  kBase = 'b',
  kArray = 'a',
  kComposite = 'c',
  kPseudo = 'p',
  kDomain = 'd',
  kEnum = 'e',
  kRange = 'r'
};

struct TypeInfo {
  uint32_t oid = 0;
  std::string name;      // pg_type.typname: "int4", "_int4", "bpchar"
  std::string sql_name;  // format_type() without modifier: "integer", "integer[]", "character"
  TypeKind kind = TypeKind::kBase;
  Physical physical = Physical::kBytes;
  int16_t length = -1;                      // pg_type.typlen
  char category = 'U';                      // pg_type.typcategory
  bool preferred = false;                   // pg_type.typispreferred
  uint32_t array_oid = 0;                   // 0: no array type
  const TypeInfo* element = nullptr;        // of an array type
  std::vector<CompositeField> fields;       // of a composite type
  std::shared_ptr<const RowLayout> layout;  // of a composite type: how its values are packed (types/record.h)

  // Equal values have equal bytes in their physical form, so hashing and comparing bytes is right.
  // False for float (-0.0), numeric (1.0 = 1.00), bpchar, interval, jsonb, arrays of these.
  bool bytewise_equality = true;

  // Text form, without NULL. `type` brings the modifier, which parse() applies as a cast would.
  Result<Slot> (*parse)(std::string_view text, SqlType type, const TextContext& context, Arena& arena) = nullptr;
  void (*format)(Slot value, SqlType type, const TextContext& context, std::string& out) = nullptr;
  // Binary form of the wire protocol (typreceive, typsend).
  Result<Slot> (*receive)(std::string_view bytes, SqlType type, Arena& arena) = nullptr;
  void (*send)(Slot value, SqlType type, std::string& out) = nullptr;

  // SQL's ordering (btree operator class): <0, 0, >0. Null where PostgreSQL has none (json).
  int (*compare)(Slot a, Slot b, SqlType type) = nullptr;
  // Equal under compare() implies equal hashes.
  uint64_t (*hash)(Slot value, SqlType type) = nullptr;
  // Appends bytes whose memcmp order is compare()'s order, self-delimiting, so that the keys of
  // several columns may be concatenated. Equal under compare() if and only if equal bytes.
  void (*append_key)(Slot value, SqlType type, std::string& out) = nullptr;

  // Applies a modifier to a value of this type: varchar(n) truncation, numeric rounding, fractional
  // seconds. `is_explicit` is a written cast (varchar truncates silently). The result may be `value` itself.
  // Null: no modifiers, or an array type; call apply_typmod() below, which knows both.
  Result<Slot> (*apply_typmod)(Slot value, int32_t typmod, bool is_explicit, Arena& arena) = nullptr;
  // The modifier for written arguments, numeric(10,2) -> {10, 2}. Null: the type takes none (42601).
  Result<int32_t> (*typmod_from_arguments)(std::span<const int32_t> arguments) = nullptr;
  // "(10,2)" for format_type(); for time types it stands before "without time zone".
  std::string (*typmod_to_string)(int32_t typmod) = nullptr;
};

// Applies `type`'s modifier, if it has one, to a value of its base type; in an array, to each element.
// The result may be `value` itself, and borrows from what it borrows from.
Result<Slot> apply_typmod(Slot value, SqlType type, bool is_explicit, Arena& arena);

// Null when there is no such type. Dynamic types (array of composite, CREATE TYPE) are found too. Threads: any.
const TypeInfo* find_type(uint32_t oid);
// A built-in type by pg_type.typname or format_type()'s spelling: "int4", "integer", "double precision", "_int4".
// The catalog finds those that it made; types/type_name.h reads what people write.
const TypeInfo* find_type(std::string_view name);
// Every type that has an oid of its own, built in first, by oid: pg_type is made from it.
std::vector<const TypeInfo*> all_types();

// The type of arrays of `element`. REQUIRES: element.array_oid is set.
SqlType array_of(const TypeInfo& element);
// An anonymous row type; interned, so the same fields give the same TypeInfo. Its oid is record's, as the wire
// wants it: find_type() gives the pseudo-type without fields for it.
SqlType record_of(std::vector<CompositeField> fields);
// Registers a type that the catalog made. It is never taken away again: slots may outlive a DROP. A composite
// type needs oid, array_oid, name and fields alone; what it can do is filled in. So are array types, for every
// type with an array_oid.
// REQUIRES: the oids are not in use.
const TypeInfo& intern_type(TypeInfo info);

}  // namespace millrace
