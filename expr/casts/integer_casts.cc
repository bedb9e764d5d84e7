// Between int2, int4, int8 and bool.
#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

template <class T>
constexpr const char* kSqlName = sizeof(T) == 2   ? "smallint"
                                 : sizeof(T) == 4 ? "integer"
                                                  : "bigint";

template <class From, class To>
CastRow widen() {
  return {NativeType<From>::kOid, NativeType<To>::kOid, CastContext::kImplicit, CastMethod::kFunction,
          scalar("int", [](From x) { return To{x}; }, "Wider integer.", "1::smallint::bigint = 1")};
}

template <class From, class To>
CastRow narrow() {
  return {NativeType<From>::kOid, NativeType<To>::kOid, CastContext::kAssignment, CastMethod::kFunction,
          scalar(
              "int",
              [](From x) -> Result<To> {
                if (x != static_cast<To>(x)) {
                  return SqlError(sqlstate::kNumericValueOutOfRange, std::string(kSqlName<To>) + " out of range");
                }
                return static_cast<To>(x);
              },
              "Narrower integer; 22003 when it does not fit.", "7::bigint::smallint = 7")};
}

}  // namespace

std::vector<CastRow> integer_casts() {
  std::vector<CastRow> rows;
  rows.push_back(widen<int16_t, int32_t>());
  rows.push_back(widen<int16_t, int64_t>());
  rows.push_back(widen<int32_t, int64_t>());
  rows.push_back(narrow<int64_t, int32_t>());
  rows.push_back(narrow<int64_t, int16_t>());
  rows.push_back(narrow<int32_t, int16_t>());
  rows.push_back({oid::kInt4, oid::kBool, CastContext::kExplicit, CastMethod::kFunction,
                  scalar("bool", [](int32_t x) { return x != 0; }, "True unless zero.", "5::boolean")});
  rows.push_back({oid::kBool, oid::kInt4, CastContext::kExplicit, CastMethod::kFunction,
                  scalar("int4", [](bool x) { return int32_t{x}; }, "1 or 0.", "true::integer = 1")});
  return rows;
}

}  // namespace millrace::expr
