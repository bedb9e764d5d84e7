// Binds queries: names to columns, calls to functions, SELECT to a logical plan.
//
// One QueryBinder serves one statement. Each SELECT being bound is a Block; blocks nest as the query
// does, and a name that a block does not know is looked up in the blocks around it, which makes the
// inner query correlated (Apply).
//
// What an expression needs beside itself (a subquery's plan, an aggregate, a set-returning function) is
// collected in its block while it is bound and put below it when the block's plan is assembled.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sql/binder/coerce.h"
#include "sql/binder/scope.h"
#include "sql/parser/ast/statement.h"
#include "sql/plan/rel_expr.h"
#include "sql/sql.h"

namespace millrace::sql {

// Where an expression stands: what may occur in it, and how errors name the place.
enum class Clause : uint8_t {
  kSelect,
  kWhere,
  kJoin,
  kGroupBy,
  kHaving,
  kOrderBy,
  kDistinctOn,
  kLimit,
  kOffset,
  kValues,
  kFromFunction,
  kAggregateArgument,
  kFilter,
  kUpdate,
  kReturning,
  kDefault,
  kCheck,
  kGenerated,
  kUsing,
  kCopyWhere,
  kExecute,
  kWindow,
};
// "WHERE", "JOIN conditions", ... as in "aggregate functions are not allowed in ..."
std::string_view clause_name(Clause clause);

struct OutputColumn {
  std::string name;
  expr::ExprPtr value;  // over the plan's columns
  ObjectId relation;    // the catalogued column it is, unchanged; 0: computed
  uint32_t attribute = 0;
};

struct OrderItem {
  expr::ExprPtr value;
  bool descending = false;
  bool nulls_first = false;
  ast::Location location = -1;
};

// A bound query before its ends are tied: values may still be of unknown type.
struct BoundRelation {
  RelPtr root;
  std::vector<OutputColumn> outputs;
  std::vector<OrderItem> order;
  expr::ExprPtr limit;
  expr::ExprPtr offset;
  bool with_ties = false;
};

// Something an expression refers to by a column, to be joined to the block's plan below it.
struct PendingApply {
  dataflow::JoinKind kind = dataflow::JoinKind::kLeft;
  RelPtr right;
  std::vector<expr::ExprPtr> predicates;
};

// A set-returning function of a select list.
struct PendingTableFunction {
  TableFunction::Call call;
  size_t level = 0;              // calls of one level run side by side; arguments come from lower levels
  bool below_aggregate = false;  // grouped by
  ast::Location location = -1;
};

struct PendingAggregate {
  ColumnId id;
  const expr::AggregateSpec* spec;
  std::vector<expr::ExprPtr> arguments;
  bool distinct = false;
  expr::ExprPtr filter;  // null: none
  ast::Location location = -1;
  std::vector<OrderItem> order = {};
  std::vector<expr::ExprPtr> direct = {};  // of WITHIN GROUP: over grouped columns
};

// A window as a call or the WINDOW clause defines it, the window that it names included.
struct WindowSpec {
  std::vector<expr::ExprPtr> partition;
  std::vector<OrderItem> order;
  dataflow::WindowFrame frame;
  bool has_frame = false;  // written out
};

struct PendingWindow {
  ColumnId id;
  const expr::WindowFunction* function = nullptr;  // one of the two
  const expr::AggregateSpec* aggregate = nullptr;
  std::vector<expr::ExprPtr> arguments;
  expr::ExprPtr filter;  // null: none
  WindowSpec window;
  ast::Location location = -1;
};

// GROUPING(..): which of its arguments a row is not grouped by, as bits.
struct PendingGrouping {
  struct Argument {
    expr::ExprPtr value;
    ast::Location location;
  };
  ColumnId id;
  std::vector<Argument> arguments;
  ast::Location location = -1;
};

// Where a column was named, for errors that are found only later.
struct ColumnUse {
  ColumnId id;
  std::string name;  // "t.a"
  ast::Location location;
};

struct Block {
  Block* parent = nullptr;
  Scope scope;
  RelPtr input;  // what FROM gives, and what has been joined to it since
  std::vector<PendingApply> applies;
  std::vector<PendingApply> applies_below_aggregate;
  std::vector<PendingTableFunction> table_functions;
  std::vector<PendingAggregate> aggregates;
  std::vector<PendingWindow> windows;
  const std::vector<ast::WindowDefinition>* window_clause = nullptr;
  std::vector<PendingGrouping> groupings;
  std::vector<ColumnUse> uses;               // outside aggregates
  bool self_reference = false;               // reads the WITH query that is being defined
  Clause subquery_clause = Clause::kSelect;  // where the subquery stands that is being bound
  bool grouped = false;
};

// WITH's names, innermost first.
struct CommonTables {
  struct Entry {
    const ast::CommonTable* definition;
    const CommonTables* visible;  // what its own text sees
    Block* around;                // the query that WITH stands in sees this one's columns
    bool recursive = false;       // WITH RECURSIVE: `visible` has it too, and those behind it
  };
  const CommonTables* outer = nullptr;
  std::map<std::string, Entry> tables;
};

class QueryBinder {
 public:
  QueryBinder(const BindContext& context, Parameters& parameters)
      : context_(context), coercions_(parameters, context.text) {}

  ColumnTable& columns() { return columns_; }
  // Relations that are read, views expanded; and the views.
  const std::set<ObjectId>& relations() const { return relations_; }
  const std::set<ObjectId>& views_read() const { return views_read_; }
  const Coercions& coercions() const { return coercions_; }
  const BindContext& context() const { return context_; }

  // --- queries ---
  // `outer`: the block whose columns the query may see; null for none. Unknown literals stay unknown in
  // the outputs when `keep_unknown` (INSERT .. SELECT, operands of UNION).
  Result<BoundRelation> bind_query(const ast::Query& query, Block* outer, bool keep_unknown = false);
  // The same as a plan of columns: limits applied, everything of known type.
  Result<Plan> bind_subquery(const ast::Query& query, Block* outer, std::vector<OutputColumn>* outputs = nullptr);
  // Computes the outputs (and order) as columns of the plan.
  Result<ColumnIds> settle_outputs(BoundRelation& relation);
  // LIMIT inside a plan: only constants. Wants settled outputs.
  Result<RelPtr> apply_limit(BoundRelation& relation, const ColumnIds& outputs);

  // --- FROM ---
  Status bind_from(const std::vector<ast::TableRefPtr>& from, Block& block);
  // A catalogued relation under `alias` (its own name when empty), as a plan and a scope table.
  struct BoundTable {
    RelPtr plan;
    ScopeTable table;
  };
  Result<BoundTable> bind_relation(const catalog::Object& object, const std::string& alias);
  // 42P01 when there is none.
  Result<const catalog::Object*> find_relation(const ast::ObjectName& name) const;

  // --- WITH ---
  // A WITH query's plan, for one reference to it.
  Result<Plan> bind_common_query(const CommonTables::Entry& entry, std::vector<OutputColumn>& outputs);
  // The same for its own recursive term, where it is the rows of the round before; nullopt: it is not being
  // defined.
  Result<std::optional<Plan>> bind_self_reference(const CommonTables::Entry& entry, std::vector<OutputColumn>& outputs);
  // While it lives, a recursive reference is an error that says it must not appear within `place`.
  class RecursionObstacle {
   public:
    RecursionObstacle(QueryBinder& binder, const char* place) : binder_(binder), outside_(binder.obstacle_) {
      if (place != nullptr) binder_.obstacle_ = place;
    }
    ~RecursionObstacle() { binder_.obstacle_ = outside_; }
    RecursionObstacle(const RecursionObstacle&) = delete;
    RecursionObstacle& operator=(const RecursionObstacle&) = delete;

   private:
    QueryBinder& binder_;
    const char* outside_;
  };

  // --- expressions ---
  Result<expr::ExprPtr> bind_expr(const ast::Expr& expr, Block& block, Clause clause);
  Result<expr::ExprPtr> bind_boolean(const ast::Expr& expr, Block& block, Clause clause);
  // Binds a condition and filters the block's input by it. EXISTS and IN at its top become semijoins.
  Status bind_condition(const ast::Expr& condition, Block& block, Clause clause);
  // Its two halves, for a SELECT, which binds everything before it puts its plan together.
  Status bind_conjuncts(const ast::Expr& condition, Block& block, Clause clause,
                        std::vector<expr::ExprPtr>& predicates);
  void apply_conjuncts(Block& block, std::vector<expr::ExprPtr> predicates);
  // Select list items, * expanded.
  Result<std::vector<OutputColumn>> bind_targets(const std::vector<ast::Target>& targets, Block& block, Clause clause);
  // Joins what the block's expressions have collected to its input.
  void flush_applies(Block& block);
  // `below_aggregate`: those that are grouped by; else what is left.
  void flush_table_functions(Block& block, bool below_aggregate = false);
  void flush_windows(Block& block);

  // Names that are there and may not be used in what is bound while it lives: for error messages.
  class HiddenScope {
   public:
    HiddenScope(QueryBinder& binder, const Scope* scope) : binder_(binder), added_(scope != nullptr) {
      if (added_) binder_.hidden_.push_back(scope);
    }
    ~HiddenScope() {
      if (added_) binder_.hidden_.pop_back();
    }
    HiddenScope(const HiddenScope&) = delete;
    HiddenScope& operator=(const HiddenScope&) = delete;

   private:
    QueryBinder& binder_;
    const bool added_;
  };

  // WITH: makes its names visible until the returned scope ends.
  class WithScope {
   public:
    explicit WithScope(QueryBinder& binder) : binder_(binder), outer_(binder.common_tables_) {}
    ~WithScope() { binder_.common_tables_ = outer_; }
    WithScope(const WithScope&) = delete;
    WithScope& operator=(const WithScope&) = delete;
    // `around`: the block whose columns the query may see; null for none.
    Status enter(const std::optional<ast::With>& with, Block* around);

   private:
    Status enter_recursive(const ast::With& with, Block* around);
    Status check(const CommonTables::Entry& entry);
    static Status refuse_modifying(const ast::CommonTable& table);
    static SqlError duplicate(const ast::CommonTable& table);

    QueryBinder& binder_;
    const CommonTables* outer_;
    std::vector<std::unique_ptr<CommonTables>> levels_;
  };

 private:
  friend class ExprBinder;
  friend class SelectBinder;
  friend class FromBinder;

  // A WITH query whose definition is being bound.
  struct Definition {
    enum class Part : uint8_t { kWhole, kBase, kStep };
    const ast::CommonTable* table;
    Part part = Part::kWhole;
    uint32_t number = 0;
    std::vector<OutputColumn> columns;  // the base's
    bool referred_to = false;
  };
  Result<std::optional<Plan>> bind_recursive_query(const CommonTables::Entry& entry,
                                                   std::vector<OutputColumn>& outputs);
  Result<Plan> bind_recursive_union(const ast::Query& query, const ast::SetOperation& operation, Block* around,
                                    BoundRelation base, std::vector<OutputColumn>& outputs);

  Result<BoundRelation> bind_body(const ast::Query& query, Block* outer, bool keep_unknown);
  Result<BoundRelation> bind_values(const ast::Values& values, Block* outer, bool keep_unknown);
  Result<BoundRelation> bind_set_operation(const ast::Query& query, const ast::SetOperation& operation, Block* outer);
  Result<BoundRelation> bind_operand(const ast::SetOperation& operation, const ast::Query& operand, Block* outer);
  Result<expr::ExprPtr> bind_limit(const ast::ExprPtr& limit, Clause clause);
  Status bind_limits(const ast::Query& query, BoundRelation& relation);
  Status bind_order_of_outputs(const std::vector<ast::SortItem>& items, BoundRelation& relation);
  Result<RelPtr> expand_view(const catalog::Object& view, std::vector<OutputColumn>& outputs);

  const BindContext& context_;
  Coercions coercions_;
  ColumnTable columns_;
  std::set<ObjectId> relations_;
  const CommonTables* common_tables_ = nullptr;
  std::vector<ObjectId> views_;  // being expanded
  std::set<ObjectId> views_read_;
  std::vector<const Scope*> hidden_;
  std::vector<Definition> definitions_;      // innermost last
  std::set<const ast::CommonTable*> plain_;  // of WITH RECURSIVE, known not to refer to themselves
  const char* obstacle_ = nullptr;
  uint32_t recursions_ = 0;
  size_t blocks_ = 0;
};

// With PostgreSQL's place for NULLs; 42883 when the type has no order.
Result<OrderItem> order_item(const ast::SortItem& item, expr::ExprPtr value);

}  // namespace millrace::sql
