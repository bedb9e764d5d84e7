// What every callable has in common: scalar functions, operators, casts, aggregates, table functions.
// Name lookup and overload resolution (expr/overload_resolution.h) see nothing else.
//
// Rows live in the FunctionRegistry as long as the process; pointers to them are identities.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "types/sql_type.h"

namespace millrace::expr {

// How far a result may be reused: for ever, within one statement (one tick), not at all.
enum class Volatility : char { kImmutable = 'i', kStable = 's', kVolatile = 'v' };

enum class FunctionKind : uint8_t { kFunction, kOperator, kCast, kAggregate, kTable, kWindow };

struct Signature {
  FunctionKind kind = FunctionKind::kFunction;
  // PostgreSQL's pg_proc (operators: pg_operator) oid where it has one, else ours, derived from name
  // and argument types: stable across versions, part of serialised plans together with `kind`.
  uint32_t oid = 0;
  std::string name;                 // "abs"; of an operator its symbol, "+"
  std::vector<uint32_t> arguments;  // type oids; pseudo-types (anyelement, anyarray, any) are polymorphic
  uint32_t result = 0;              // type oid; polymorphic when an argument is
  bool variadic = false;            // the last argument stands for one or more of its type
  Volatility volatility = Volatility::kImmutable;
  std::string doc;      // one line for the manual
  std::string example;  // a boolean SQL expression that is true, "abs(-3) = 3"

  // "abs(integer)", or "integer + text" for an operator.
  std::string to_string() const;
};

// "abs(integer, unknown)" / "integer + text", as PostgreSQL prints a call in its errors.
std::string describe_call(FunctionKind kind, const std::string& name, const std::vector<SqlType>& arguments);

}  // namespace millrace::expr
