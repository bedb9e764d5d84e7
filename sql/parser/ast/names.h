// Names and types as they are written. Case is folded already; nothing is looked up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millrace::sql::ast {

// Byte offset into the text given to parse(); -1: not known.
using Location = int32_t;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
using Exprs = std::vector<ExprPtr>;

struct Query;
using QueryPtr = std::unique_ptr<Query>;

// A possibly qualified name: {"public", "t"} or {"t"}.
struct ObjectName {
  std::vector<std::string> parts;
  Location location = -1;

  bool empty() const { return parts.empty(); }
  const std::string& last() const { return parts.back(); }
  // "public.t", unquoted, as PostgreSQL's messages spell it.
  std::string to_string() const;
};

// A type as written: integer, varchar(10), timestamp(3)[], SETOF int, t.c%TYPE.
struct TypeName {
  ObjectName name;  // the grammar's own spellings are resolved: "int" is pg_catalog.int4
  Exprs modifiers;  // of varchar(10)
  int32_t array_dimensions = 0;
  bool setof = false;
  bool percent_type = false;
  Location location = -1;
};

}  // namespace millrace::sql::ast
