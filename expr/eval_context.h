// Everything an expression may know besides its row: the session's settings, the clock reading of the
// transaction, who is asking, the statement's parameters. Fixed for one evaluation.
//
// Ownership: borrowed pointers and views outlive the evaluation. Threads: immutable while shared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/rng.h"
#include "expr/sequence_access.h"
#include "types/type_info.h"
#include "types/value.h"

namespace millrace::expr {

struct EvalContext {
  TextContext text;          // text.now is the transaction's start
  WallTime statement_start;  // statement_timestamp()
  WallTime clock;            // clock_timestamp(), read when the evaluation began
  std::string_view current_user = "millrace";
  std::string_view session_user = "millrace";
  std::string_view database = "millrace";
  std::string_view time_zone_name = "UTC";
  std::span<const Value> parameters;    // parameters[0] is $1
  Rng* rng = nullptr;                   // random(), gen_random_uuid(); nullptr: they answer 0A000
  SequenceAccess* sequences = nullptr;  // nextval() ...; nullptr: they answer 0A000
};

// Collects what went wrong, row by row. A row with an error has an unspecified value in every result;
// its first error counts.
class ErrorSink {
 public:
  struct RowError {
    uint32_t row;
    SqlError error;
  };

  bool empty() const { return errors_.empty(); }
  // Rows are reported in the numbering of the selection in force, see Selected.
  void add(uint32_t row, SqlError error) {
    errors_.push_back({selection_ == nullptr ? row : selection_[row], std::move(error)});
  }

  // The errors by row, one a row. Leaves the sink empty.
  std::vector<RowError> take();
  // The error of the first row that has one: what a one-shot query fails with. REQUIRES: !empty().
  SqlError take_first();

  // While it lives, row r of add() means row rows[r] of what was in force before.
  class Selected {
   public:
    Selected(ErrorSink& sink, std::span<const uint32_t> rows);
    ~Selected() { sink_.selection_ = outer_; }
    Selected(const Selected&) = delete;
    Selected& operator=(const Selected&) = delete;

   private:
    ErrorSink& sink_;
    const uint32_t* outer_;
    std::vector<uint32_t> composed_;  // only when nested
  };

 private:
  const uint32_t* selection_ = nullptr;
  std::vector<RowError> errors_;
};

}  // namespace millrace::expr
