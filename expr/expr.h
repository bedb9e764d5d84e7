// The typed scalar expression: an immutable tree, shared by pointer.
//
//   ExprPtr sum = make_call(*plus, {make_column(0, int4), make_constant(one)}, int4);
//   if (const Call* call = sum->as<Call>()) ... call->function, sum->child(0) ...
//
// A node is its own payload (a variant: passes use std::visit or as<>) and a list of children, so that
// walks, rewrites, equality and hashing are written once. What follows from the whole tree (hash,
// depth, volatility, ...) is computed when a node is made and costs nothing to ask.
//
// Everything is resolved: types are final, casts are calls. Trees may be deep (a chain of 5,000
// binary operators): nothing here recurses, destruction included. Evaluation refuses more than
// kMaxDepth levels with 54001. AND and OR are n-ary, so long chains of them are flat.
//
// Threads: any number may read. Equality and hash are structural: same shape, same functions, same
// types, constants with the same bytes (1.0 is not 1.00). The hash is stable across processes.
#pragma once

#include <memory>
#include <unordered_set>
#include <variant>
#include <vector>

#include "expr/scalar_function.h"
#include "types/value.h"

namespace millrace::expr {

class Expr;
using ExprPtr = std::shared_ptr<const Expr>;

inline constexpr uint32_t kMaxDepth = 1000;

// --- Payloads. Children in the order given. ---

// A column of the input row.
struct ColumnRef {
  uint32_t index;
  bool operator==(const ColumnRef&) const = default;
};
struct Constant {
  Value value;
  bool operator==(const Constant& other) const;  // same bytes
};
// $number, counted from 1; its value comes with the EvalContext.
struct Parameter {
  uint32_t number;
  bool operator==(const Parameter&) const = default;
};
// Children: the arguments, of exactly the types that overload resolution asked for.
struct Call {
  const ScalarFunction* function;
  bool operator==(const Call&) const = default;
};
// CASE WHEN .. THEN .. ELSE. Children: condition, result, condition, result, ..., otherwise.
struct Case {
  bool operator==(const Case&) const = default;
};
struct Coalesce {
  bool operator==(const Coalesce&) const = default;
};
// GREATEST and LEAST: NULL arguments are passed over.
struct Extreme {
  bool greatest;
  bool operator==(const Extreme&) const = default;
};
struct And {
  bool operator==(const And&) const = default;
};
struct Or {
  bool operator==(const Or&) const = default;
};
struct Not {
  bool operator==(const Not&) const = default;
};
// IS NULL. Of a composite value: it is NULL or all its fields are. (IS NOT NULL of a scalar
// is Not(IsNull); of a composite it is that for each field.)
struct IsNull {
  bool operator==(const IsNull&) const = default;
};
// IS DISTINCT FROM, by the type's ordering. Children: left, right, of one type.
struct IsDistinct {
  bool operator==(const IsDistinct&) const = default;
};
// child IN (constants): NULL when the child is, or when it is not found and the list has a NULL.
class ConstantSet;
struct InList {
  std::shared_ptr<const ConstantSet> values;
  bool operator==(const InList& other) const;
};
// left op ANY (array), left op ALL (array). Children: left, array.
struct AnyOrAll {
  const ScalarFunction* function;
  bool all;
  bool operator==(const AnyOrAll&) const = default;
};
// ARRAY[...]: the node's type is the array type; children are elements, or arrays when `nested`.
struct ArrayConstructor {
  bool nested;
  bool operator==(const ArrayConstructor&) const = default;
};
// ROW(...): the node's type is the composite type.
struct RowConstructor {
  bool operator==(const RowConstructor&) const = default;
};
// (child).field
struct FieldSelect {
  uint32_t field;
  bool operator==(const FieldSelect&) const = default;
};
// child[i][j]... Children: the array, then the subscripts (int4).
struct Subscript {
  bool operator==(const Subscript&) const = default;
};

using Node = std::variant<ColumnRef, Constant, Parameter, Call, Case, Coalesce, Extreme, And, Or, Not, IsNull,
                          IsDistinct, InList, AnyOrAll, ArrayConstructor, RowConstructor, FieldSelect, Subscript>;

class Expr {
  struct Private {};

 public:
  Expr(Private, Node node, std::vector<ExprPtr> children, SqlType type);
  ~Expr();
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;

  // The one way to make a node; the make_* functions below check shapes.
  static ExprPtr make(Node node, std::vector<ExprPtr> children, SqlType type);

  SqlType type() const { return type_; }
  const Node& node() const { return node_; }
  template <class T>
  const T* as() const {
    return std::get_if<T>(&node_);
  }
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(node_);
  }
  const std::vector<ExprPtr>& children() const { return children_; }
  const ExprPtr& child(size_t i) const { return children_[i]; }

  uint64_t hash() const { return hash_; }
  uint32_t depth() const { return depth_; }
  // The most volatile function anywhere below.
  Volatility volatility() const { return volatility_; }
  // Whether evaluating it can raise an error.
  bool fallible() const { return fallible_; }
  bool has_columns() const { return has_columns_; }
  bool has_parameters() const { return has_parameters_; }
  // The same value for every row and every evaluation.
  bool is_foldable() const { return !has_columns_ && !has_parameters_ && volatility_ == Volatility::kImmutable; }

 private:
  Node node_;
  std::vector<ExprPtr> children_;
  SqlType type_;
  uint64_t hash_;
  uint32_t depth_ = 1;
  Volatility volatility_ = Volatility::kImmutable;
  bool fallible_ = false;
  bool has_columns_ = false;
  bool has_parameters_ = false;
};

bool structurally_equal(const Expr& a, const Expr& b);

// For sets and maps keyed by structure.
struct ExprHash {
  size_t operator()(const ExprPtr& expr) const { return expr->hash(); }
};
struct ExprEqual {
  bool operator()(const ExprPtr& a, const ExprPtr& b) const { return structurally_equal(*a, *b); }
};

ExprPtr make_column(uint32_t index, SqlType type);
ExprPtr make_constant(Value value);
ExprPtr make_null(SqlType type);
ExprPtr make_bool(bool value);
ExprPtr make_parameter(uint32_t number, SqlType type);
ExprPtr make_call(const ScalarFunction& function, std::vector<ExprPtr> arguments, SqlType type);
struct CaseBranch {
  ExprPtr condition;
  ExprPtr result;
};
// Without `otherwise` the last resort is NULL. REQUIRES: at least one branch, all of one type.
ExprPtr make_case(std::vector<CaseBranch> branches, ExprPtr otherwise);
ExprPtr make_coalesce(std::vector<ExprPtr> arguments);
ExprPtr make_greatest(std::vector<ExprPtr> arguments);
ExprPtr make_least(std::vector<ExprPtr> arguments);
// Nested ANDs (ORs) are flattened; of no term TRUE (FALSE), of one that term.
ExprPtr make_and(std::vector<ExprPtr> terms);
ExprPtr make_or(std::vector<ExprPtr> terms);
ExprPtr make_not(ExprPtr argument);
ExprPtr make_is_null(ExprPtr argument);
ExprPtr make_is_distinct(ExprPtr left, ExprPtr right);
// REQUIRES: every value has the argument's base type.
ExprPtr make_in_list(ExprPtr argument, std::vector<Value> values);
ExprPtr make_any(const ScalarFunction& comparison, ExprPtr left, ExprPtr array);
ExprPtr make_all(const ScalarFunction& comparison, ExprPtr left, ExprPtr array);
ExprPtr make_array(std::vector<ExprPtr> elements, SqlType array_type);
ExprPtr make_row(std::vector<ExprPtr> fields, SqlType composite_type);
// Of ROW(..) the field itself.
ExprPtr make_field_select(ExprPtr composite, uint32_t field);
ExprPtr make_subscript(ExprPtr array, std::vector<ExprPtr> subscripts);

}  // namespace millrace::expr
