#include "sql/parser/postgres/converter.h"

namespace millrace::sql {
namespace {

struct Unbuilt {
  NodeTag tag;
  const char* what;
  const char* hint;
};

// What the grammar has and Millrace does not, with the way out for its user.
constexpr Unbuilt kUnbuilt[] = {
    {T_MergeStmt, "MERGE", "Use INSERT .. ON CONFLICT, or UPDATE and INSERT."},
    {T_CreateFunctionStmt, "CREATE FUNCTION", "Use built-in functions or a view."},
    {T_CreateTrigStmt, "CREATE TRIGGER", "Use a materialized view: it follows every change."},
    {T_RuleStmt, "CREATE RULE", "Use a view."},
    {T_CompositeTypeStmt, "CREATE TYPE", "Use jsonb or separate columns."},
    {T_CreateEnumStmt, "CREATE TYPE .. AS ENUM", "Use text with a CHECK constraint."},
    {T_CreateRangeStmt, "CREATE TYPE .. AS RANGE", "Use two columns."},
    {T_CreateDomainStmt, "CREATE DOMAIN", "Use the base type with a CHECK constraint."},
    {T_DefineStmt, "this CREATE statement", ""},
    {T_CreatedbStmt, "CREATE DATABASE", "A server has one database; use a schema."},
    {T_DropdbStmt, "DROP DATABASE", "A server has one database; drop its schemas."},
    {T_CreateRoleStmt, "CREATE ROLE", ""},
    {T_AlterRoleStmt, "ALTER ROLE", ""},
    {T_DropRoleStmt, "DROP ROLE", ""},
    {T_GrantStmt, "GRANT and REVOKE", ""},
    {T_GrantRoleStmt, "GRANT and REVOKE", ""},
    {T_CreateExtensionStmt, "CREATE EXTENSION", "What Millrace has is built in."},
    {T_CreateForeignTableStmt, "CREATE FOREIGN TABLE", "Use CREATE SOURCE."},
    {T_CreateForeignServerStmt, "CREATE SERVER", "Use CREATE CONNECTION."},
    {T_CreatePublicationStmt, "CREATE PUBLICATION", "Use SUBSCRIBE or a sink."},
    {T_CreateSubscriptionStmt, "CREATE SUBSCRIPTION", "Use CREATE SOURCE."},
    {T_NotifyStmt, "NOTIFY", ""},
    {T_LockStmt, "LOCK TABLE", "Transactions are serializable without locks."},
    {T_DoStmt, "DO", "Run the statements from the client."},
    {T_CallStmt, "CALL", ""},
    {T_ReindexStmt, "REINDEX", "Indexes need no maintenance here."},
    {T_ClusterStmt, "CLUSTER", "Tables need no maintenance here."},
    {T_PLAssignStmt, "PL/pgSQL", ""},
};

}  // namespace

std::optional<ast::StatementKind> Converter::query_or_modify(const Node* node) {
  switch (nodeTag(node)) {
    case T_SelectStmt: return query(reinterpret_cast<const SelectStmt*>(node));
    case T_InsertStmt: return insert(reinterpret_cast<const InsertStmt*>(node));
    case T_UpdateStmt: return update(reinterpret_cast<const UpdateStmt*>(node));
    case T_DeleteStmt: return delete_from(reinterpret_cast<const DeleteStmt*>(node));
    case T_CopyStmt: return copy(reinterpret_cast<const CopyStmt*>(node));
    case T_TruncateStmt: {
      const auto* truncate = reinterpret_cast<const TruncateStmt*>(node);
      ast::Truncate out;
      for_each<RangeVar>(truncate->relations,
                         [&](const RangeVar* range) { out.tables.push_back(unplaced(name(range))); });
      out.restart_identity = truncate->restart_seqs;
      out.cascade = truncate->behavior == DROP_CASCADE;
      return out;
    }
    default: return std::nullopt;
  }
}

ast::StatementKind Converter::statement_kind(const Node* node) {
  if (auto found = query_or_modify(node)) return std::move(*found);
  if (auto found = define(node)) return std::move(*found);
  if (auto found = session(node)) return std::move(*found);
  for (const Unbuilt& unbuilt : kUnbuilt) {
    if (unbuilt.tag == nodeTag(node)) return ast::UnsupportedStatement{unbuilt.what, unbuilt.hint};
  }
  return ast::UnsupportedStatement{"this statement", ""};
}

std::shared_ptr<ast::Statement> Converter::statement_ptr(const Node* node) {
  const Level level(*this);
  if (!level || node == nullptr) return nullptr;
  return std::make_shared<ast::Statement>(statement(node));
}

ast::Statement Converter::statement(const Node* node) { return {statement_kind(node), offset_}; }

}  // namespace millrace::sql
