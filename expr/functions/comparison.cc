// = <> < <= > >= for every type that has an ordering.
//
// Integers and floats, also of different widths, are typed lambdas; all other types share one kernel over
// TypeInfo::compare, with a shortcut for equality where equal values have equal bytes.
#include <cmath>

#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

struct Equal {
  static constexpr const char* kName = "=";
  static constexpr const char* kDoc = "Equal.";
  static constexpr const char* kExample = "2 = 2";
  static constexpr bool test(int order) { return order == 0; }
};
struct NotEqual {
  static constexpr const char* kName = "<>";
  static constexpr const char* kDoc = "Not equal.";
  static constexpr const char* kExample = "1 <> 2";
  static constexpr bool test(int order) { return order != 0; }
};
struct Less {
  static constexpr const char* kName = "<";
  static constexpr const char* kDoc = "Less than.";
  static constexpr const char* kExample = "1 < 2";
  static constexpr bool test(int order) { return order < 0; }
};
struct LessOrEqual {
  static constexpr const char* kName = "<=";
  static constexpr const char* kDoc = "Less than or equal.";
  static constexpr const char* kExample = "2 <= 2";
  static constexpr bool test(int order) { return order <= 0; }
};
struct Greater {
  static constexpr const char* kName = ">";
  static constexpr const char* kDoc = "Greater than.";
  static constexpr const char* kExample = "2 > 1";
  static constexpr bool test(int order) { return order > 0; }
};
struct GreaterOrEqual {
  static constexpr const char* kName = ">=";
  static constexpr const char* kDoc = "Greater than or equal.";
  static constexpr const char* kExample = "2 >= 2";
  static constexpr bool test(int order) { return order >= 0; }
};

template <class F>
void for_each_comparison(F f) {
  f(Equal{});
  f(NotEqual{});
  f(Less{});
  f(LessOrEqual{});
  f(Greater{});
  f(GreaterOrEqual{});
}

// NaN equals itself and is above everything.
template <class T>
constexpr int order(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const bool nan_a = a != a, nan_b = b != b;
    if (nan_a || nan_b) return nan_a - nan_b;
  }
  return (a > b) - (a < b);
}

template <class A, class B>
void add_native(std::vector<ScalarFunction>& rows) {
  using Common = std::common_type_t<A, B>;
  for_each_comparison([&]<class C>(C) {
    rows.push_back(op(C::kName, [](A a, B b) { return C::test(order<Common>(a, b)); }, C::kDoc, C::kExample));
  });
}

template <class C>
void generic_kernel(const KernelCall& call, ColumnBuilder& out) {
  const Column& left = *call.arguments[0];
  const Column& right = *call.arguments[1];
  const SqlType type = left.type();
  const TypeInfo& info = type.info();
  constexpr bool kOnlyEquality = std::is_same_v<C, Equal> || std::is_same_v<C, NotEqual>;
  const bool by_bytes = kOnlyEquality && info.bytewise_equality && info.physical == Physical::kBytes;
  int8_t* target = out.append_uninitialized<int8_t>(call.rows);
  const bool has_nulls = left.has_nulls() || right.has_nulls();
  for (size_t row = 0; row < call.rows; ++row) {
    target[row] = 0;
    if (has_nulls && (left.is_null(row) || right.is_null(row))) {
      out.set_null(row);
    } else if (by_bytes) {
      target[row] = C::test(left.value<StringRef>(row) == right.value<StringRef>(row) ? 0 : 1);
    } else {
      target[row] = C::test(info.compare(left.slot(row), right.slot(row), type));
    }
  }
}

// Types with operators of their own in PostgreSQL; varchar, the reg* types and domains use these through
// binary coercion.
constexpr uint32_t kGenericTypes[] = {
    oid::kBool,        oid::kBytea,    oid::kChar, oid::kName,  oid::kText,     oid::kOid,
    oid::kNumeric,     oid::kBpchar,   oid::kDate, oid::kTime,  oid::kTimeTz,   oid::kTimestamp,
    oid::kTimestampTz, oid::kInterval, oid::kUuid, oid::kJsonb, oid::kAnyArray, oid::kRecord,
};

const char* example_for(uint32_t type, const char* name, const char* fallback) {
  return type == oid::kText && std::string_view(name) == "=" ? "'a'::text = 'a'::text" : fallback;
}

}  // namespace

std::vector<ScalarFunction> comparison_operators() {
  std::vector<ScalarFunction> rows;
  add_native<int16_t, int16_t>(rows);
  add_native<int16_t, int32_t>(rows);
  add_native<int16_t, int64_t>(rows);
  add_native<int32_t, int16_t>(rows);
  add_native<int32_t, int32_t>(rows);
  add_native<int32_t, int64_t>(rows);
  add_native<int64_t, int16_t>(rows);
  add_native<int64_t, int32_t>(rows);
  add_native<int64_t, int64_t>(rows);
  add_native<float, float>(rows);
  add_native<float, double>(rows);
  add_native<double, float>(rows);
  add_native<double, double>(rows);
  for (const uint32_t type : kGenericTypes) {
    for_each_comparison([&]<class C>(C) {
      ScalarFunction row;
      row.kind = FunctionKind::kOperator;
      row.name = C::kName;
      row.arguments = {type, type};
      row.result = oid::kBool;
      row.kernel = generic_kernel<C>;
      row.doc = C::kDoc;
      row.example = example_for(type, C::kName, C::kExample);
      rows.push_back(std::move(row));
    });
  }
  return rows;
}

}  // namespace millrace::expr
