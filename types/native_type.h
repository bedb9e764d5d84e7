// How a C++ type carries a SQL type: the bridge that lets a SQL function be written as a lambda over
// ordinary values (expr/). Each type's file specialises it beside its class.
//
//   template <> struct NativeType<Date> {
//     static constexpr uint32_t kOid = oid::kDate;
//     static Date load(Slot slot) { return {slot.i32}; }
//     static Slot store(Date value, Arena&) { return Slot::of_i32(value.days); }
//   };
//
// Types whose C++ form would be ambiguous get a wrapper: std::string_view is text; bytea, json and
// jsonb are Bytea, Json, Jsonb.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/slot.h"
#include "types/sql_type.h"

namespace millrace {

template <class T>
struct NativeType;

template <>
struct NativeType<bool> {
  static constexpr uint32_t kOid = oid::kBool;
  static bool load(Slot slot) { return slot.i8 != 0; }
  static Slot store(bool value, Arena&) { return Slot::of_bool(value); }
};

template <>
struct NativeType<int16_t> {
  static constexpr uint32_t kOid = oid::kInt2;
  static int16_t load(Slot slot) { return slot.i16; }
  static Slot store(int16_t value, Arena&) { return Slot::of_i16(value); }
};

template <>
struct NativeType<int32_t> {
  static constexpr uint32_t kOid = oid::kInt4;
  static int32_t load(Slot slot) { return slot.i32; }
  static Slot store(int32_t value, Arena&) { return Slot::of_i32(value); }
};

template <>
struct NativeType<int64_t> {
  static constexpr uint32_t kOid = oid::kInt8;
  static int64_t load(Slot slot) { return slot.i64; }
  static Slot store(int64_t value, Arena&) { return Slot::of_i64(value); }
};

template <>
struct NativeType<float> {
  static constexpr uint32_t kOid = oid::kFloat4;
  static float load(Slot slot) { return slot.f32; }
  static Slot store(float value, Arena&) { return Slot::of_f32(value); }
};

template <>
struct NativeType<double> {
  static constexpr uint32_t kOid = oid::kFloat8;
  static double load(Slot slot) { return slot.f64; }
  static Slot store(double value, Arena&) { return Slot::of_f64(value); }
};

// load() gives a view that lives as long as what `slot` refers to. Takes the slot by reference: a
// short string lies inside it.
template <>
struct NativeType<std::string_view> {
  static constexpr uint32_t kOid = oid::kText;
  static std::string_view load(const Slot& slot) { return slot.view(); }
  static Slot store(std::string_view value, Arena& arena) { return Slot::copy_bytes(value, arena); }
};

template <>
struct NativeType<std::string> {  // results only
  static constexpr uint32_t kOid = oid::kText;
  static Slot store(const std::string& value, Arena& arena) { return Slot::copy_bytes(value, arena); }
};

}  // namespace millrace
