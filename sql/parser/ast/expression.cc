#include "sql/parser/ast/expression.h"

#include <algorithm>

#include "sql/parser/ast/query.h"

namespace millrace::sql::ast {
namespace {

const Expr* leftmost_child(const Expr& expr) {
  if (const auto* node = expr.as<Operator>()) return node->left.get();
  if (const auto* node = expr.as<QuantifiedArray>()) return node->left.get();
  if (const auto* node = expr.as<And>()) return node->terms.front().get();
  if (const auto* node = expr.as<Or>()) return node->terms.front().get();
  if (const auto* node = expr.as<DistinctFrom>()) return node->left.get();
  if (const auto* node = expr.as<InList>()) return node->argument.get();
  if (const auto* node = expr.as<Between>()) return node->argument.get();
  if (const auto* node = expr.as<NullTest>()) return node->argument.get();
  if (const auto* node = expr.as<BooleanTest>()) return node->argument.get();
  if (const auto* node = expr.as<TypeCast>()) return node->argument.get();
  if (const auto* node = expr.as<Collate>()) return node->argument.get();
  if (const auto* node = expr.as<Indirection>()) return node->argument.get();
  if (const auto* node = expr.as<Sublink>()) return node->test.get();
  return nullptr;
}

}  // namespace

Location begin_of(const Expr& expr) {
  Location begin = expr.location;
  for (const Expr* child = leftmost_child(expr); child != nullptr; child = leftmost_child(*child)) {
    if (child->location >= 0) begin = begin < 0 ? child->location : std::min(begin, child->location);
  }
  return begin;
}

}  // namespace millrace::sql::ast
