// jsonb to the scalar it holds, and between json and jsonb.
#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/jsonb.h"
#include "types/numeric.h"

namespace millrace::expr {
namespace {

SqlError cannot_cast(JsonbKind kind, const char* target) {
  const char* name = kind == JsonbKind::kNumber ? "numeric" : jsonb_kind_name(kind);
  return SqlError(sqlstate::kInvalidParameterValue, std::string("cannot cast jsonb ") + name + " to type " + target);
}

Result<Numeric> number_in(Jsonb json, const char* target) {
  const JsonbView view = json.view();
  if (view.kind() != JsonbKind::kNumber) return cannot_cast(view.kind(), target);
  const Slot number = view.number();
  return NativeType<Numeric>::load(number);
}

template <class F>
CastRow to_number(uint32_t target, F convert) {
  return {oid::kJsonb, target, CastContext::kExplicit, CastMethod::kFunction,
          scalar("number", convert, "The number that jsonb holds.", "'42'::jsonb::integer = 42")};
}

}  // namespace

std::vector<CastRow> json_casts() {
  return {
      {oid::kJson, oid::kJsonb, CastContext::kAssignment, CastMethod::kText, {}},
      {oid::kJsonb, oid::kJson, CastContext::kAssignment, CastMethod::kText, {}},
      {oid::kJsonb, oid::kBool, CastContext::kExplicit, CastMethod::kFunction,
       scalar(
           "bool",
           [](Jsonb json) -> Result<bool> {
             if (json.view().kind() != JsonbKind::kBool) return cannot_cast(json.view().kind(), "boolean");
             return json.view().boolean();
           },
           "The boolean that jsonb holds.", "'true'::jsonb::boolean")},
      to_number(oid::kNumeric, [](Jsonb json) { return number_in(json, "numeric"); }),
      to_number(oid::kInt2,
                [](Jsonb json) -> Result<int16_t> {
                  TRY(const Numeric number, number_in(json, "smallint"));
                  return numeric::to_int16(number);
                }),
      to_number(oid::kInt4,
                [](Jsonb json) -> Result<int32_t> {
                  TRY(const Numeric number, number_in(json, "integer"));
                  return numeric::to_int32(number);
                }),
      to_number(oid::kInt8,
                [](Jsonb json) -> Result<int64_t> {
                  TRY(const Numeric number, number_in(json, "bigint"));
                  return numeric::to_int64(number);
                }),
      to_number(oid::kFloat4,
                [](Jsonb json) -> Result<float> {
                  TRY(const Numeric number, number_in(json, "real"));
                  return numeric::to_float4(number);
                }),
      to_number(oid::kFloat8,
                [](Jsonb json) -> Result<double> {
                  TRY(const Numeric number, number_in(json, "double precision"));
                  return numeric::to_float8(number);
                }),
  };
}

}  // namespace millrace::expr
