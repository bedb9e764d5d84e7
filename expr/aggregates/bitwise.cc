// bit_and, bit_or, bit_xor: how many rows have each bit set answers the first two under retraction; of the
// third only whether the number is odd.
#include <array>
#include <bit>

#include "expr/families.h"
#include "expr/linear_aggregate.h"

namespace millrace::expr {
namespace {

template <class T>
struct BitCounts {
  using Bits = std::make_unsigned_t<T>;

  int64_t rows = 0;
  std::array<int64_t, sizeof(T) * 8> ones{};

  void add(T value, int64_t weight) {
    rows += weight;
    for (Bits left = static_cast<Bits>(value); left != 0; left = static_cast<Bits>(left & (left - 1))) {
      ones[static_cast<size_t>(std::countr_zero(left))] += weight;
    }
  }
  void merge(const BitCounts& other) {
    rows += other.rows;
    for (size_t bit = 0; bit < ones.size(); ++bit) ones[bit] += other.ones[bit];
  }
  void negate() {
    rows = -rows;
    for (int64_t& count : ones) count = -count;
  }
  template <class Test>
  std::optional<T> bits_where(Test test) const {
    if (rows == 0) return std::nullopt;
    Bits value = 0;
    for (size_t bit = 0; bit < ones.size(); ++bit) {
      if (test(ones[bit])) value = static_cast<Bits>(value | Bits{1} << bit);
    }
    return static_cast<T>(value);
  }
};

template <class T>
struct AndOfAll : BitCounts<T> {
  void merge(const AndOfAll& other) { BitCounts<T>::merge(other); }
  std::optional<T> finish() const {
    return this->bits_where([&](int64_t count) { return count == this->rows; });
  }
};

template <class T>
struct OrOfAll : BitCounts<T> {
  void merge(const OrOfAll& other) { BitCounts<T>::merge(other); }
  std::optional<T> finish() const {
    return this->bits_where([](int64_t count) { return count > 0; });
  }
};

template <class T>
struct XorOfAll {
  int64_t rows = 0;
  T bits = 0;  // its own inverse

  void add(T value, int64_t weight) {
    rows += weight;
    if (weight % 2 != 0) bits = static_cast<T>(bits ^ value);
  }
  void merge(const XorOfAll& other) {
    rows += other.rows;
    bits = static_cast<T>(bits ^ other.bits);
  }
  void negate() { rows = -rows; }
  std::optional<T> finish() const { return rows == 0 ? std::nullopt : std::optional<T>(bits); }
};

template <class T>
void add_rows(std::vector<AggregateSpec>& rows) {
  rows.push_back(linear_aggregate<AndOfAll<T>, T>("bit_and", "The bits that all values have.",
                                                  "(SELECT bit_and(x) FROM generate_series(5, 7) x) = 4"));
  rows.push_back(linear_aggregate<OrOfAll<T>, T>("bit_or", "The bits that any value has.",
                                                 "(SELECT bit_or(x) FROM generate_series(1, 4) x) = 7"));
  rows.push_back(linear_aggregate<XorOfAll<T>, T>("bit_xor", "The bits that an odd number of values have.",
                                                  "(SELECT bit_xor(x) FROM generate_series(1, 4) x) = 4"));
}

}  // namespace

std::vector<AggregateSpec> bitwise_aggregates() {
  std::vector<AggregateSpec> rows;
  add_rows<int16_t>(rows);
  add_rows<int32_t>(rows);
  add_rows<int64_t>(rows);
  return rows;
}

}  // namespace millrace::expr
