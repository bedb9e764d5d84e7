#include "expr/expr.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "expr/constant_set.h"

namespace millrace::expr {
namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};

// The value's bytes as they lie in a column.
std::string_view raw_bytes(const Value& value, Slot& buffer) {
  buffer = value.slot();
  if (value.type().physical() == Physical::kBytes) return buffer.view();
  return {reinterpret_cast<const char*>(&buffer), physical_bytes(value.type().physical())};
}

bool same_bytes(const Value& a, const Value& b) {
  if (a.type() != b.type() || a.is_null() != b.is_null()) return false;
  Slot slot_a, slot_b;
  return a.is_null() || raw_bytes(a, slot_a) == raw_bytes(b, slot_b);
}

uint64_t hash_value(const Value& value) {
  Slot slot;
  return value.is_null() ? kHashOfNull : hash_bytes(raw_bytes(value, slot));
}

uint64_t hash_function(const ScalarFunction& function) {
  return hash_combine(static_cast<uint64_t>(function.kind), function.oid);
}

uint64_t hash_payload(const Node& node) {
  return std::visit(
      Overload{
          [](const ColumnRef& n) { return hash_int(n.index); }, [](const Constant& n) { return hash_value(n.value); },
          [](const Parameter& n) { return hash_int(n.number); },
          [](const Call& n) { return hash_function(*n.function); },
          [](const AnyOrAll& n) { return hash_combine(hash_function(*n.function), n.all); },
          [](const Extreme& n) { return hash_int(n.greatest); }, [](const FieldSelect& n) { return hash_int(n.field); },
          [](const ArrayConstructor& n) { return hash_int(n.nested); },
          [](const InList& n) {
            uint64_t hash = kHashSeed;
            for (const Value& value : n.values->values()) hash = hash_combine(hash, hash_value(value));
            return hash;
          },
          [](const auto&) { return kHashSeed; },  // no payload: Case, And, ...
      },
      node);
}

const ScalarFunction* function_of(const Node& node) {
  if (const auto* call = std::get_if<Call>(&node)) return call->function;
  if (const auto* any = std::get_if<AnyOrAll>(&node)) return any->function;
  return nullptr;
}

Volatility more_volatile(Volatility a, Volatility b) {
  if (a == Volatility::kVolatile || b == Volatility::kVolatile) return Volatility::kVolatile;
  return a == Volatility::kStable ? a : b;
}

template <class Term>
std::vector<ExprPtr> flattened(std::vector<ExprPtr> terms) {
  std::vector<ExprPtr> flat;
  flat.reserve(terms.size());
  for (ExprPtr& term : terms) {
    if (term->is<Term>()) {
      flat.insert(flat.end(), term->children().begin(), term->children().end());
    } else {
      flat.push_back(std::move(term));
    }
  }
  return flat;
}

SqlType boolean() {
  static const SqlType type = type_of(oid::kBool);
  return type;
}

}  // namespace

bool Constant::operator==(const Constant& other) const { return same_bytes(value, other.value); }

bool InList::operator==(const InList& other) const {
  return std::ranges::equal(values->values(), other.values->values(), same_bytes);
}

Expr::Expr(Private, Node node, std::vector<ExprPtr> children, SqlType type)
    : node_(std::move(node)), children_(std::move(children)), type_(type) {
  MILLRACE_CHECK(type_.valid(), "an expression has a type");
  hash_ = hash_combine(node_.index(), hash_payload(node_));
  hash_ = hash_combine(hash_, hash_combine(type_.oid(), static_cast<uint32_t>(type_.typmod())));
  has_columns_ = is<ColumnRef>();
  has_parameters_ = is<Parameter>();
  if (const ScalarFunction* function = function_of(node_)) {
    volatility_ = function->volatility;
    fallible_ = function->fallible;
  }
  if (const auto* array = as<ArrayConstructor>()) fallible_ = array->nested;  // dimensions may differ
  for (const ExprPtr& child : children_) {
    hash_ = hash_combine(hash_, child->hash_);
    depth_ = std::max(depth_, child->depth_ + 1);
    volatility_ = more_volatile(volatility_, child->volatility_);
    fallible_ |= child->fallible_;
    has_columns_ |= child->has_columns_;
    has_parameters_ |= child->has_parameters_;
  }
}

// A chain of a million nodes must not take a million stack frames to free: whoever frees the root
// takes the subtrees it alone owns apart, one by one.
Expr::~Expr() {
  std::vector<ExprPtr> doomed = std::move(children_);
  while (!doomed.empty()) {
    const ExprPtr expr = std::move(doomed.back());
    doomed.pop_back();
    if (expr.use_count() != 1 || expr->children_.empty()) continue;
    auto& orphans = const_cast<Expr&>(*expr).children_;  // ours alone: nobody can see the change
    std::ranges::move(orphans, std::back_inserter(doomed));
    orphans.clear();
  }
}

ExprPtr Expr::make(Node node, std::vector<ExprPtr> children, SqlType type) {
  return std::make_shared<const Expr>(Private{}, std::move(node), std::move(children), type);
}

bool structurally_equal(const Expr& a, const Expr& b) {
  std::vector<std::pair<const Expr*, const Expr*>> open{{&a, &b}};
  while (!open.empty()) {
    const auto [x, y] = open.back();
    open.pop_back();
    if (x == y) continue;
    if (x->hash() != y->hash() || x->type() != y->type() || x->children().size() != y->children().size() ||
        !(x->node() == y->node())) {
      return false;
    }
    for (size_t i = 0; i < x->children().size(); ++i) open.emplace_back(x->child(i).get(), y->child(i).get());
  }
  return true;
}

ExprPtr make_column(uint32_t index, SqlType type) { return Expr::make(ColumnRef{index}, {}, type); }

ExprPtr make_constant(Value value) {
  const SqlType type = value.type();
  return Expr::make(Constant{std::move(value)}, {}, type);
}

ExprPtr make_null(SqlType type) { return make_constant(Value::null(type)); }
ExprPtr make_bool(bool value) { return make_constant(Value(boolean(), Slot::of_bool(value))); }
ExprPtr make_parameter(uint32_t number, SqlType type) { return Expr::make(Parameter{number}, {}, type); }

ExprPtr make_call(const ScalarFunction& function, std::vector<ExprPtr> arguments, SqlType type) {
  const size_t declared = function.arguments.size();
  MILLRACE_CHECK(arguments.size() == declared || (function.variadic && arguments.size() + 1 >= declared),
                 "wrong number of arguments");
  return Expr::make(Call{&function}, std::move(arguments), type);
}

ExprPtr make_case(std::vector<CaseBranch> branches, ExprPtr otherwise) {
  MILLRACE_CHECK(!branches.empty(), "CASE without WHEN");
  const SqlType type = branches.front().result->type();
  std::vector<ExprPtr> children;
  for (CaseBranch& branch : branches) {
    MILLRACE_CHECK(branch.condition->type().oid() == oid::kBool && branch.result->type().same_base(type),
                   "CASE branches disagree");
    children.push_back(std::move(branch.condition));
    children.push_back(std::move(branch.result));
  }
  children.push_back(otherwise != nullptr ? std::move(otherwise) : make_null(type));
  return Expr::make(Case{}, std::move(children), type);
}

namespace {
ExprPtr make_of_one_type(Node node, std::vector<ExprPtr> arguments) {
  MILLRACE_CHECK(!arguments.empty(), "no arguments");
  const SqlType type = arguments.front()->type();
  for (const ExprPtr& argument : arguments) MILLRACE_CHECK(argument->type().same_base(type), "types disagree");
  return Expr::make(std::move(node), std::move(arguments), type);
}
}  // namespace

ExprPtr make_coalesce(std::vector<ExprPtr> arguments) { return make_of_one_type(Coalesce{}, std::move(arguments)); }
ExprPtr make_greatest(std::vector<ExprPtr> arguments) { return make_of_one_type(Extreme{true}, std::move(arguments)); }
ExprPtr make_least(std::vector<ExprPtr> arguments) { return make_of_one_type(Extreme{false}, std::move(arguments)); }

ExprPtr make_and(std::vector<ExprPtr> terms) {
  terms = flattened<And>(std::move(terms));
  if (terms.empty()) return make_bool(true);
  if (terms.size() == 1) return terms.front();
  return Expr::make(And{}, std::move(terms), boolean());
}

ExprPtr make_or(std::vector<ExprPtr> terms) {
  terms = flattened<Or>(std::move(terms));
  if (terms.empty()) return make_bool(false);
  if (terms.size() == 1) return terms.front();
  return Expr::make(Or{}, std::move(terms), boolean());
}

ExprPtr make_not(ExprPtr argument) { return Expr::make(Not{}, {std::move(argument)}, boolean()); }
ExprPtr make_is_null(ExprPtr argument) { return Expr::make(IsNull{}, {std::move(argument)}, boolean()); }

ExprPtr make_is_distinct(ExprPtr left, ExprPtr right) {
  MILLRACE_CHECK(left->type().same_base(right->type()), "types disagree");
  return Expr::make(IsDistinct{}, {std::move(left), std::move(right)}, boolean());
}

ExprPtr make_in_list(ExprPtr argument, std::vector<Value> values) {
  auto set = std::make_shared<const ConstantSet>(argument->type(), std::move(values));
  return Expr::make(InList{std::move(set)}, {std::move(argument)}, boolean());
}

ExprPtr make_any(const ScalarFunction& comparison, ExprPtr left, ExprPtr array) {
  return Expr::make(AnyOrAll{&comparison, false}, {std::move(left), std::move(array)}, boolean());
}

ExprPtr make_all(const ScalarFunction& comparison, ExprPtr left, ExprPtr array) {
  return Expr::make(AnyOrAll{&comparison, true}, {std::move(left), std::move(array)}, boolean());
}

ExprPtr make_array(std::vector<ExprPtr> elements, SqlType array_type) {
  MILLRACE_CHECK(array_type.info().element != nullptr, "not an array type");
  const bool nested = !elements.empty() && elements.front()->type().info().element != nullptr;
  return Expr::make(ArrayConstructor{nested}, std::move(elements), array_type);
}

ExprPtr make_row(std::vector<ExprPtr> fields, SqlType composite_type) {
  MILLRACE_CHECK(composite_type.info().fields.size() == fields.size(), "ROW does not fit its type");
  return Expr::make(RowConstructor{}, std::move(fields), composite_type);
}

ExprPtr make_field_select(ExprPtr composite, uint32_t field) {
  MILLRACE_CHECK(field < composite->type().info().fields.size(), "no such field");
  if (composite->is<RowConstructor>()) return composite->child(field);
  const SqlType type = composite->type().info().fields[field].type;
  return Expr::make(FieldSelect{field}, {std::move(composite)}, type);
}

ExprPtr make_subscript(ExprPtr array, std::vector<ExprPtr> subscripts) {
  const TypeInfo* element = array->type().info().element;
  MILLRACE_CHECK(element != nullptr && !subscripts.empty(), "cannot be subscripted");
  const SqlType type(*element, array->type().typmod());
  subscripts.insert(subscripts.begin(), std::move(array));
  return Expr::make(Subscript{}, std::move(subscripts), type);
}

}  // namespace millrace::expr
