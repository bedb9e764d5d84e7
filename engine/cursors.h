// The cursors of one session: DECLARE, FETCH, MOVE, CLOSE.
//
// A cursor holds its whole answer, computed when it was declared: it reads as of then, in any direction, and WITH HOLD
// goes on after the transaction. Its memory is the answer's, within the statement's limits.
//
// Threads: the session's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/bound_statement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

class Cursor {
 public:
  Cursor(std::vector<sql::ResultColumn> columns, Delta rows, bool no_scroll);

  const std::vector<sql::ResultColumn>& columns() const { return columns_; }
  // Moves, and gives what was met on the way: the rows, or how many for MOVE. 55000 for going back where NO SCROLL was
  // said.
  Result<Delta> fetch(sql::BoundFetch::Direction direction, int64_t count);

 private:
  struct Place {
    uint32_t batch;
    uint32_t row;
  };
  // Rows first, first + step, ..., `count` of them.
  Delta rows_from(int64_t first, int64_t step, int64_t count) const;
  Delta go_forward(int64_t count);
  Delta go_back(int64_t count);
  Delta go_to(int64_t target);

  std::vector<sql::ResultColumn> columns_;
  Delta rows_;
  std::vector<Place> places_;  // of each row, copies apart
  const bool no_scroll_;
  int64_t position_ = 0;  // 0: before the first; the number of the current row; one more than there are: after the last
};

class Cursors {
 public:
  // `depth`: how many savepoints there are. 42P03 for a name in use.
  Status declare(const std::string& name, Cursor cursor, bool hold, size_t depth);
  // 34000.
  Result<Cursor*> find(const std::string& name);
  Status close(const std::string& name);
  void close_all() { cursors_.clear(); }

  // The transaction ends: those WITH HOLD stay after a commit, and those of earlier transactions always.
  void end_transaction(bool committed);
  // The work since savepoint number `depth` is undone, and with it the cursors declared since.
  void rewind(size_t depth);
  // Savepoint number `depth` is released: what was declared since belongs to what is around it.
  void release(size_t depth);

 private:
  struct Entry {
    Cursor cursor;
    bool hold;
    bool kept = false;  // of an earlier transaction
    size_t depth;
  };
  std::map<std::string, Entry> cursors_;
};

}  // namespace millrace::engine
