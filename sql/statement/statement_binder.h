// Binds one statement: dispatch by kind, one file a family. Private to sql/.
#pragma once

#include <memory>
#include <set>

#include "sql/binder/query_binder.h"
#include "sql/bound_statement.h"
#include "sql/sql.h"
#include "sql/statement/table_definition.h"

namespace millrace::sql {

class StatementBinder {
 public:
  // `statement` and `context` outlive the binder.
  StatementBinder(const ParsedStatement& statement, const BindContext& context)
      : statement_(statement),
        context_(context),
        parameters_(context.parameter_types, true),
        queries_(context_, parameters_) {}

  Result<BoundResult> bind();
  // bind() of another tree under the same parameters: EXPLAIN, PREPARE, COPY (query).
  Result<BoundStatement> bind_tree(const ast::Statement& tree);

  // The CHECK constraints of a table over a row's columns, and what completes a row.
  Result<std::vector<RowCheck>> row_checks(const catalog::Object& table);
  Result<RowCompletion> row_completion(const catalog::Object& table);
  // Its generated columns alone: what is left to do for a row that was whole before.
  Result<RowCompletion> generated_completion(const catalog::Object& table);

 private:
  using Bound = Result<BoundStatement>;

  // queries
  Bound bind_kind(const ast::Query& node);
  Result<BoundQuery> bind_select(const ast::Query& query);
  // The plan's outputs as a query that is run for its rows alone (INSERT, UPDATE, DELETE).
  Result<BoundQuery> plan_rows(Plan plan);

  // rows
  Bound bind_kind(const ast::Insert& node);
  Bound bind_kind(const ast::Update& node);
  Bound bind_kind(const ast::Delete& node);
  Bound bind_kind(const ast::Truncate& node);
  Bound bind_kind(const ast::Copy& node);
  Result<const catalog::Object*> find_table(const ast::ObjectName& name, const char* verb) const;
  Result<std::vector<uint32_t>> insert_columns(const ast::Insert& node, const catalog::Object& table) const;
  Result<Plan> insert_source(const ast::Insert& node, const catalog::Object& table,
                             const std::vector<uint32_t>& columns, const RowCompletion& completion);
  Result<Plan> insert_values(const ast::Values& values, const ast::Insert& node, const catalog::Object& table,
                             const std::vector<uint32_t>& columns, const RowCompletion& completion);
  // Whether UPDATE may give the column a value of its own.
  static Status check_assignable(const catalog::ColumnDefinition& column);
  Status bind_on_conflict(const ast::OnConflict& conflict, const std::string& alias, const catalog::Object& table,
                          BoundInsert& out);
  Result<std::optional<Returning>> bind_returning(const std::vector<ast::Target>& returning, const std::string& alias,
                                                  const catalog::Object& table);
  Result<expr::ExprPtr> column_default(const catalog::ColumnDefinition& column);
  // Generated columns over a row's columns, by column; null for the others.
  Result<std::vector<expr::ExprPtr>> generated_columns(const catalog::Object& table);
  // An expression that is kept as text in the catalog, bound in a block.
  Result<expr::ExprPtr> bind_stored(const std::string& text, Block& block, Clause clause);
  // New values by column; null where nothing is assigned. Conditions on subqueries go to the block.
  Result<std::vector<expr::ExprPtr>> bind_assignments(const std::vector<ast::Assignment>& assignments,
                                                      const catalog::Object& table, Block& block);
  Result<CopyOptions> copy_options(const std::vector<ast::Option>& options, bool from) const;

  // objects
  Bound bind_kind(const ast::CreateTable& node);
  Bound bind_kind(const ast::CreateTableAs& node);
  Bound bind_kind(const ast::CreateView& node);
  Bound bind_kind(const ast::CreateIndex& node);
  Bound bind_kind(const ast::CreateSchema& node);
  Bound bind_kind(const ast::CreateSequence& node);
  Bound bind_kind(const ast::AlterSequence& node);
  Bound bind_kind(const ast::AlterTable& node);
  Bound bind_kind(const ast::CreateSecret& node);
  Bound bind_kind(const ast::CreateConnection& node);
  Bound bind_kind(const ast::ValidateConnection& node);
  Bound bind_kind(const ast::CreateSource& node);
  Bound bind_kind(const ast::Drop& node);
  Bound bind_kind(const ast::Rename& node);
  Bound bind_kind(const ast::SetSchema& node);
  Bound bind_kind(const ast::Comment& node);
  Bound bind_kind(const ast::RefreshMaterializedView& node);
  // The full name of a thing to be made: 3F000, 42501, and 42P07 unless `exists` may tell.
  Result<catalog::QualifiedName> new_name(const ast::ObjectName& name, bool* exists) const;
  catalog::Object new_object(catalog::QualifiedName name) const;
  // "relation "x" already exists, skipping"
  static BoundStatement skipped(const std::string& name, std::string tag);
  Status add_view_columns(const std::vector<std::string>& names, const std::vector<OutputColumn>& outputs,
                          catalog::Object& object) const;
  std::vector<ObjectId> dependencies() const;
  Status set_sequence_options(const std::vector<ast::Option>& options, bool is_new, catalog::Sequence& sequence) const;
  catalog::Object new_sequence(catalog::QualifiedName name, catalog::Sequence sequence) const;
  // The sequence behind a serial or identity column of a table of that id.
  Result<catalog::Object> numbers_of(const catalog::Object& table, ObjectId table_id,
                                     const NumberedColumn& column) const;
  // What a table stands on: the tables its foreign keys refer to, the sequences of others that feed it.
  std::vector<ObjectId> table_dependencies(const catalog::Object& table);
  // The sequences that a column's default calls.
  std::set<ObjectId> sequences_of(const catalog::ColumnDefinition& column);
  friend class TableAlteration;
  Bound create_materialized_view(const ast::CreateTableAs& node);

  // session
  Bound bind_kind(const ast::Transaction& node);
  Bound bind_kind(const ast::Set& node);
  Bound bind_kind(const ast::Show& node);
  Bound bind_kind(const ast::Prepare& node);
  Bound bind_kind(const ast::Execute& node);
  Bound bind_kind(const ast::Deallocate& node);
  Bound bind_kind(const ast::DeclareCursor& node);
  Bound bind_kind(const ast::Fetch& node);
  Bound bind_kind(const ast::CloseCursor& node);
  Bound bind_kind(const ast::Discard& node);
  Bound bind_kind(const ast::Explain& node);
  Bound bind_kind(const ast::Nothing& node);
  Bound bind_kind(const ast::ShowObjects& node);
  Bound bind_kind(const ast::ShowCreate& node);
  Bound bind_kind(const ast::UnsupportedStatement& node);
  Bound bind_own_query(const std::string& text);

  const catalog::CatalogSnapshot& catalog() const { return *context_.catalog; }

  const ParsedStatement& statement_;
  const BindContext& context_;
  Parameters parameters_;
  QueryBinder queries_;
};

// In bind_show.cc: what ListObjects and SHOW CREATE print is asked of the catalog's relations by SQL.
std::string quote_literal(std::string_view text);
std::string quote_identifier(std::string_view name);

}  // namespace millrace::sql
