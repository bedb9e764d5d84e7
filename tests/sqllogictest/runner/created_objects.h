// Remembers what a file created, so that it can be dropped again where no fresh database can be had.
#pragma once

#include <string>
#include <vector>

#include "tests/sqllogictest/runner/connection_pool.h"
#include "tests/sqllogictest/runner/sql_shape.h"

namespace millrace::slt {

class CreatedObjects {
 public:
  // Call after the statement succeeded.
  void note(const StatementShape& shape);

  // Drops all of it, the youngest first, with CASCADE and IF EXISTS where the server knows them.
  // Returns what could not be dropped.
  std::vector<ServerError> drop_all(Connection& connection);

 private:
  void remember(const SqlObject& object);

  std::vector<SqlObject> objects_;  // the youngest last
};

}  // namespace millrace::slt
