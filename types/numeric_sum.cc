#include "types/numeric_sum.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace millrace {
namespace {

// Fixed-size integers in the machine's (little-endian) order.
template <class T>
void append_raw(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T take_raw(std::string_view& bytes) {
  T value;
  MILLRACE_CHECK(bytes.size() >= sizeof value, "truncated numeric sum");
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return value;
}

}  // namespace

void NumericSum::count_scale(int32_t scale, int64_t weight) {
  auto entry = std::lower_bound(scales_.begin(), scales_.end(), scale,
                                [](const ScaleCount& a, int32_t b) { return a.scale < b; });
  if (entry == scales_.end() || entry->scale != scale) {
    scales_.insert(entry, {scale, weight});
  } else {
    entry->count += weight;
    if (entry->count == 0) scales_.erase(entry);
  }
}

void NumericSum::add_finite(const Numeric& value, int64_t weight) {
  count_scale(value.scale(), weight);
  if (weight == 1) {
    total_ = numeric::add_exact(total_, value);
  } else if (weight == -1) {
    total_ = numeric::add_exact(total_, numeric::negate(value));
  } else {
    total_ = numeric::add_exact(total_, numeric::multiply_exact(value, Numeric::from_int(weight)));
  }
  settle_scale();
}

// The digits of scales that are gone are zeros: dropped, lest a sum stay long for ever and two sums of the
// same values differ. (Not all are gone while a row's retraction has come before the row.)
void NumericSum::settle_scale() {
  const int32_t scale = scales_.empty() ? 0 : scales_.back().scale;
  if (total_.scale() <= scale) [[likely]]
    return;
  const Numeric trimmed = numeric::trim_scale(total_);
  total_ = numeric::rescale(trimmed, std::max(trimmed.scale(), scale));
}

void NumericSum::add(const Numeric& value, int64_t weight) {
  if (weight == 0) return;
  if (value.is_finite()) [[likely]] {
    add_finite(value, weight);
  } else {
    (value.is_nan() ? nans_ : value.sign() > 0 ? plus_infinities_ : minus_infinities_) += weight;
  }
}

void NumericSum::negate() {
  nans_ = -nans_;
  plus_infinities_ = -plus_infinities_;
  minus_infinities_ = -minus_infinities_;
  for (ScaleCount& entry : scales_) entry.count = -entry.count;
  total_ = numeric::negate(total_);
}

void NumericSum::merge(const NumericSum& other) {
  nans_ += other.nans_;
  plus_infinities_ += other.plus_infinities_;
  minus_infinities_ += other.minus_infinities_;
  for (const ScaleCount& entry : other.scales_) count_scale(entry.scale, entry.count);
  total_ = numeric::add_exact(total_, other.total_);
  settle_scale();
}

int64_t NumericSum::count() const {
  int64_t count = nans_ + plus_infinities_ + minus_infinities_;
  for (const ScaleCount& entry : scales_) count += entry.count;
  return count;
}

int32_t NumericSum::shown_scale() const {
  for (size_t i = scales_.size(); i-- > 0;) {
    if (scales_[i].count > 0) return scales_[i].scale;
  }
  return 0;
}

Result<Numeric> NumericSum::sum() const {
  if (nans_ > 0 || (plus_infinities_ > 0 && minus_infinities_ > 0)) return Numeric::nan();
  if (plus_infinities_ > 0) return Numeric::infinity(1);
  if (minus_infinities_ > 0) return Numeric::infinity(-1);
  return Numeric::in_range(numeric::rescale(total_, shown_scale()));
}

Result<Numeric> NumericSum::average() const {
  if (nans_ > 0 || plus_infinities_ > 0 || minus_infinities_ > 0) return sum();
  // Beyond numeric's range the sum fails, even where the average would fit: PostgreSQL's does.
  TRY(const Numeric total, sum());
  return numeric::divide(total, Numeric::from_int(count()));
}

void NumericSum::append_bytes(std::string& out) const {
  append_raw(nans_, out);
  append_raw(plus_infinities_, out);
  append_raw(minus_infinities_, out);
  append_raw(static_cast<uint32_t>(scales_.size()), out);
  for (const ScaleCount& entry : scales_) {
    append_raw(entry.scale, out);
    append_raw(entry.count, out);
  }
  // Sign, scale and limbs: the total may lie beyond what a numeric's own bytes can hold.
  append_raw(static_cast<uint8_t>(total_.is_negative()), out);
  append_raw(total_.scale(), out);
  const BigNatural magnitude = total_.magnitude();
  for (const uint32_t limb : magnitude.limbs()) append_raw(limb, out);
}

NumericSum NumericSum::from_bytes(std::string_view bytes) {
  NumericSum sum;
  sum.nans_ = take_raw<int64_t>(bytes);
  sum.plus_infinities_ = take_raw<int64_t>(bytes);
  sum.minus_infinities_ = take_raw<int64_t>(bytes);
  sum.scales_.resize(take_raw<uint32_t>(bytes));
  for (ScaleCount& entry : sum.scales_) {
    entry.scale = take_raw<int32_t>(bytes);
    entry.count = take_raw<int64_t>(bytes);
  }
  const bool negative = take_raw<uint8_t>(bytes) != 0;
  const auto scale = take_raw<int32_t>(bytes);
  std::vector<uint32_t> limbs;
  while (!bytes.empty()) limbs.push_back(take_raw<uint32_t>(bytes));
  sum.total_ = Numeric::of(negative, BigNatural::from_limbs(std::move(limbs)), scale);
  return sum;
}

bool operator==(const NumericSum& a, const NumericSum& b) {
  std::string left;
  std::string right;
  a.append_bytes(left);
  b.append_bytes(right);
  return left == right;
}

}  // namespace millrace
