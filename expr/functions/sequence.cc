// nextval(), currval(), setval(), lastval(): from the session's sequences; without any (a maintained view) they
// answer 0A000.
#include "expr/families.h"
#include "expr/functions/object_id.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

Result<SequenceAccess*> sequences(const EvalContext& context) {
  if (context.sequences != nullptr) return context.sequences;
  return SqlError(sqlstate::kFeatureNotSupported, "sequences are not supported here")
      .with_hint("What is maintained must come out the same when it is computed again.");
}

// A volatile function of a relation's name.
ScalarFunction of_sequence(ScalarFunction row) {
  row.arguments[0] = oid::kRegclass;
  return is_volatile(std::move(row));
}

Result<int64_t> set(const EvalContext& context, ObjectId sequence, int64_t value, bool is_called) {
  TRY(SequenceAccess * access, sequences(context));
  TRY(access->set(millrace::ObjectId(sequence.value), value, is_called));
  return value;
}

}  // namespace

std::vector<ScalarFunction> sequence_functions() {
  return {
      of_sequence(scalar(
          "nextval",
          [](const EvalContext& c, ObjectId sequence) -> Result<int64_t> {
            TRY(SequenceAccess * access, sequences(c));
            return access->next(millrace::ObjectId(sequence.value));
          },
          "The next number of a sequence.", "true OR nextval(0) > 0")),
      of_sequence(scalar(
          "currval",
          [](const EvalContext& c, ObjectId sequence) -> Result<int64_t> {
            TRY(SequenceAccess * access, sequences(c));
            return access->current(millrace::ObjectId(sequence.value));
          },
          "The number that nextval() gave this session last, of one sequence.", "true OR currval(0) > 0")),
      is_volatile(scalar(
          "lastval",
          [](const EvalContext& c) -> Result<int64_t> {
            TRY(SequenceAccess * access, sequences(c));
            return access->last();
          },
          "The number that nextval() gave this session last, of any sequence.", "true OR lastval() > 0")),
      of_sequence(scalar(
          "setval",
          [](const EvalContext& c, ObjectId sequence, int64_t value) { return set(c, sequence, value, true); },
          "Sets a sequence: nextval() goes on after the value.", "true OR setval(0, 1) = 1")),
      of_sequence(scalar(
          "setval",
          [](const EvalContext& c, ObjectId sequence, int64_t value, bool is_called) {
            return set(c, sequence, value, is_called);
          },
          "Sets a sequence: nextval() goes on after the value, or with it where it was not called.",
          "true OR setval(0, 1, false) = 1")),
  };
}

}  // namespace millrace::expr
