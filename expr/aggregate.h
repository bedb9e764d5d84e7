// Aggregate functions as incremental state.
//
// A linear aggregate keeps, per group, a state that is an element of a group (expr/algebra.h): rows
// come and go by update() with their weights, partial states join by merge(), and finish() reads the
// answer. It never needs the rows again, and after any sequence of insertions and deletions that cancel
// the state equals, in meaning, one that never saw them: integer sums are exact in 128 bits, float sums
// exact (expr/exact_sum.h), numeric sums in decimal.
//
// An ordered aggregate (min, max) is determined by one end of the multiset of its arguments; the
// operator keeps that multiset and asks only `keep_greatest`.
//
// A sequence aggregate (array_agg, percentile_cont, mode, rank) is a function of the group's rows in order;
// the operator keeps them so (expr/ordered_rows.h) and read() looks at as few of them as it can. Where the
// value holds the whole group there is no less than all: `whole_group` says so, and EXPLAIN with it.
//
// A state lives in `state_bytes` bytes that the operator owns, aligned to `state_alignment`. It may
// own memory: construct() before and destroy() after use, save()/load() to keep it elsewhere. Plain
// states (`trivial`) may instead be copied as bytes, and all-zero bytes are a constructed one.
// Threads: one per state.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/signature.h"
#include "types/column.h"
#include "types/value.h"

namespace millrace::expr {

enum class AggregateLaw : uint8_t {
  kLinear,
  kOrdered,
  kSequence,
};

struct AggregateInput {
  std::span<std::byte* const> states;    // states[r] takes row r
  std::span<const ColumnPtr> arguments;  // flat or constant
  const int64_t* weights;                // nullptr: all +1
};

// Whether the call is written f(direct arguments) WITHIN GROUP (ORDER BY arguments), and if so whether the
// direct arguments are a row that is ranked among the others.
enum class WithinGroup : uint8_t { kNo, kOrderedSet, kHypotheticalSet };

// How an operator shows a group's rows to a sequence aggregate.
enum class SequenceForm : uint8_t {
  kRows,         // all, in the order of the call
  kDistinct,     // rows of equal arguments once
  kByFrequency,  // distinct rows, each with its number as its weight, the most frequent first
};

class OrderedRows;
struct EvalContext;
struct SequenceCall {
  const OrderedRows& rows;
  std::span<const Value> direct;            // the direct arguments of a WITHIN GROUP call
  std::span<const SqlType> argument_types;  // without the direct ones
  SqlType result_type;
  const EvalContext& context;
  Arena& arena;  // where a long result is built
};

class ErrorSink;
struct AggregateOutput {
  std::span<std::byte* const> states;
  ColumnBuilder& values;  // takes one value a state
  ErrorSink& failed;      // by place in `states`; NULL stands in the value's place
};

struct AggregateSpec : Signature {
  AggregateLaw law = AggregateLaw::kLinear;
  bool keep_greatest = false;  // of kOrdered: max, else min. NULL arguments never count.

  // Of kSequence. `arguments` of the signature are the direct ones, then the others.
  WithinGroup within_group = WithinGroup::kNo;
  uint32_t direct_arguments = 0;  // of kOrderedSet
  SequenceForm form = SequenceForm::kRows;
  bool skips_nulls = false;  // rows whose first argument is NULL do not count
  bool whole_group = false;  // the value is as large as the group
  Result<std::optional<Slot>> (*read)(const SequenceCall& call) = nullptr;

  // Of kLinear.

  size_t state_bytes = 0;
  size_t state_alignment = 8;
  bool trivial = true;
  void (*construct)(std::byte* state) = nullptr;
  void (*destroy)(std::byte* state) = nullptr;
  // Adds weights[r] times row r. Rows whose argument is NULL change nothing (count(*) has no argument).
  void (*update)(const AggregateInput& input) = nullptr;
  void (*merge)(std::byte* into, const std::byte* from) = nullptr;
  // The value of a group; nullopt is NULL. Errors (22003) are the group's until it changes. Long values
  // point into `arena`.
  Result<std::optional<Slot>> (*finish)(const std::byte* state, SqlType result_type, Arena& arena) = nullptr;
  // finish() of many states at once.
  void (*finish_rows)(const AggregateOutput& output) = nullptr;
  void (*save)(const std::byte* state, std::string& out) = nullptr;
  // Into a constructed state. REQUIRES: bytes that save() wrote.
  void (*load)(std::string_view bytes, std::byte* state) = nullptr;
};

}  // namespace millrace::expr
