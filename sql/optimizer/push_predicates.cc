#include "sql/optimizer/push_predicates.h"

#include <algorithm>

#include "expr/expr_rewrite.h"
#include "sql/plan/join_predicates.h"
#include "sql/plan/properties.h"

namespace millrace::sql {
namespace {

using dataflow::JoinKind;
using expr::ExprPtr;
using Predicates = std::vector<ExprPtr>;

RelPtr push(RelPtr rel, Predicates predicates);

ColumnSet column_set(const RelExpr& rel) {
  const ColumnIds ids = columns_of(rel);
  return {ids.begin(), ids.end()};
}

bool can_move(const ExprPtr& predicate) { return predicate->volatility() != expr::Volatility::kVolatile; }

// Moves those that `fits` from `predicates` to the answer.
template <class Fits>
Predicates take(Predicates& predicates, Fits fits) {
  Predicates taken;
  std::erase_if(predicates, [&](const ExprPtr& predicate) {
    if (!can_move(predicate) || !fits(predicate)) return false;
    taken.push_back(predicate);
    return true;
  });
  return taken;
}

// A row that an outer join pads with NULLs is lost again when a predicate above is not true of NULL.
void narrow_outer_join(Join& join, const Predicates& predicates) {
  ColumnSet rejected;
  for (const ExprPtr& predicate : predicates) rejected.merge(rejects_null(predicate));
  const auto loses_padded = [&](const RelExpr& side) {
    const ColumnIds ids = columns_of(side);
    return std::any_of(ids.begin(), ids.end(), [&](ColumnId id) { return rejected.contains(id); });
  };
  if (join.kind == JoinKind::kFull) {
    const bool left = loses_padded(*join.left);
    const bool right = loses_padded(*join.right);
    if (left) join.kind = right ? JoinKind::kInner : JoinKind::kLeft;
    if (!left && right) {
      std::swap(join.left, join.right);
      join.kind = JoinKind::kLeft;
    }
  } else if (join.kind == JoinKind::kLeft && loses_padded(*join.right)) {
    join.kind = JoinKind::kInner;
  }
}

RelPtr push_into_join(RelPtr rel, Predicates predicates) {
  auto& join = *rel->as<Join>();
  narrow_outer_join(join, predicates);
  const ColumnSet left = column_set(*join.left);
  const ColumnSet right = column_set(*join.right);
  const auto of_left = [&](const ExprPtr& p) { return p->has_columns() && only_refers_to(p, left); };
  const auto of_right = [&](const ExprPtr& p) { return p->has_columns() && only_refers_to(p, right); };
  Predicates to_left;
  Predicates to_right;
  switch (join.kind) {
    case JoinKind::kInner: {
      for (const ExprPtr& predicate : take(predicates, [](const ExprPtr&) { return true; })) {
        for (const ExprPtr& term : expr::conjuncts(predicate)) join.predicates.push_back(term);
      }
      to_left = take(join.predicates, of_left);
      to_right = take(join.predicates, of_right);
      break;
    }
    case JoinKind::kLeft:
    case JoinKind::kAnti:
      to_left = take(predicates, of_left);
      to_right = take(join.predicates, of_right);
      break;
    case JoinKind::kSemi:
      to_left = take(predicates, of_left);
      for (ExprPtr& predicate : take(join.predicates, of_left)) to_left.push_back(std::move(predicate));
      to_right = take(join.predicates, of_right);
      break;
    case JoinKind::kFull: break;
  }
  join.left = push(std::move(join.left), std::move(to_left));
  join.right = push(std::move(join.right), std::move(to_right));
  return make_filter(std::move(rel), std::move(predicates));
}

RelPtr push_into_map(RelPtr rel, Predicates predicates) {
  auto& map = *rel->as<Map>();
  Predicates below = take(predicates, [&](const ExprPtr& predicate) {
    ColumnSet used;
    add_referenced(predicate, used);
    return std::none_of(map.computed.begin(), map.computed.end(), [&](const Map::Computed& computed) {
      return used.contains(computed.id) && !can_move(computed.value);
    });
  });
  for (ExprPtr& predicate : below) {
    predicate = expr::substitute_columns(predicate, [&](uint32_t id, SqlType type) {
      for (const Map::Computed& computed : map.computed) {
        if (computed.id == id) return computed.value;
      }
      return expr::make_column(id, type);
    });
  }
  map.input = push(std::move(map.input), std::move(below));
  return make_filter(std::move(rel), std::move(predicates));
}

RelPtr push_into_union(RelPtr rel, Predicates predicates) {
  auto& sum = *rel->as<Union>();
  const Predicates below = take(predicates, [](const ExprPtr&) { return true; });
  for (size_t k = 0; k < sum.inputs.size(); ++k) {
    Predicates renamed;
    for (const ExprPtr& predicate : below) {
      renamed.push_back(expr::substitute_columns(predicate, [&](uint32_t id, SqlType type) {
        const auto found = std::find(sum.columns.begin(), sum.columns.end(), id);
        return expr::make_column(
            found == sum.columns.end() ? id : sum.input_columns[k][static_cast<size_t>(found - sum.columns.begin())],
            type);
      }));
    }
    sum.inputs[k] = push(std::move(sum.inputs[k]), std::move(renamed));
  }
  return make_filter(std::move(rel), std::move(predicates));
}

RelPtr push(RelPtr rel, Predicates predicates) {
  if (auto* filter = rel->as<Filter>()) {
    for (const ExprPtr& predicate : filter->predicates) {
      for (const ExprPtr& term : expr::conjuncts(predicate)) predicates.push_back(term);
    }
    RelPtr input = std::move(filter->input);
    return push(std::move(input), std::move(predicates));
  }
  if (rel->as<Join>() != nullptr) return push_into_join(std::move(rel), std::move(predicates));
  if (rel->as<Map>() != nullptr) return push_into_map(std::move(rel), std::move(predicates));
  if (rel->as<Union>() != nullptr) return push_into_union(std::move(rel), std::move(predicates));
  // Columns below which a predicate may go.
  ColumnSet through;
  if (const auto* aggregate = rel->as<Aggregate>()) {
    through.insert(aggregate->group.begin(), aggregate->group.end());
  } else if (const auto* distinct = rel->as<Distinct>()) {
    through.insert(distinct->columns.begin(), distinct->columns.end());
  } else if (const auto* top = rel->as<TopK>()) {
    through.insert(top->partition.begin(), top->partition.end());
  } else if (const auto* window = rel->as<Window>()) {
    // Whole partitions only: any other row is counted by, or read by, those that stay.
    through.insert(window->partition.begin(), window->partition.end());
  } else if (const auto* function = rel->as<TableFunction>(); function != nullptr) {
    through = column_set(*function->input);
  }
  Predicates below = take(predicates, [&](const ExprPtr& p) { return p->has_columns() && only_refers_to(p, through); });
  const std::vector<RelPtr*> inputs = inputs_of(*rel);
  for (size_t i = 0; i < inputs.size(); ++i) {
    *inputs[i] = push(std::move(*inputs[i]), inputs.size() == 1 ? std::move(below) : Predicates{});
  }
  return make_filter(std::move(rel), std::move(predicates));
}

}  // namespace

RelPtr push_predicates(RelPtr rel) { return push(std::move(rel), {}); }

}  // namespace millrace::sql
