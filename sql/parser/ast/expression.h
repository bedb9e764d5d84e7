// Expressions as they are written: one struct a form, all of them in ast::Expr.
#pragma once

#include <optional>
#include <variant>

#include "sql/parser/ast/names.h"

namespace millrace::sql::ast {

struct ColumnRef {
  std::vector<std::string> names;
  bool star = false;  // a.* or *
};

struct Parameter {
  int32_t number;  // 1-based
};

struct Constant {
  enum class Kind : uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kBitString };
  Kind kind;
  int32_t integer = 0;  // kInteger's value, kBoolean's 0 or 1
  std::string text;     // kNumber, kString; kBitString with its leading b or x
};

struct TypeCast {
  ExprPtr argument;
  TypeName type;
};

struct Collate {
  ExprPtr argument;
  ObjectName collation;
};

// `left` is null for a prefix operator. LIKE, ILIKE and SIMILAR TO are here too: ~~, ~~*, ~.
struct Operator {
  ObjectName name;
  ExprPtr left;
  ExprPtr right;
};

// left OP ANY|ALL (array)
struct QuantifiedArray {
  ObjectName name;
  bool all = false;
  ExprPtr left;
  ExprPtr right;
};

struct And {
  Exprs terms;
};
struct Or {
  Exprs terms;
};
struct Not {
  ExprPtr argument;
};

struct DistinctFrom {
  ExprPtr left;
  ExprPtr right;
  bool negated = false;  // IS NOT DISTINCT FROM
};

struct NullIf {
  ExprPtr left;
  ExprPtr right;
};

struct InList {
  ExprPtr argument;
  Exprs list;
  bool negated = false;
};

struct Between {
  ExprPtr argument;
  ExprPtr low;
  ExprPtr high;
  bool negated = false;
  bool symmetric = false;
};

struct NullTest {
  ExprPtr argument;
  bool negated = false;  // IS NOT NULL
};

enum class TruthValue : uint8_t { kTrue, kFalse, kUnknown };

struct BooleanTest {
  ExprPtr argument;
  TruthValue value;
  bool negated = false;
};

struct CaseWhen {
  ExprPtr condition;
  ExprPtr result;
  Location location = -1;
};

struct Case {
  ExprPtr argument;  // null: the searched form
  std::vector<CaseWhen> whens;
  ExprPtr otherwise;  // null: none
};

struct Coalesce {
  Exprs arguments;
};

struct GreatestLeast {
  bool greatest;
  Exprs arguments;
};

enum class SortDirection : uint8_t { kDefault, kAscending, kDescending, kUsing };
enum class NullsOrder : uint8_t { kDefault, kFirst, kLast };

struct SortItem {
  ExprPtr expression;
  SortDirection direction = SortDirection::kDefault;
  NullsOrder nulls = NullsOrder::kDefault;
  std::string using_operator;  // of kUsing
  Location location = -1;
};

struct WindowDefinition {
  std::string name;       // WINDOW name AS (...); OVER name
  std::string base_name;  // OVER (base ...)
  Exprs partition_by;
  std::vector<SortItem> order_by;
  int32_t frame_options = 0;  // PostgreSQL's FRAMEOPTION bits
  ExprPtr start_offset;
  ExprPtr end_offset;
  Location location = -1;
};

struct FunctionCall {
  ObjectName name;
  Exprs arguments;
  std::vector<std::string> argument_names;  // empty, or one an argument ("" where positional)
  bool star = false;                        // count(*)
  bool distinct = false;
  bool variadic = false;  // f(VARIADIC array)
  bool within_group = false;
  bool sql_syntax = false;  // EXTRACT(.. FROM ..), OVERLAY(..): the grammar's call, not the user's
  std::vector<SortItem> order_by;
  ExprPtr filter;
  std::unique_ptr<WindowDefinition> over;
};

// CURRENT_DATE and the other words that are calls without parentheses.
struct SqlValueFunction {
  enum class Kind : uint8_t {
    kCurrentDate,
    kCurrentTime,
    kCurrentTimestamp,
    kLocalTime,
    kLocalTimestamp,
    kCurrentRole,
    kCurrentUser,
    kUser,
    kSessionUser,
    kCurrentCatalog,
    kCurrentSchema,
  };
  Kind kind;
  int32_t precision = -1;
};

struct Row {
  Exprs fields;
  bool explicit_row = false;  // ROW(..) and not (.., ..)
};

struct ArrayConstructor {
  Exprs elements;
};

// argument.field, argument.*, argument[i], argument[low:high]
struct Indirection {
  struct Step {
    enum class Kind : uint8_t { kField, kStar, kSubscript, kSlice };
    Kind kind;
    std::string field;
    ExprPtr lower;  // kSlice: may be null
    ExprPtr upper;  // the subscript; kSlice: may be null
  };
  ExprPtr argument;
  std::vector<Step> steps;
};

struct Sublink {
  enum class Kind : uint8_t { kExists, kAny, kAll, kScalar, kArray };
  Kind kind;
  ExprPtr test;     // kAny, kAll
  ObjectName name;  // their operator; empty for IN
  QueryPtr query;
};

struct SetToDefault {};

struct Grouping {
  Exprs arguments;
};

// A form of PostgreSQL's grammar that we do not have: answered with 0A000 when it is bound.
struct UnsupportedExpr {
  std::string what;
};

using ExprKind = std::variant<ColumnRef, Parameter, Constant, TypeCast, Collate, Operator, QuantifiedArray, And, Or,
                              Not, DistinctFrom, NullIf, InList, Between, NullTest, BooleanTest, Case, Coalesce,
                              GreatestLeast, FunctionCall, SqlValueFunction, Row, ArrayConstructor, Indirection,
                              Sublink, SetToDefault, Grouping, UnsupportedExpr>;

struct Expr {
  ExprKind kind;
  Location location = -1;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&kind);
  }
};

// Where the expression's text begins: its location is that of its operator. PostgreSQL's exprLocation.
Location begin_of(const Expr& expr);

}  // namespace millrace::sql::ast
