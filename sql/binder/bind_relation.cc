// Catalogued relations and views in FROM.
#include <fmt/format.h>

#include <algorithm>

#include "sql/binder/query_binder.h"

namespace millrace::sql {

Result<const catalog::Object*> QueryBinder::find_relation(const ast::ObjectName& name) const {
  if (name.parts.size() > 3) {
    return SqlError(sqlstate::kSyntaxError,
                    fmt::format("improper relation name (too many dotted names): {}", name.to_string()))
        .at(name.location);
  }
  if (name.parts.size() == 3 && name.parts[0] != context_.database) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("cross-database references are not implemented: \"{}\"", name.to_string()))
        .at(name.location);
  }
  const std::string schema = name.parts.size() > 1 ? name.parts[name.parts.size() - 2] : std::string();
  const catalog::Object* object = context_.catalog->resolve(schema, name.last(), context_.search_path);
  const std::string shown = schema.empty() ? name.last() : schema + "." + name.last();
  if (object == nullptr || object->as<catalog::Connection>() != nullptr || object->as<catalog::Secret>() != nullptr) {
    return SqlError(sqlstate::kUndefinedTable, fmt::format("relation \"{}\" does not exist", shown)).at(name.location);
  }
  return object;
}

Result<QueryBinder::BoundTable> QueryBinder::bind_relation(const catalog::Object& object, const std::string& alias) {
  if (!object.is_relation()) {
    if (object.as<catalog::Source>() != nullptr) {
      return SqlError(sqlstate::kWrongObjectType, fmt::format("cannot read from source \"{}\"", object.name.name))
          .with_hint("The source makes several relations: read one of them.");
    }
    return SqlError(sqlstate::kWrongObjectType, fmt::format("cannot open relation \"{}\"", object.name.name))
        .with_detail(fmt::format("This operation is not supported for {}s.",
                                 object.as<catalog::Index>() != nullptr ? "indexe" : object.kind_name()));
  }
  BoundTable out;
  out.table.alias = alias.empty() ? object.name.name : alias;
  if (alias.empty()) out.table.schema = object.name.schema;
  out.table.relation_name = object.name.name;
  out.table.relation = object.id;
  if (object.as<catalog::View>() != nullptr) {
    std::vector<OutputColumn> outputs;
    TRY(out.plan, expand_view(object, outputs));
    for (uint32_t i = 0; i < outputs.size(); ++i) {
      out.table.columns.push_back(
          {object.columns[i].name, outputs[i].value->as<expr::ColumnRef>()->index, object.id, i + 1});
    }
    return out;
  }
  relations_.insert(object.id);
  Get get{object.id, {}, {}};
  for (uint32_t i = 0; i < object.columns.size(); ++i) {
    const catalog::ColumnDefinition& column = object.columns[i];
    get.attributes.push_back(i);
    get.columns.push_back(columns_.add(column.name, column.type));
    out.table.columns.push_back({column.name, get.columns.back(), object.id, i + 1});
  }
  out.plan = make_rel(std::move(get));
  return out;
}

// A view is a macro: its text is bound anew, under the search path of its maker.
Result<RelPtr> QueryBinder::expand_view(const catalog::Object& view, std::vector<OutputColumn>& outputs) {
  if (std::find(views_.begin(), views_.end(), view.id) != views_.end()) {
    return SqlError(sqlstate::kInvalidObjectDefinition,
                    fmt::format("infinite recursion detected in rules for relation \"{}\"", view.name.name));
  }
  const auto& details = *view.as<catalog::View>();
  const auto without_place = [](SqlError error) {
    // Places in the view's text mean nothing in the query's.
    return SqlError(error.state(), error.message()).with_detail(error.detail()).with_hint(error.hint());
  };
  Result<std::vector<ParsedStatement>> parsed = parse(details.query_sql);
  if (!parsed) return without_place(std::move(parsed).error());
  const auto* query = parsed->size() == 1 ? (*parsed)[0].tree->as<ast::Query>() : nullptr;
  if (query == nullptr) return SqlError(sqlstate::kDataCorrupted, "the definition of a view is not a query");

  BindContext context = context_;
  context.search_path = details.search_path;
  Parameters none({}, false);
  QueryBinder inner(context, none);
  std::swap(inner.columns_, columns_);
  inner.views_ = views_;
  inner.views_.push_back(view.id);
  inner.blocks_ = blocks_;
  Result<Plan> plan = inner.bind_subquery(*query, nullptr, &outputs);
  std::swap(inner.columns_, columns_);
  blocks_ = inner.blocks_;
  if (!plan) return without_place(std::move(plan).error());
  relations_.insert(inner.relations_.begin(), inner.relations_.end());
  views_read_.insert(view.id);
  views_read_.insert(inner.views_read_.begin(), inner.views_read_.end());
  if (outputs.size() != view.columns.size()) {
    return SqlError(sqlstate::kDataCorrupted, "the definition of a view has other columns than the view");
  }
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].value = columns_.ref(plan->outputs[i]);
  return std::move(plan->root);
}

}  // namespace millrace::sql
