#include "sql/plan/properties.h"

#include <algorithm>

namespace millrace::sql {
namespace {

using dataflow::JoinKind;
using Keys = std::vector<ColumnSet>;

constexpr size_t kKeysMax = 8;  // a join multiplies its inputs' keys

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

bool contains(const ColumnSet& all, const ColumnSet& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

void add_key(Keys& keys, ColumnSet key) {
  for (const ColumnSet& other : keys) {
    if (contains(key, other)) return;
  }
  std::erase_if(keys, [&](const ColumnSet& other) { return contains(other, key); });
  if (keys.size() < kKeysMax) keys.push_back(std::move(key));
}

Keys keys_of_get(const Get& get, const catalog::CatalogSnapshot& catalog) {
  Keys keys;
  const catalog::Object* object = catalog.find(get.relation);
  if (object == nullptr) return keys;
  const auto add = [&](const std::vector<uint32_t>& attributes) {
    ColumnSet key;
    for (const uint32_t attribute : attributes) {
      const auto found = std::find(get.attributes.begin(), get.attributes.end(), attribute);
      if (found == get.attributes.end()) return;
      key.insert(get.columns[static_cast<size_t>(found - get.attributes.begin())]);
    }
    add_key(keys, std::move(key));
  };
  if (const auto* table = object->as<catalog::Table>()) {
    for (const catalog::UniqueConstraint& unique : table->unique) {
      // NULLs repeat under UNIQUE.
      const bool non_null = std::all_of(unique.columns.begin(), unique.columns.end(),
                                        [&](uint32_t attribute) { return object->columns[attribute].not_null; });
      if (unique.primary || non_null) add(unique.columns);
    }
  } else if (const auto* view = object->as<catalog::MaterializedView>()) {
    if (view->has_key) add(view->key);
  }
  return keys;
}

// Columns of one side that the predicates equate with something of the other.
ColumnSet equated_columns(const std::vector<expr::ExprPtr>& predicates, const ColumnSet& side) {
  ColumnSet out;
  for (const expr::ExprPtr& predicate : predicates) {
    const auto* call = predicate->as<expr::Call>();
    const bool equal = call != nullptr && call->function->kind == expr::FunctionKind::kOperator &&
                       call->function->name == "=" && predicate->children().size() == 2;
    const bool null_safe = predicate->is<expr::Not>() && predicate->child(0)->is<expr::IsDistinct>();
    if (!equal && !null_safe) continue;
    const expr::ExprPtr& pair = equal ? predicate : predicate->child(0);
    for (const size_t i : {0u, 1u}) {
      const auto* column = pair->child(i)->as<expr::ColumnRef>();
      if (column == nullptr || !side.contains(column->index)) continue;
      ColumnSet other;
      add_referenced(pair->child(1 - i), other);
      const bool crosses = std::none_of(other.begin(), other.end(), [&](ColumnId id) { return side.contains(id); });
      if (crosses) out.insert(column->index);
    }
  }
  return out;
}

// Columns that the predicates equate with something without columns.
ColumnSet fixed_columns(const std::vector<expr::ExprPtr>& predicates) {
  ColumnSet out;
  for (const expr::ExprPtr& predicate : predicates) {
    const auto* call = predicate->as<expr::Call>();
    const bool equal = call != nullptr && call->function->kind == expr::FunctionKind::kOperator &&
                       call->function->name == "=" && predicate->children().size() == 2;
    if (!equal) continue;
    for (const size_t i : {0u, 1u}) {
      const auto* column = predicate->child(i)->as<expr::ColumnRef>();
      const expr::ExprPtr& other = predicate->child(1 - i);
      if (column != nullptr && !other->has_columns() && other->volatility() != expr::Volatility::kVolatile) {
        out.insert(column->index);
      }
    }
  }
  return out;
}

Keys keys_of_join(const Join& join, const catalog::CatalogSnapshot& catalog) {
  const Keys left = keys_of(*join.left, catalog);
  if (join.kind == JoinKind::kSemi || join.kind == JoinKind::kAnti) return left;
  const Keys right = keys_of(*join.right, catalog);
  const auto matches_one = [&](const RelExpr& side, const Keys& keys) {
    const ColumnIds ids = columns_of(side);
    const ColumnSet equated = equated_columns(join.predicates, ColumnSet(ids.begin(), ids.end()));
    return std::any_of(keys.begin(), keys.end(), [&](const ColumnSet& key) { return contains(equated, key); });
  };
  Keys out;
  if (join.kind != JoinKind::kFull && matches_one(*join.right, right)) {
    for (const ColumnSet& key : left) add_key(out, key);
  }
  if (join.kind == JoinKind::kInner && matches_one(*join.left, left)) {
    for (const ColumnSet& key : right) add_key(out, key);
  }
  if (join.kind == JoinKind::kFull) {
    // An unmatched row has NULLs in the other side's key, which a nullable key may have as well.
    return out;
  }
  for (const ColumnSet& l : left) {
    for (const ColumnSet& r : right) {
      ColumnSet both = l;
      both.insert(r.begin(), r.end());
      add_key(out, std::move(both));
    }
  }
  return out;
}

}  // namespace

Keys keys_of(const RelExpr& rel, const catalog::CatalogSnapshot& catalog) {
  return std::visit(
      Overload{
          [&](const Get& x) { return keys_of_get(x, catalog); },
          [](const Rows& x) { return x.rows.size() <= 1 ? Keys{{}} : Keys{}; },
          [&](const Filter& x) {
            // A column that equals one value adds nothing to a key.
            const ColumnSet fixed = fixed_columns(x.predicates);
            Keys keys;
            for (ColumnSet key : keys_of(*x.input, catalog)) {
              std::erase_if(key, [&](ColumnId id) { return fixed.contains(id); });
              add_key(keys, std::move(key));
            }
            return keys;
          },
          [&](const Map& x) { return keys_of(*x.input, catalog); },
          [&](const Join& x) { return keys_of_join(x, catalog); },
          [](const Apply&) { return Keys{}; },
          [](const Aggregate& x) { return Keys{ColumnSet(x.group.begin(), x.group.end())}; },
          [&](const Distinct& x) {
            Keys keys = {ColumnSet(x.columns.begin(), x.columns.end())};
            for (const ColumnSet& key : keys_of(*x.input, catalog)) {
              if (contains(keys.front(), key)) add_key(keys, key);
            }
            return keys;
          },
          [&](const TopK& x) {
            Keys keys = keys_of(*x.input, catalog);
            if (x.limit && *x.limit <= 1 && !x.with_ties)
              add_key(keys, ColumnSet(x.partition.begin(), x.partition.end()));
            return keys;
          },
          [&](const Window& x) {
            Keys keys = keys_of(*x.input, catalog);
            for (const Window::Call& call : x.calls) {
              if (call.function == nullptr || call.function->which != expr::WindowFunctionKind::kRowNumber) continue;
              ColumnSet key(x.partition.begin(), x.partition.end());
              key.insert(call.id);
              add_key(keys, std::move(key));
            }
            return keys;
          },
          [&](const Union& x) {
            Keys keys;
            if (x.inputs.size() != 1) return keys;
            for (const ColumnSet& key : keys_of(*x.inputs[0], catalog)) {
              ColumnSet renamed;
              for (const ColumnId id : key) {
                const auto found = std::find(x.input_columns[0].begin(), x.input_columns[0].end(), id);
                if (found == x.input_columns[0].end()) break;
                renamed.insert(x.columns[static_cast<size_t>(found - x.input_columns[0].begin())]);
              }
              if (renamed.size() == key.size()) add_key(keys, std::move(renamed));
            }
            return keys;
          },
          [](const SetOperation& x) { return x.all ? Keys{} : Keys{ColumnSet(x.columns.begin(), x.columns.end())}; },
          [](const AtMostOne& x) { return Keys{ColumnSet(x.partition.begin(), x.partition.end())}; },
          [](const TableFunction&) { return Keys{}; },
          [](const Recursion& x) { return x.distinct ? Keys{ColumnSet(x.columns.begin(), x.columns.end())} : Keys{}; },
          [](const WorkingTable&) { return Keys{}; },
      },
      rel.kind);
}

ColumnSet rejects_null(const expr::ExprPtr& predicate) {
  ColumnSet out;
  if (predicate->is<expr::And>()) {
    for (const expr::ExprPtr& term : predicate->children()) out.merge(rejects_null(term));
    return out;
  }
  if (predicate->is<expr::Or>()) {
    bool first = true;
    for (const expr::ExprPtr& term : predicate->children()) {
      const ColumnSet one = rejects_null(term);
      if (first) {
        out = one;
      } else {
        std::erase_if(out, [&](ColumnId id) { return !one.contains(id); });
      }
      first = false;
    }
    return out;
  }
  if (predicate->is<expr::Not>()) {
    const expr::ExprPtr& inner = predicate->child(0);
    if (inner->is<expr::IsNull>()) {
      if (const auto* column = inner->child(0)->as<expr::ColumnRef>()) out.insert(column->index);
      return out;
    }
    if (inner->is<expr::Call>()) return rejects_null(inner);  // NULL inside stays NULL under NOT
    return out;
  }
  if (const auto* column = predicate->as<expr::ColumnRef>()) return {column->index};
  if (predicate->is<expr::InList>()) return rejects_null(predicate->child(0));
  if (const auto* call = predicate->as<expr::Call>(); call != nullptr && call->function->strict) {
    for (const expr::ExprPtr& argument : predicate->children()) out.merge(rejects_null(argument));
  }
  return out;
}

ColumnSet non_null_of(const RelExpr& rel, const catalog::CatalogSnapshot& catalog) {
  ColumnSet out;
  if (const auto* get = rel.as<Get>()) {
    const catalog::Object* object = catalog.find(get->relation);
    for (size_t i = 0; object != nullptr && i < get->columns.size(); ++i) {
      if (object->columns[get->attributes[i]].not_null) out.insert(get->columns[i]);
    }
    return out;
  }
  if (const auto* join = rel.as<Join>()) {
    if (join->kind == JoinKind::kFull) return out;
    out = non_null_of(*join->left, catalog);
    if (join->kind == JoinKind::kInner) {
      out.merge(non_null_of(*join->right, catalog));
      for (const expr::ExprPtr& predicate : join->predicates) out.merge(rejects_null(predicate));
    }
    return out;
  }
  if (const auto* filter = rel.as<Filter>()) {
    out = non_null_of(*filter->input, catalog);
    for (const expr::ExprPtr& predicate : filter->predicates) out.merge(rejects_null(predicate));
    return out;
  }
  if (const auto* aggregate = rel.as<Aggregate>()) {
    const ColumnSet below = non_null_of(*aggregate->input, catalog);
    for (const ColumnId id : aggregate->group) {
      if (below.contains(id)) out.insert(id);
    }
    return out;
  }
  if (rel.as<Map>() != nullptr || rel.as<Distinct>() != nullptr || rel.as<TopK>() != nullptr ||
      rel.as<Window>() != nullptr || rel.as<AtMostOne>() != nullptr || rel.as<TableFunction>() != nullptr) {
    return non_null_of(*inputs_of(rel)[0], catalog);
  }
  return out;
}

}  // namespace millrace::sql
