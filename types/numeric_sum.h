// The exact sum of a multiset of numerics that rows enter and leave: sum() and avg() under retraction.
//
//   total      sum of value * weight over the finite values, exact, without numeric's limits
//   scales     how many values are present at each display scale; PostgreSQL's sum shows the largest
//   specials   how many NaN, Infinity and -Infinity are present
//
// What has been added and taken away again leaves no trace: two sums of the same multiset have the same
// results and the same bytes, in whatever order their rows came. A value counts as present while its
// scale's weights sum to more than zero; weights may go below it for a while, within a batch.
//
// Cost: tens of nanoseconds an addition while the sum fits 128 bits. One entry a distinct scale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/numeric.h"

namespace millrace {

class NumericSum {
 public:
  void add(const Numeric& value, int64_t weight);
  void merge(const NumericSum& other);
  // The sum of the same values with opposite weights.
  void negate();

  // Sum of the weights. Aggregates over nothing are NULL: the caller asks this first.
  int64_t count() const;
  bool is_empty() const { return count() == 0; }

  // Whether a NaN or an infinity is among the values.
  bool has_specials() const { return nans_ > 0 || plus_infinities_ > 0 || minus_infinities_ > 0; }
  // The sum of the finite values at the largest scale present, without numeric's limits.
  Numeric exact_sum() const { return numeric::rescale(total_, shown_scale()); }

  // As PostgreSQL's sum(numeric); 22003 beyond numeric's range.
  Result<Numeric> sum() const;
  // As PostgreSQL's avg(numeric). REQUIRES: count() > 0.
  Result<Numeric> average() const;

  // A self-contained form, the same for the same multiset.
  void append_bytes(std::string& out) const;
  // REQUIRES: what append_bytes() wrote.
  static NumericSum from_bytes(std::string_view bytes);

  friend bool operator==(const NumericSum& a, const NumericSum& b);

 private:
  struct ScaleCount {
    int32_t scale;
    int64_t count;
  };

  void add_finite(const Numeric& value, int64_t weight);
  void count_scale(int32_t scale, int64_t weight);
  void settle_scale();
  int32_t shown_scale() const;

  Numeric total_;                   // at a scale that may exceed every present one; its value is exact
  std::vector<ScaleCount> scales_;  // by scale, no zero counts
  int64_t nans_ = 0;
  int64_t plus_infinities_ = 0;
  int64_t minus_infinities_ = 0;
};

}  // namespace millrace
