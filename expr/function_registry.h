// The tables of everything callable, looked up by name, by identity, and for casts by types.
//
// Filled once, from the families listed in function_registry.cc, before the first lookup; read-only
// after that. Threads: any. A family is one file that ends in one table; adding one adds that file and
// a line there.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "expr/aggregate.h"
#include "expr/scalar_function.h"
#include "expr/table_function.h"
#include "expr/window_function.h"

namespace millrace::expr {

// When a cast may be made: unasked, in an assignment to a column, only when written.
enum class CastContext : char { kImplicit = 'i', kAssignment = 'a', kExplicit = 'e' };

// pg_cast's castmethod.
enum class CastMethod : char {
  kFunction = 'f',
  kBinary = 'b',  // the same bytes under another name
  kText = 'i',    // through the text form
};

struct Cast {
  uint32_t source = 0;
  uint32_t target = 0;
  CastContext context = CastContext::kExplicit;
  CastMethod method = CastMethod::kFunction;
  const ScalarFunction* function = nullptr;  // of kFunction
};

// A function under one name, whatever its kind: exactly one pointer is set.
struct Candidate {
  const Signature* signature = nullptr;
  const ScalarFunction* scalar = nullptr;
  const AggregateSpec* aggregate = nullptr;
  const TableFunction* table = nullptr;
  const WindowFunction* window = nullptr;
};

class FunctionRegistry {
 public:
  // The built-in functions.
  static const FunctionRegistry& instance();

  // Scalar, aggregate, table and window functions called `name` (lower case); empty when there are none.
  std::span<const Candidate> candidates(std::string_view name) const;
  // Operators spelled `name`, of one and of two operands.
  std::span<const Candidate> operators(std::string_view name) const;
  // Null when there is no entry in the table (which does not say that no cast is possible: see
  // find_cast_path in expr/coercion.h).
  const Cast* find_cast(uint32_t source, uint32_t target) const;

  // By identity, for serialised plans. Null when unknown.
  const ScalarFunction* find_scalar(FunctionKind kind, uint32_t oid) const;
  const AggregateSpec* find_aggregate(uint32_t oid) const;
  const TableFunction* find_table_function(uint32_t oid) const;
  const WindowFunction* find_window_function(uint32_t oid) const;

  // Every row, for pg_proc, pg_operator, pg_cast, the manual.
  std::span<const Candidate> all_functions() const { return functions_; }
  std::span<const Candidate> all_operators() const { return operators_; }
  std::span<const Cast> all_casts() const { return casts_; }

 private:
  struct Rows;

  FunctionRegistry();
  ~FunctionRegistry();

  std::unique_ptr<Rows> rows_;
  std::vector<Candidate> functions_;  // sorted by name
  std::vector<Candidate> operators_;  // sorted by name
  std::vector<Cast> casts_;           // sorted by source, target
};

}  // namespace millrace::expr
