// What a session keeps of a statement and of one execution of it.
#pragma once

#include <string>
#include <vector>

#include "engine/session.h"
#include "sql/sql.h"

namespace millrace::engine {

// A statement text, parsed.
struct ParsedPart final : QueryPart {
  explicit ParsedPart(sql::ParsedStatement statement) : statement(std::move(statement)) {}
  sql::ParsedStatement statement;
};

// A statement bound against one catalog and search path; bound again when they have changed since.
class Prepared final : public PreparedStatement {
 public:
  Prepared(sql::ParsedStatement parsed, std::vector<SqlType> declared, sql::BoundResult bound,
           catalog::CatalogPtr catalog, std::vector<std::string> search_path)
      : parsed_(std::move(parsed)),
        declared_(std::move(declared)),
        bound_(std::move(bound)),
        catalog_(std::move(catalog)),
        search_path_(std::move(search_path)) {}

  const std::vector<SqlType>& parameter_types() const override { return bound_.parameter_types; }
  const std::vector<ResultColumn>& columns() const override { return bound_.columns; }

  const sql::ParsedStatement& parsed() const { return parsed_; }
  const std::vector<SqlType>& declared() const { return declared_; }
  const sql::BoundStatement& statement() const { return bound_.statement; }
  bool bound_against(const catalog::CatalogPtr& catalog, const std::vector<std::string>& search_path) const {
    return catalog_ == catalog && search_path_ == search_path;
  }

 private:
  sql::ParsedStatement parsed_;
  std::vector<SqlType> declared_;  // what the client said; the rest was inferred
  sql::BoundResult bound_;
  catalog::CatalogPtr catalog_;
  std::vector<std::string> search_path_;
};
// 0A000 when rows would have other types than the client was told.
Status check_columns(const std::vector<ResultColumn>& promised, const std::vector<ResultColumn>& given);

using PreparedStatementPtr = std::shared_ptr<const Prepared>;

// One execution: parameters, and the rows not yet sent.
class BoundPortal final : public Portal {
 public:
  BoundPortal(PreparedStatementPtr prepared, std::vector<Value> parameters)
      : prepared(std::move(prepared)), parameters(std::move(parameters)) {}

  const PreparedStatement& statement() const override { return *prepared; }

  PreparedStatementPtr prepared;
  std::vector<Value> parameters;

  bool ran = false;
  Delta rows;
  size_t batch = 0;  // the next row to send ...
  size_t row = 0;
  int64_t copies_sent = 0;  // ... and how many of its copies have gone
  uint64_t rows_sent = 0;
  Outcome outcome;           // when all rows are sent
  bool counts_rows = false;  // the tag ends in the number of rows sent: SELECT
};

}  // namespace millrace::engine
