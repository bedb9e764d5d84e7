// The logical plan: relational algebra over named columns.
//
// A column has an identity (ColumnId) for the life of one plan, whatever happens to its position, and
// expr::ColumnRef::index holds that identity here. So predicates move freely between nodes and nothing
// is renumbered until sql/physical/ lays columns out. A node passes on all columns of its inputs unless
// its struct lists its own; which of them are really carried is decided by what is needed above.
//
// A plan below an Apply may refer to columns of the Apply's left side: it is then correlated, and
// decorrelate() (sql/plan/decorrelate.h) takes that away before anything else looks at the plan.
//
// Trees are owned and mutable; a pass takes one and gives one back. Two branches of one plan may use
// the same ids (a copied subtree) as long as no node sees both.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "dataflow/circuit_plan.h"
#include "expr/expr.h"

namespace millrace::sql {

using ColumnId = uint32_t;
using ColumnIds = std::vector<ColumnId>;
using ColumnSet = std::set<ColumnId>;

// What is known of every column of a plan, by id.
class ColumnTable {
 public:
  ColumnId add(std::string name, SqlType type) {
    columns_.push_back({std::move(name), type});
    return static_cast<ColumnId>(columns_.size() - 1);
  }
  // A new column like `id`.
  ColumnId copy_of(ColumnId id) { return add(std::string(columns_[id].name), columns_[id].type); }
  SqlType type(ColumnId id) const { return columns_[id].type; }
  const std::string& name(ColumnId id) const { return columns_[id].name; }
  expr::ExprPtr ref(ColumnId id) const { return expr::make_column(id, type(id)); }

 private:
  struct Column {
    std::string name;
    SqlType type;
  };
  std::vector<Column> columns_;
};

struct RelExpr;
using RelPtr = std::unique_ptr<RelExpr>;

// A relation's columns `attributes` under the ids `columns`.
struct Get {
  ObjectId relation;
  std::vector<uint32_t> attributes;
  ColumnIds columns;
};

// VALUES and SELECT without FROM. Expressions without columns.
struct Rows {
  ColumnIds columns;
  std::vector<std::vector<expr::ExprPtr>> rows;
};

struct Filter {
  RelPtr input;
  std::vector<expr::ExprPtr> predicates;  // all have to be true
};

// Adds computed columns to the input's.
struct Map {
  struct Computed {
    ColumnId id;
    expr::ExprPtr value;
  };
  RelPtr input;
  std::vector<Computed> computed;
};

struct Join {
  dataflow::JoinKind kind = dataflow::JoinKind::kInner;
  RelPtr left;
  RelPtr right;
  std::vector<expr::ExprPtr> predicates;
};

// A join whose right side may refer to the left side's row. kInner, kLeft, kSemi, kAnti.
struct Apply {
  dataflow::JoinKind kind = dataflow::JoinKind::kInner;
  RelPtr left;
  RelPtr right;
  std::vector<expr::ExprPtr> predicates;
};

// Columns: the group, then the calls'. Without a group exactly one row.
struct Aggregate {
  // See dataflow::AggregateCall.
  struct SortKey {
    ColumnId column;
    bool descending = false;
    bool nulls_first = false;
  };
  struct Direct {
    std::optional<ColumnId> column;
    Value constant;
  };
  struct Call {
    ColumnId id;
    const expr::AggregateSpec* spec;
    ColumnIds arguments;
    bool distinct = false;
    std::optional<ColumnId> filter;
    std::vector<SortKey> order = {};
    std::vector<Direct> direct = {};
  };
  RelPtr input;
  ColumnIds group;
  std::vector<Call> calls;
};

// Columns: those listed.
struct Distinct {
  RelPtr input;
  ColumnIds columns;
};

struct TopK {
  struct Key {
    ColumnId column;
    bool descending = false;
    bool nulls_first = false;
  };
  RelPtr input;
  ColumnIds partition;
  std::vector<Key> order;
  // Ties are broken by these, in order: what the query sees of its rows.
  ColumnIds columns;
  int64_t offset = 0;
  std::optional<int64_t> limit;
  bool with_ties = false;
};

// Adds the calls' columns to the input's: dataflow::WindowNode.
struct Window {
  struct Call {
    ColumnId id;
    const expr::WindowFunction* function = nullptr;  // one of the two
    const expr::AggregateSpec* aggregate = nullptr;
    std::vector<expr::ExprPtr> arguments;  // columns, or constants
    std::optional<ColumnId> filter;
    dataflow::WindowFrame frame;
  };
  RelPtr input;
  ColumnIds partition;
  std::vector<TopK::Key> order;
  std::vector<Call> calls;
};

// UNION ALL. inputs[i]'s columns input_columns[i] become `columns`.
struct Union {
  std::vector<RelPtr> inputs;
  std::vector<ColumnIds> input_columns;
  ColumnIds columns;
};

struct SetOperation {
  dataflow::SetOperation operation;
  bool all = false;
  RelPtr left;
  RelPtr right;
  ColumnIds left_columns;
  ColumnIds right_columns;
  ColumnIds columns;
};

struct AtMostOne {
  RelPtr input;
  ColumnIds partition;
};

// The rows of functions side by side, for every row of the input (dataflow/circuit_plan.h).
struct TableFunction {
  struct Call {
    const expr::TableFunction* function;
    std::vector<expr::ExprPtr> arguments;
    std::vector<CompositeField> fields;  // what it gives
    ColumnIds columns;                   // under these ids
  };
  RelPtr input;
  std::vector<Call> calls;
  std::optional<ColumnId> ordinality;
  bool outer = false;
};

// WITH RECURSIVE: the base, then the step over what the round before gave, as long as that gives
// anything (new, when `distinct`). See dataflow::RecursionNode.
struct Recursion {
  uint32_t number;  // names its working table
  bool distinct = false;
  RelPtr base;
  RelPtr step;
  ColumnIds base_columns;
  ColumnIds step_columns;
  ColumnIds columns;
  // Once separate_rounds() has been there: what the step reads that is the same in every round (by
  // Get{recursion_input(1..)}), and the round its rows go to.
  std::vector<RelPtr> invariants;
  std::vector<ColumnIds> invariant_columns;
  std::optional<ColumnId> round;
};

// In a Recursion's step: the rows of the round before.
struct WorkingTable {
  uint32_t recursion;
  ColumnIds columns;
  ColumnIds outer;                // columns of enclosing queries that its rows belong to: see decorrelate()
  std::optional<ColumnId> round;  // once separate_rounds() has been there
};

using RelKind = std::variant<Get, Rows, Filter, Map, Join, Apply, Aggregate, Distinct, TopK, Window, Union,
                             SetOperation, AtMostOne, TableFunction, Recursion, WorkingTable>;

struct RelExpr {
  RelKind kind;

  template <class T>
  T* as() {
    return std::get_if<T>(&kind);
  }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&kind);
  }
};

template <class T>
RelPtr make_rel(T kind) {
  return std::make_unique<RelExpr>(RelExpr{std::move(kind)});
}

// A query's plan: the tree and which columns it answers, in order.
struct Plan {
  RelPtr root;
  ColumnIds outputs;
};

// One row without columns.
RelPtr make_single_row();
// `input` itself when there is nothing to filter by.
RelPtr make_filter(RelPtr input, std::vector<expr::ExprPtr> predicates);
RelPtr make_map(RelPtr input, std::vector<Map::Computed> computed);

RelPtr clone(const RelExpr& rel);
// Every input of a node, in order.
std::vector<RelPtr*> inputs_of(RelExpr& rel);
std::vector<const RelExpr*> inputs_of(const RelExpr& rel);
// Every expression of a node itself, not of its inputs.
std::vector<expr::ExprPtr*> expressions_of(RelExpr& rel);

// Every column that a call takes from its input.
std::vector<ColumnId*> columns_of(Aggregate::Call& call);

// The columns a node gives to whoever stands above it, in their natural order.
ColumnIds columns_of(const RelExpr& rel);
// Columns that the tree refers to and does not make itself: what it is correlated by.
ColumnSet free_columns(const RelExpr& rel);
// Columns that the node itself names outside expressions: keys, groups, outputs of its inputs.
ColumnSet used_columns(const RelExpr& rel);
void add_referenced(const expr::ExprPtr& expr, ColumnSet& out);
// Applies `target` to every column reference of the tree that stands in `targets`' domain.
using ColumnMapping = std::function<expr::ExprPtr(ColumnId, SqlType)>;
void substitute(RelExpr& rel, const ColumnMapping& mapping);
// Puts other columns into the places of those that the tree refers to, wherever it names them.
void rename_references(RelExpr& rel, const std::map<ColumnId, ColumnId>& names);

}  // namespace millrace::sql
