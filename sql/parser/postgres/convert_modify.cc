#include "sql/parser/postgres/converter.h"

namespace millrace::sql {

ast::Insert Converter::insert(const InsertStmt* node) {
  ast::Insert out;
  out.table = name(node->relation);
  if (node->relation->alias != nullptr) out.alias = text(node->relation->alias->aliasname);
  out.columns = targets(node->cols);
  out.source = query_ptr(node->selectStmt);
  out.returning = targets(node->returningList);
  out.with = with(node->withClause);
  if (node->override == OVERRIDING_USER_VALUE) out.overriding = "USER";
  if (node->override == OVERRIDING_SYSTEM_VALUE) out.overriding = "SYSTEM";
  if (const OnConflictClause* clause = node->onConflictClause; clause != nullptr) {
    ast::OnConflict conflict;
    conflict.location = at(clause->location);
    conflict.update = clause->action == ONCONFLICT_UPDATE;
    conflict.assignments = assignments(clause->targetList);
    conflict.where = expr(clause->whereClause);
    if (const InferClause* infer = clause->infer; infer != nullptr) {
      conflict.has_target = true;
      conflict.constraint = text(infer->conname);
      conflict.target_where = expr(infer->whereClause);
      for_each<IndexElem>(infer->indexElems, [&](const IndexElem* element) {
        if (element->name == nullptr) {
          conflict.target.push_back(expr(element->expr));
          return;
        }
        auto column = std::make_unique<ast::Expr>();
        column->kind = ast::ColumnRef{{text(element->name)}, false};
        column->location = at(infer->location);
        conflict.target.push_back(std::move(column));
      });
    }
    out.on_conflict = std::move(conflict);
  }
  return out;
}

// SET (a, b) = row arrives as one target a column, all pointing to the same source.
std::vector<ast::Assignment> Converter::assignments(const List* list) {
  std::vector<ast::Assignment> out;
  for_each<ResTarget>(list, [&](const ResTarget* node) {
    ast::Target column{nullptr, text(node->name), node->indirection != nullptr, at(node->location)};
    ast::Assignment assignment;
    assignment.location = at(node->location);
    if (node->val != nullptr && IsA(node->val, MultiAssignRef)) {
      const auto* multiple = reinterpret_cast<const MultiAssignRef*>(node->val);
      if (multiple->colno > 1) {
        out.back().columns.push_back(std::move(column));
        return;
      }
      assignment.multiple = true;
      assignment.value = expr(multiple->source);
    } else {
      assignment.value = expr(node->val);
    }
    assignment.columns.push_back(std::move(column));
    out.push_back(std::move(assignment));
  });
  return out;
}

ast::Update Converter::update(const UpdateStmt* node) {
  ast::Update out;
  out.table = name(node->relation);
  out.only = !node->relation->inh;
  if (node->relation->alias != nullptr) out.alias = text(node->relation->alias->aliasname);
  out.assignments = assignments(node->targetList);
  out.from = table_refs(node->fromClause);
  out.where = expr(node->whereClause);
  out.returning = targets(node->returningList);
  out.with = with(node->withClause);
  return out;
}

ast::Delete Converter::delete_from(const DeleteStmt* node) {
  ast::Delete out;
  out.table = name(node->relation);
  out.only = !node->relation->inh;
  if (node->relation->alias != nullptr) out.alias = text(node->relation->alias->aliasname);
  out.using_ = table_refs(node->usingClause);
  out.where = expr(node->whereClause);
  out.returning = targets(node->returningList);
  out.with = with(node->withClause);
  return out;
}

ast::Copy Converter::copy(const CopyStmt* node) {
  ast::Copy out;
  if (node->relation != nullptr) out.table = unplaced(name(node->relation));
  if (node->query != nullptr) out.query = statement_ptr(node->query);
  out.columns = strings(node->attlist);
  out.from = node->is_from;
  out.program = node->is_program;
  out.filename = text(node->filename);
  out.options = options(node->options);
  out.where = expr(node->whereClause);
  return out;
}

std::vector<std::string> Converter::option_values(const Node* node) {
  if (node == nullptr) return {};
  switch (nodeTag(node)) {
    case T_Integer: return {std::to_string(reinterpret_cast<const Integer*>(node)->ival)};
    case T_Float: return {reinterpret_cast<const Float*>(node)->fval};
    case T_Boolean: return {reinterpret_cast<const Boolean*>(node)->boolval ? "true" : "false"};
    case T_String: return {reinterpret_cast<const String*>(node)->sval};
    case T_TypeName: return {strings(reinterpret_cast<const TypeName*>(node)->names).back()};
    case T_A_Star: return {"*"};
    case T_A_Const: {
      const auto* constant = reinterpret_cast<const A_Const*>(node);
      if (constant->isnull) return {};
      return option_values(&constant->val.node);
    }
    case T_TypeCast: return option_values(reinterpret_cast<const TypeCast*>(node)->arg);
    case T_List: {
      std::vector<std::string> out;
      for_each<Node>(reinterpret_cast<const List*>(node), [&](const Node* item) {
        for (std::string& value : option_values(item)) out.push_back(std::move(value));
      });
      return out;
    }
    default: return {"?"};
  }
}

ast::Option Converter::option(const DefElem* node) {
  ast::Option out;
  if (node->defnamespace != nullptr) out.name = text(node->defnamespace) + ".";
  out.name += text(node->defname);
  out.values = option_values(node->arg);
  out.location = at(node->location);
  return out;
}

std::vector<ast::Option> Converter::options(const List* list) {
  std::vector<ast::Option> out;
  for_each<DefElem>(list, [&](const DefElem* node) { out.push_back(option(node)); });
  return out;
}

}  // namespace millrace::sql
