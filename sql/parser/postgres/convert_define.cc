#include "sql/parser/clause_text.h"
#include "sql/parser/postgres/converter.h"

namespace millrace::sql {
namespace {

// pg_class.relpersistence and pg_attribute.attidentity, whose headers belong to the server alone.
constexpr char kTemporary = 't';
constexpr char kUnlogged = 'u';
constexpr char kIdentityAlways = 'a';

// pg_constraint.confdeltype and confmatchtype.
ast::ReferentialAction referential_action(char action) {
  switch (action) {
    case 'r': return ast::ReferentialAction::kRestrict;
    case 'c': return ast::ReferentialAction::kCascade;
    case 'n': return ast::ReferentialAction::kSetNull;
    case 'd': return ast::ReferentialAction::kSetDefault;
    default: return ast::ReferentialAction::kNoAction;
  }
}
constexpr char kMatchFull = 'f';

}  // namespace

ast::ObjectKind object_kind(ObjectType type, std::string& other) {
  switch (type) {
    case OBJECT_TABLE: return ast::ObjectKind::kTable;
    case OBJECT_VIEW: return ast::ObjectKind::kView;
    case OBJECT_MATVIEW: return ast::ObjectKind::kMaterializedView;
    case OBJECT_INDEX: return ast::ObjectKind::kIndex;
    case OBJECT_SEQUENCE: return ast::ObjectKind::kSequence;
    case OBJECT_SCHEMA: return ast::ObjectKind::kSchema;
    case OBJECT_COLUMN: return ast::ObjectKind::kColumn;
    case OBJECT_TYPE: return ast::ObjectKind::kType;
    case OBJECT_DATABASE: other = "DATABASE"; break;
    case OBJECT_DOMAIN: other = "DOMAIN"; break;
    case OBJECT_EXTENSION: other = "EXTENSION"; break;
    case OBJECT_AGGREGATE: other = "AGGREGATE"; break;
    case OBJECT_FUNCTION: other = "FUNCTION"; break;
    case OBJECT_PROCEDURE: other = "PROCEDURE"; break;
    case OBJECT_ROLE: other = "ROLE"; break;
    case OBJECT_RULE: other = "RULE"; break;
    case OBJECT_TABCONSTRAINT: other = "CONSTRAINT"; break;
    case OBJECT_TRIGGER: other = "TRIGGER"; break;
    case OBJECT_FOREIGN_TABLE: other = "FOREIGN TABLE"; break;
    default: other = "objects of this kind"; break;
  }
  return ast::ObjectKind::kOther;
}

ast::Constraint Converter::constraint(const Constraint* node) {
  using Kind = ast::Constraint::Kind;
  ast::Constraint out;
  out.location = at(node->location);
  out.name = text(node->conname);
  out.expression = expr(node->raw_expr);
  out.columns = strings(node->keys);
  out.generated_always = node->generated_when == kIdentityAlways;
  out.nulls_not_distinct = node->nulls_not_distinct;
  out.deferrable = node->deferrable;
  out.no_inherit = node->is_no_inherit;
  switch (node->contype) {
    case CONSTR_NULL: out.kind = Kind::kNull; break;
    case CONSTR_NOTNULL: out.kind = Kind::kNotNull; break;
    case CONSTR_DEFAULT: out.kind = Kind::kDefault; break;
    case CONSTR_IDENTITY: out.kind = Kind::kIdentity; break;
    case CONSTR_GENERATED: out.kind = Kind::kGenerated; break;
    case CONSTR_CHECK: out.kind = Kind::kCheck; break;
    case CONSTR_PRIMARY: out.kind = Kind::kPrimaryKey; break;
    case CONSTR_UNIQUE: out.kind = Kind::kUnique; break;
    case CONSTR_EXCLUSION: out.kind = Kind::kExclusion; break;
    case CONSTR_FOREIGN:
      out.kind = Kind::kForeignKey;
      out.columns = strings(node->fk_attrs);
      out.references = name(node->pktable);
      out.referenced_columns = strings(node->pk_attrs);
      out.on_delete = referential_action(node->fk_del_action);
      out.on_update = referential_action(node->fk_upd_action);
      out.match_full = node->fk_matchtype == kMatchFull;
      out.has_action_columns = node->fk_del_set_cols != nullptr;
      break;
    default:  // DEFERRABLE and its like stand beside the constraint they speak of
      out.kind = Kind::kNull;
      out.deferrable = node->contype == CONSTR_ATTR_DEFERRABLE || node->contype == CONSTR_ATTR_DEFERRED;
      break;
  }
  if (out.kind == Kind::kIdentity) out.options = options(node->options);
  if (out.kind == Kind::kCheck || out.kind == Kind::kGenerated) out.text = check_text(text_, node->location);
  if (out.kind == Kind::kDefault) out.text = default_text(text_, node->location);
  return out;
}

ast::ColumnDefinition Converter::column_definition(const ColumnDef* node) {
  ast::ColumnDefinition out;
  out.name = text(node->colname);
  out.location = at(node->location);
  if (node->typeName != nullptr) out.type = type(node->typeName);
  if (node->collClause != nullptr) out.collation = name(node->collClause->collname, at(node->collClause->location));
  for_each<Constraint>(node->constraints, [&](const Constraint* item) { out.constraints.push_back(constraint(item)); });
  return out;
}

ast::StatementKind Converter::create_table(const CreateStmt* node) {
  ast::CreateTable out;
  out.name = name(node->relation);
  out.if_not_exists = node->if_not_exists;
  out.temporary = node->relation->relpersistence == kTemporary;
  out.unlogged = node->relation->relpersistence == kUnlogged;
  out.options = options(node->options);
  if (node->inhRelations != nullptr && node->partbound == nullptr) out.unsupported = "INHERITS";
  if (node->partbound != nullptr) out.unsupported = "PARTITION OF";
  if (node->partspec != nullptr) out.unsupported = "PARTITION BY";
  if (node->ofTypename != nullptr) out.unsupported = "CREATE TABLE OF a type";
  if (node->oncommit != ONCOMMIT_NOOP && node->oncommit != ONCOMMIT_PRESERVE_ROWS) out.unsupported = "ON COMMIT";
  for_each<Node>(node->tableElts, [&](const Node* element) {
    if (IsA(element, ColumnDef)) {
      out.columns.push_back(column_definition(reinterpret_cast<const ColumnDef*>(element)));
    } else if (IsA(element, Constraint)) {
      out.constraints.push_back(constraint(reinterpret_cast<const Constraint*>(element)));
    } else {
      out.unsupported = "LIKE in CREATE TABLE";
    }
  });
  return out;
}

ast::StatementKind Converter::create_table_as(const CreateTableAsStmt* node) {
  ast::CreateTableAs out;
  const IntoClause* into = node->into;
  out.name = name(into->rel);
  out.columns = strings(into->colNames);
  out.query = statement_ptr(node->query);
  out.options = options(into->options);
  out.materialized_view = node->objtype == OBJECT_MATVIEW;
  out.if_not_exists = node->if_not_exists;
  out.temporary = into->rel->relpersistence == kTemporary;
  out.with_no_data = into->skipData;
  out.query_text = query_text(text_);
  return out;
}

ast::StatementKind Converter::create_view(const ViewStmt* node) {
  ast::CreateView out;
  out.name = name(node->view);
  out.columns = strings(node->aliases);
  out.query = query_ptr(node->query);
  out.options = options(node->options);
  out.or_replace = node->replace;
  out.temporary = node->view->relpersistence == kTemporary;
  out.check_option = node->withCheckOption != NO_CHECK_OPTION;
  out.query_text = query_text(text_);
  return out;
}

ast::StatementKind Converter::create_index(const IndexStmt* node) {
  ast::CreateIndex out;
  out.name = text(node->idxname);
  out.table = unplaced(name(node->relation));
  out.method = text(node->accessMethod);
  for_each<IndexElem>(node->indexParams, [&](const IndexElem* element) {
    ast::SortItem item;
    if (element->name != nullptr) {
      item.expression = std::make_unique<ast::Expr>();
      item.expression->kind = ast::ColumnRef{{text(element->name)}, false};
    } else {
      item.expression = expr(element->expr);
    }
    if (element->ordering == SORTBY_DESC) item.direction = ast::SortDirection::kDescending;
    out.columns.push_back(std::move(item));
  });
  out.where = expr(node->whereClause);
  out.has_include = node->indexIncludingParams != nullptr;
  out.unique = node->unique;
  out.if_not_exists = node->if_not_exists;
  out.concurrently = node->concurrent;
  return out;
}

ast::TableChange Converter::table_change(const AlterTableCmd* node, size_t& defaults_set) {
  using Kind = ast::TableChange::Kind;
  ast::TableChange out;
  out.name = text(node->name);
  out.if_exists = node->missing_ok;
  out.cascade = node->behavior == DROP_CASCADE;
  switch (node->subtype) {
    case AT_AddColumn:
      out.kind = Kind::kAddColumn;
      out.column = column_definition(reinterpret_cast<const ColumnDef*>(node->def));
      break;
    case AT_DropColumn: out.kind = Kind::kDropColumn; break;
    case AT_ColumnDefault:
      out.kind = node->def == nullptr ? Kind::kDropDefault : Kind::kSetDefault;
      if (node->def == nullptr) break;
      out.constraint.kind = ast::Constraint::Kind::kDefault;
      out.constraint.expression = expr(node->def);
      out.constraint.text = set_default_text(text_, defaults_set++);
      break;
    case AT_SetNotNull: out.kind = Kind::kSetNotNull; break;
    case AT_DropNotNull: out.kind = Kind::kDropNotNull; break;
    case AT_AlterColumnType: {
      const auto* definition = reinterpret_cast<const ColumnDef*>(node->def);
      out.kind = Kind::kSetType;
      out.column = column_definition(definition);
      out.using_value = expr(definition->raw_default);
      break;
    }
    case AT_AddConstraint:
      out.kind = Kind::kAddConstraint;
      out.constraint = constraint(reinterpret_cast<const Constraint*>(node->def));
      break;
    case AT_DropConstraint: out.kind = Kind::kDropConstraint; break;
    case AT_ChangeOwner:
    case AT_SetStatistics:
    case AT_SetOptions:
    case AT_ResetOptions:
    case AT_SetStorage:
    case AT_ClusterOn:
    case AT_DropCluster:
    case AT_SetRelOptions:
    case AT_ResetRelOptions:
    case AT_ReplicaIdentity:
    case AT_SetLogged:
    case AT_ValidateConstraint: out.kind = Kind::kNothing; break;
    default:
      out.kind = Kind::kUnsupported;
      out.name = "this form of ALTER TABLE";
      break;
  }
  return out;
}

ast::StatementKind Converter::alter_table(const AlterTableStmt* node) {
  if (node->objtype != OBJECT_TABLE) return ast::UnsupportedStatement{"this form of ALTER", "Create the object anew."};
  ast::AlterTable out;
  out.name = unplaced(name(node->relation));
  out.if_exists = node->missing_ok;
  size_t defaults_set = 0;
  for_each<AlterTableCmd>(
      node->cmds, [&](const AlterTableCmd* command) { out.changes.push_back(table_change(command, defaults_set)); });
  return out;
}

ast::StatementKind Converter::drop(const DropStmt* node) {
  ast::Drop out;
  out.kind = object_kind(node->removeType, out.other);
  out.if_exists = node->missing_ok;
  out.cascade = node->behavior == DROP_CASCADE;
  if (out.kind == ast::ObjectKind::kOther || out.kind == ast::ObjectKind::kType) return out;
  for_each<Node>(node->objects, [&](const Node* object) {
    if (IsA(object, List)) {
      out.names.push_back(name(reinterpret_cast<const List*>(object)));
    } else if (IsA(object, String)) {
      out.names.push_back({{reinterpret_cast<const String*>(object)->sval}, -1});
    }
  });
  return out;
}

ast::StatementKind Converter::rename(const RenameStmt* node) {
  ast::Rename out;
  out.is_column = node->renameType == OBJECT_COLUMN;
  out.kind = object_kind(out.is_column ? node->relationType : node->renameType, out.other);
  if (node->relation != nullptr) out.name = unplaced(name(node->relation));
  if (out.kind == ast::ObjectKind::kSchema) out.name.parts = {text(node->subname)};
  out.column = text(node->subname);
  out.new_name = text(node->newname);
  out.if_exists = node->missing_ok;
  return out;
}

ast::StatementKind Converter::comment(const CommentStmt* node) {
  ast::Comment out;
  out.kind = object_kind(node->objtype, out.other);
  if (node->comment != nullptr) out.text = node->comment;
  if (out.kind == ast::ObjectKind::kOther || out.kind == ast::ObjectKind::kType) return out;
  if (IsA(node->object, List)) out.name = name(reinterpret_cast<const List*>(node->object));
  if (IsA(node->object, String)) out.name.parts = {reinterpret_cast<const String*>(node->object)->sval};
  if (out.kind == ast::ObjectKind::kColumn && !out.name.empty()) {
    out.column = out.name.parts.back();
    out.name.parts.pop_back();
  }
  return out;
}

std::optional<ast::StatementKind> Converter::define(const Node* node) {
  switch (nodeTag(node)) {
    case T_CreateStmt: return create_table(reinterpret_cast<const CreateStmt*>(node));
    case T_CreateTableAsStmt: return create_table_as(reinterpret_cast<const CreateTableAsStmt*>(node));
    case T_ViewStmt: return create_view(reinterpret_cast<const ViewStmt*>(node));
    case T_IndexStmt: return create_index(reinterpret_cast<const IndexStmt*>(node));
    case T_AlterTableStmt: return alter_table(reinterpret_cast<const AlterTableStmt*>(node));
    case T_CreateSeqStmt: {
      const auto* create = reinterpret_cast<const CreateSeqStmt*>(node);
      return ast::CreateSequence{name(create->sequence), options(create->options), create->if_not_exists,
                                 create->sequence->relpersistence == kTemporary};
    }
    case T_AlterSeqStmt: {
      const auto* alter = reinterpret_cast<const AlterSeqStmt*>(node);
      return ast::AlterSequence{unplaced(name(alter->sequence)), options(alter->options), alter->missing_ok};
    }
    case T_DropStmt: return drop(reinterpret_cast<const DropStmt*>(node));
    case T_RenameStmt: return rename(reinterpret_cast<const RenameStmt*>(node));
    case T_CommentStmt: return comment(reinterpret_cast<const CommentStmt*>(node));
    case T_CreateSchemaStmt: {
      const auto* create = reinterpret_cast<const CreateSchemaStmt*>(node);
      std::string schema = text(create->schemaname);
      if (schema.empty() && create->authrole != nullptr) schema = text(create->authrole->rolename);
      return ast::CreateSchema{std::move(schema), create->if_not_exists, create->schemaElts != nullptr};
    }
    case T_AlterObjectSchemaStmt: {
      const auto* alter = reinterpret_cast<const AlterObjectSchemaStmt*>(node);
      ast::SetSchema out;
      out.kind = object_kind(alter->objectType, out.other);
      if (alter->relation != nullptr) out.name = unplaced(name(alter->relation));
      out.schema = text(alter->newschema);
      out.if_exists = alter->missing_ok;
      return out;
    }
    default: return std::nullopt;
  }
}

}  // namespace millrace::sql
