// What sql/ asks dataflow/ to maintain: a tree of relational operators over named inputs.
//
// A plan is plain data: it can be compared, hashed, printed and stored. It knows columns by position
// and functions by identity, and nothing of SQL's names. Nodes stand in topological order: a node's
// inputs have smaller indices.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "expr/function_registry.h"
#include "types/value.h"

namespace millrace::dataflow {

using NodeIndex = uint32_t;  // into CircuitPlan::nodes
using Columns = std::vector<uint32_t>;

inline std::vector<SqlType> types_at(const std::vector<SqlType>& types, const Columns& columns) {
  std::vector<SqlType> picked;
  picked.reserve(columns.size());
  for (const uint32_t column : columns) picked.push_back(types[column]);
  return picked;
}

// A column of the input, or the same value for all rows. Typed in any case.
struct ColumnOrConstant {
  std::optional<uint32_t> column;
  Value constant;
};

// The rows of a table, source or view.
struct InputNode {
  ObjectId relation;
  Columns columns;  // the relation's columns that are wanted, in this order
};

// Rows that are there from the start: VALUES, SELECT without FROM.
struct ConstantNode {
  std::vector<std::vector<Value>> rows;
};

// A fused chain: keeps the rows on which every filter is true and computes the outputs. All over the
// input's columns.
struct MapNode {
  NodeIndex input;
  std::vector<expr::ExprPtr> filters;
  std::vector<expr::ExprPtr> outputs;
};

// For every input row, the rows of set-returning functions side by side: the n-th row of each together, one that
// has ended giving NULLs until the longest has. Output: the input's columns, then each function's, then the
// ordinal (int8) when asked for.
struct TableFunctionNode {
  struct Call {
    const expr::TableFunction* function;
    std::vector<expr::ExprPtr> arguments;  // over the input's columns
    std::vector<CompositeField> columns;   // what it gives
  };
  NodeIndex input;
  std::vector<Call> calls;  // at least one
  bool with_ordinality = false;
  bool outer = false;  // LEFT JOIN LATERAL: a row of NULLs where the functions give none
};

enum class JoinKind : uint8_t {
  kInner,
  kLeft,
  kFull,
  kSemi,  // output: left columns, each left row that has a match
  kAnti,  // output: left columns, each left row that has none
};

// Equal keys, then the residual over left columns followed by right columns. A NULL key matches
// nothing, unless null_safe. No keys: a cross join. Output: left columns, then right columns.
struct JoinNode {
  NodeIndex left;
  NodeIndex right;
  JoinKind kind = JoinKind::kInner;
  Columns left_keys;
  Columns right_keys;
  bool null_safe = false;  // keys compare with IS NOT DISTINCT FROM (decorrelated domains, set operations)
  expr::ExprPtr residual;  // null: none
};

struct SortKey {
  uint32_t column;
  bool descending = false;
  bool nulls_first = false;
};

struct AggregateCall {
  const expr::AggregateSpec* spec;
  Columns arguments;  // of the input; empty for count(*)
  bool distinct = false;
  std::optional<uint32_t> filter;  // a boolean column of the input
  SqlType type;                    // of the result
  // Of sequence aggregates: the order of the rows. Ties are broken by the arguments, ascending, then by bytes.
  std::vector<SortKey> order = {};
  // What a WITHIN GROUP call takes beside its rows: the same for all rows of a group.
  std::vector<ColumnOrConstant> direct = {};
};

// GROUP BY. Output: the group's columns, then the aggregates. Group columns compare with SQL equality,
// NULLs alike; where equal values can differ in their bytes (numeric 1.0 and 1.00) the smallest by
// bytes stands for the group. Without group columns there is always exactly one row.
struct AggregateNode {
  NodeIndex input;
  Columns group;
  std::vector<AggregateCall> calls;
};

// Each row that is there at least once, once. SQL equality, as for AggregateNode.
struct DistinctNode {
  NodeIndex input;
};

// The rows [offset, offset + limit) of each partition in the given order; ties are broken by all
// remaining columns, so that the answer is the same every time.
struct TopKNode {
  NodeIndex input;
  Columns partition;
  std::vector<SortKey> order;
  int64_t offset = 0;
  std::optional<int64_t> limit;
  bool with_ties = false;
};

enum class FrameMode : uint8_t { kRows, kRange, kGroups };
enum class FrameEdge : uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
enum class FrameExclusion : uint8_t { kNone, kCurrentRow, kGroup, kTies };

struct FrameBound {
  FrameEdge edge;
  Value offset;  // of kPreceding and kFollowing: an int8 of rows or groups; RANGE: see expr/range_bound.h
};

// The rows of the partition that a row's value is taken from, around that row.
struct WindowFrame {
  FrameMode mode = FrameMode::kRange;
  FrameBound start{FrameEdge::kUnboundedPreceding, {}};
  FrameBound end{FrameEdge::kCurrentRow, {}};
  FrameExclusion exclude = FrameExclusion::kNone;
};

// One of `function` and `aggregate`; an aggregate's arguments are columns.
struct WindowCall {
  const expr::WindowFunction* function = nullptr;
  const expr::AggregateSpec* aggregate = nullptr;
  std::vector<ColumnOrConstant> arguments;
  std::optional<uint32_t> filter;  // of an aggregate: a boolean column of the input
  WindowFrame frame;
  SqlType type;
};

// Window functions over one partition and order. Output: the input's columns, then the calls. Rows that the
// order leaves equal stand in the order of their bytes, and each copy of a row has a place of its own.
struct WindowNode {
  NodeIndex input;
  Columns partition;
  std::vector<SortKey> order;
  std::vector<WindowCall> calls;
};

// The sum of the inputs (UNION ALL). All have the same types.
struct UnionNode {
  std::vector<NodeIndex> inputs;
};

enum class SetOperation : uint8_t { kIntersect, kExcept };

struct SetOperationNode {
  NodeIndex left;
  NodeIndex right;
  SetOperation operation;
  bool all = false;
};

// Fails with 21000 while a partition has more than one row: a scalar subquery's promise.
struct AtMostOneNode {
  NodeIndex input;
  Columns partition;
};

struct CircuitPlan;

// WITH RECURSIVE: the base rows, then again and again the rows of `step` over what the round before
// gave, until a round gives nothing new. Output: the rows of all rounds; with `distinct` each once, in
// the first round that has it.
//
// `step` is a plan of its own. It reads the working table as relation kWorkingTable, whose first column
// (int8) is the round and whose others are the rows'; inputs[1..] as relations recursion_input(1..); and
// gives rows of the working table, each for the round after the one it comes from.
struct RecursionNode {
  std::vector<NodeIndex> inputs;  // the base rows, then what `step` reads besides
  std::shared_ptr<const CircuitPlan> step;
  bool distinct = false;
};

inline constexpr ObjectId kWorkingTable{1};
inline ObjectId recursion_input(size_t index) { return ObjectId(static_cast<uint32_t>(index + 1)); }

using NodeKind =
    std::variant<InputNode, ConstantNode, MapNode, TableFunctionNode, JoinNode, AggregateNode, DistinctNode, TopKNode,
                 WindowNode, UnionNode, SetOperationNode, AtMostOneNode, RecursionNode>;

struct PlanNode {
  NodeKind kind;
  std::vector<SqlType> types;  // of the output columns
};

struct CircuitPlan {
  std::vector<PlanNode> nodes;
  NodeIndex root = 0;
  // Columns of the root whose values are unique, when the planner can prove it: the served index's
  // key. Empty with `has_key`: at most one row. Without a key the whole row is the key.
  Columns key;
  bool has_key = false;

  const std::vector<SqlType>& output_types() const { return nodes[root].types; }
  std::vector<ObjectId> inputs() const;  // each relation once, ascending
};

// How many nodes a plan has with those of its recursions' steps: the numbers that name their state.
size_t total_nodes(const CircuitPlan& plan);

// The node's inputs, in the order its operator takes them.
std::vector<NodeIndex> inputs_of(const PlanNode& node);

// A plan for people to read: a node in words, then what it reads. What several nodes read stands below each.
struct PlanTree {
  std::string text;  // the first word is the node's kind
  std::vector<PlanTree> below;
};
PlanTree describe(const CircuitPlan& plan, const std::function<std::string(ObjectId)>& name_of_relation);

}  // namespace millrace::dataflow
