// Between integers and floats: to an integer halves go to the even one.
#include "expr/families.h"
#include "expr/float_errors.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

template <class T>
constexpr const char* kSqlName = sizeof(T) == 2   ? "smallint"
                                 : sizeof(T) == 4 ? "integer"
                                                  : "bigint";

template <class From, class To>
CastRow to_float() {
  return {NativeType<From>::kOid, NativeType<To>::kOid, CastContext::kImplicit, CastMethod::kFunction,
          scalar("float", [](From x) { return static_cast<To>(x); }, "The nearest float.", "1::float8 = 1")};
}

template <class From, class To>
CastRow to_integer() {
  return {NativeType<From>::kOid, NativeType<To>::kOid, CastContext::kAssignment, CastMethod::kFunction,
          scalar(
              "int",
              [](From x) -> Result<To> {
                const From rounded = std::nearbyint(x);
                constexpr From kLow = static_cast<From>(std::numeric_limits<To>::min());
                if (!(rounded >= kLow && rounded < -kLow)) {  // NaN too
                  return SqlError(sqlstate::kNumericValueOutOfRange, std::string(kSqlName<To>) + " out of range");
                }
                return static_cast<To>(rounded);
              },
              "The nearest integer, halves to the even one.", "2.5::float8::integer = 2")};
}

}  // namespace

std::vector<CastRow> float_casts() {
  return {
      to_float<int16_t, float>(),
      to_float<int32_t, float>(),
      to_float<int64_t, float>(),
      to_float<int16_t, double>(),
      to_float<int32_t, double>(),
      to_float<int64_t, double>(),
      to_float<float, double>(),
      to_integer<float, int16_t>(),
      to_integer<float, int32_t>(),
      to_integer<float, int64_t>(),
      to_integer<double, int16_t>(),
      to_integer<double, int32_t>(),
      to_integer<double, int64_t>(),
      {oid::kFloat8, oid::kFloat4, CastContext::kAssignment, CastMethod::kFunction,
       scalar(
           "float4",
           [](double x) -> Result<float> { return in_float_range(static_cast<float>(x), std::isinf(x), x == 0); },
           "The nearest float4.", "1.5::float8::float4 = 1.5")},
  };
}

}  // namespace millrace::expr
