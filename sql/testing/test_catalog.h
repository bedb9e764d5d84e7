// For tests: a catalog that DDL statements build up, as the engine would.
#pragma once

#include <string_view>

#include "sql/sql.h"

namespace millrace::sql {

class TestCatalog {
 public:
  TestCatalog();

  // Parses one statement and binds it.
  Result<BoundResult> bind(std::string_view text) const;
  Result<BoundQuery> bind_query(std::string_view text) const;
  // Runs DDL statements against the catalog. REQUIRES: each binds.
  void run(std::string_view statements);
  // "EXPLAIN text" without the error handling.
  std::string explain(std::string_view query) const;

  BindContext& context() { return context_; }
  const catalog::CatalogSnapshot& catalog() const { return *context_.catalog; }

 private:
  void apply(const BoundStatement& statement);

  BindContext context_;
};

}  // namespace millrace::sql
