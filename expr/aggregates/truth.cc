// bool_and, bool_or, every: counts of true and of false rows answer them under retraction.
#include "expr/families.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

struct TruthCounts {
  int64_t true_rows = 0, false_rows = 0;

  void add(bool value, int64_t weight) { (value ? true_rows : false_rows) += weight; }
  void merge(const TruthCounts& other) {
    true_rows += other.true_rows;
    false_rows += other.false_rows;
  }
  void negate() {
    true_rows = -true_rows;
    false_rows = -false_rows;
  }
};

struct AllTrue : TruthCounts {
  void merge(const AllTrue& other) { TruthCounts::merge(other); }
  std::optional<bool> finish() const {
    if (true_rows == 0 && false_rows == 0) return std::nullopt;
    return false_rows == 0;
  }
};

struct AnyTrue : TruthCounts {
  void merge(const AnyTrue& other) { TruthCounts::merge(other); }
  std::optional<bool> finish() const {
    if (true_rows == 0 && false_rows == 0) return std::nullopt;
    return true_rows > 0;
  }
};

}  // namespace

std::vector<AggregateSpec> truth_aggregates() {
  return {
      linear_aggregate<AllTrue, bool>("bool_and", "Whether all are true.",
                                      "(SELECT bool_and(x > 0) FROM generate_series(1, 3) x)"),
      linear_aggregate<AllTrue, bool>("every", "Whether all are true.",
                                      "(SELECT every(x > 0) FROM generate_series(1, 3) x)"),
      linear_aggregate<AnyTrue, bool>("bool_or", "Whether any is true.",
                                      "(SELECT bool_or(x > 2) FROM generate_series(1, 3) x)"),
  };
}

}  // namespace millrace::expr
