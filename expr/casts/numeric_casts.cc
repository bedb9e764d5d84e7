// Between numeric, integers and floats.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

template <class From, class Convert>
CastRow to_numeric(CastContext context, Convert convert) {
  return {NativeType<From>::kOid, oid::kNumeric, context, CastMethod::kFunction,
          scalar("numeric", convert, "The number as a decimal.", "42::numeric = 42.0")};
}

template <class To, class Convert>
CastRow from_numeric(CastContext context, Convert convert) {
  return {oid::kNumeric, NativeType<To>::kOid, context, CastMethod::kFunction,
          scalar("number", convert, "The nearest number, halves away from zero.", "2.5::integer = 3")};
}

}  // namespace

std::vector<CastRow> numeric_casts() {
  constexpr auto kImplicit = CastContext::kImplicit;
  constexpr auto kAssignment = CastContext::kAssignment;
  return {
      to_numeric<int16_t>(kImplicit, [](int16_t x) { return Numeric::from_int(x); }),
      to_numeric<int32_t>(kImplicit, [](int32_t x) { return Numeric::from_int(x); }),
      to_numeric<int64_t>(kImplicit, [](int64_t x) { return Numeric::from_int(x); }),
      to_numeric<float>(kAssignment, [](float x) { return numeric::from_float4(x); }),
      to_numeric<double>(kAssignment, [](double x) { return numeric::from_float8(x); }),
      from_numeric<int16_t>(kAssignment, [](const Numeric& x) { return numeric::to_int16(x); }),
      from_numeric<int32_t>(kAssignment, [](const Numeric& x) { return numeric::to_int32(x); }),
      from_numeric<int64_t>(kAssignment, [](const Numeric& x) { return numeric::to_int64(x); }),
      from_numeric<float>(kImplicit, [](const Numeric& x) { return numeric::to_float4(x); }),
      from_numeric<double>(kImplicit, [](const Numeric& x) { return numeric::to_float8(x); }),
  };
}

}  // namespace millrace::expr
