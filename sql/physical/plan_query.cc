#include "sql/physical/plan_query.h"

#include <algorithm>

#include "expr/coercion.h"
#include "sql/optimizer/optimize.h"
#include "sql/physical/circuit_writer.h"
#include "sql/physical/lower.h"
#include "sql/plan/properties.h"
#include "sql/plan/separate_rounds.h"

namespace millrace::sql {
namespace {

using expr::ExprPtr;

// The smallest key among the outputs, as positions.
void set_key(const Plan& plan, const catalog::CatalogSnapshot& catalog, dataflow::CircuitPlan& circuit) {
  const ColumnSet* best = nullptr;
  const std::vector<ColumnSet> keys = keys_of(*plan.root, catalog);
  for (const ColumnSet& key : keys) {
    const bool visible = std::all_of(key.begin(), key.end(), [&](ColumnId id) {
      return std::find(plan.outputs.begin(), plan.outputs.end(), id) != plan.outputs.end();
    });
    if (visible && (best == nullptr || key.size() < best->size())) best = &key;
  }
  if (best == nullptr) return;
  circuit.has_key = true;
  for (uint32_t i = 0; i < plan.outputs.size(); ++i) {
    const auto first = std::find(plan.outputs.begin(), plan.outputs.end(), plan.outputs[i]);
    if (best->contains(plan.outputs[i]) && first - plan.outputs.begin() == i) circuit.key.push_back(i);
  }
}

// varchar = text compares text: the relabelling is looked through.
ExprPtr without_relabel(const ExprPtr& expr) {
  const auto* call = expr->as<expr::Call>();
  const bool relabel = call != nullptr && call->function->kind == expr::FunctionKind::kCast &&
                       expr->children().size() == 1 && expr->type().info().category == 'S' &&
                       expr->child(0)->type().oid() == oid::kVarchar;
  return relabel ? expr->child(0) : expr;
}

// `filter` as column = value without columns.
struct ColumnEquality {
  uint32_t column;
  ExprPtr value;
};

std::optional<ColumnEquality> as_column_equality(const ExprPtr& filter) {
  const auto* call = filter->as<expr::Call>();
  if (call == nullptr || call->function->kind != expr::FunctionKind::kOperator || call->function->name != "=" ||
      filter->children().size() != 2) {
    return std::nullopt;
  }
  for (const size_t i : {0u, 1u}) {
    const ExprPtr side = without_relabel(filter->child(i));
    const ExprPtr& other = filter->child(1 - i);
    const auto* column = side->as<expr::ColumnRef>();
    if (column == nullptr || (!other->is<expr::Constant>() && !other->is<expr::Parameter>())) continue;
    SqlType type = side->type().without_typmod();
    if (type.oid() == oid::kVarchar) type = type_of(oid::kText);  // the same bytes
    if (other->type().same_base(type)) return ColumnEquality{column->index, other};
    // A narrower integer is widened; a wider one might not fit the key.
    if (!expr::can_coerce(other->type(), type, expr::CastContext::kImplicit)) return std::nullopt;
    auto widened = expr::coerce(other, type, expr::CastContext::kImplicit);
    if (!widened) return std::nullopt;
    return ColumnEquality{column->index, std::move(*widened)};
  }
  return std::nullopt;
}

}  // namespace

Result<dataflow::CircuitPlan> plan_circuit(Plan plan, ColumnTable& columns, const catalog::CatalogSnapshot& catalog) {
  TRY(plan, optimize(std::move(plan), columns, catalog));
  TRY(separate_rounds(*plan.root, columns));
  TRY(dataflow::CircuitPlan circuit, lower(plan, columns));
  set_key(plan, catalog, circuit);
  return circuit;
}

std::optional<std::vector<uint32_t>> served_key(const catalog::Object& relation) {
  if (const auto* table = relation.as<catalog::Table>()) {
    if (!table->unique.empty() && table->unique[0].primary) return table->unique[0].columns;
  } else if (const auto* view = relation.as<catalog::MaterializedView>()) {
    if (view->has_key) return view->key;
  }
  return std::nullopt;
}

std::optional<PointRead> as_point_read(const dataflow::CircuitPlan& plan, const catalog::CatalogSnapshot& catalog) {
  const auto* map = std::get_if<dataflow::MapNode>(&plan.nodes[plan.root].kind);
  const dataflow::NodeIndex below = map == nullptr ? plan.root : map->input;
  const auto* input = std::get_if<dataflow::InputNode>(&plan.nodes[below].kind);
  if (input == nullptr) return std::nullopt;
  const catalog::Object* relation = catalog.find(input->relation);
  if (relation == nullptr) return std::nullopt;
  const auto key = served_key(*relation);
  if (!key) return std::nullopt;

  PointRead read;
  read.relation = input->relation;
  std::vector<ExprPtr> values(key->size());
  if (map != nullptr) {
    for (const ExprPtr& filter : map->filters) {
      auto equality = as_column_equality(filter);
      if (!equality) return std::nullopt;
      const auto found = std::find(key->begin(), key->end(), input->columns[equality->column]);
      if (found == key->end()) return std::nullopt;
      ExprPtr& value = values[static_cast<size_t>(found - key->begin())];
      if (value != nullptr) return std::nullopt;  // two conditions on one column
      value = std::move(equality->value);
    }
    for (const ExprPtr& output : map->outputs) {
      const auto* column = output->as<expr::ColumnRef>();
      if (column == nullptr) return std::nullopt;
      read.projection.push_back(input->columns[column->index]);
    }
  } else {
    read.projection = input->columns;
  }
  for (const ExprPtr& value : values) {
    if (value == nullptr) return std::nullopt;
  }
  read.key = std::move(values);
  return read;
}

bool is_volatile_or_now(const dataflow::CircuitPlan& plan) {
  return any_expression(
      plan, [](const ExprPtr& expression) { return expression->volatility() != expr::Volatility::kImmutable; });
}

}  // namespace millrace::sql
