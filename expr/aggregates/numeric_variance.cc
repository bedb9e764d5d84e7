// variance and stddev of numeric, exact.
#include "expr/aggregates/numeric_spread.h"
#include "expr/families.h"
#include "expr/linear_aggregate.h"
#include "types/numeric_sum.h"

namespace millrace::expr {
namespace {

struct Moments {
  NumericSum sum;
  NumericSum squares;  // of the finite values

  void add(const Numeric& value, int64_t weight) {
    sum.add(value, weight);
    if (value.is_finite()) squares.add(numeric::multiply_exact(value, value), weight);
  }
  void merge(const Moments& other) {
    sum.merge(other.sum);
    squares.merge(other.squares);
  }
  void negate() {
    sum.negate();
    squares.negate();
  }
  void save(std::string& out) const {
    std::string bytes;
    sum.append_bytes(bytes);
    const uint32_t size = static_cast<uint32_t>(bytes.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += bytes;
    squares.append_bytes(out);
  }
  void load(std::string_view bytes) {
    uint32_t size;
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    sum = NumericSum::from_bytes(bytes.substr(0, size));
    squares = NumericSum::from_bytes(bytes.substr(size));
  }
};

template <bool kSample, Measure kMeasure>
struct Spread : Moments {
  void merge(const Spread& other) { Moments::merge(other); }
  Result<std::optional<Numeric>> finish() const {
    const int64_t rows = sum.count();
    if (rows == 0 || (kSample && rows == 1)) return std::optional<Numeric>();
    if (sum.has_specials()) return std::optional<Numeric>(Numeric::nan());
    TRY(Numeric value, numeric_spread(rows, sum.exact_sum(), squares.exact_sum(), kSample, kMeasure));
    return std::optional<Numeric>(std::move(value));
  }
};

}  // namespace

std::vector<AggregateSpec> numeric_variance_aggregates() {
  std::vector<AggregateSpec> rows;
  for_each_spread([&]<bool kSample, Measure kMeasure>(const char* name, const char* doc) {
    rows.push_back(linear_aggregate<Spread<kSample, kMeasure>, Numeric>(
        name, doc, "(SELECT var_samp(x::numeric) FROM generate_series(1, 3) x) = 1"));
  });
  return rows;
}

}  // namespace millrace::expr
