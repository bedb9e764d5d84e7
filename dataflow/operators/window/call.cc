#include "dataflow/operators/window/call.h"

#include "base/check.h"

namespace millrace::dataflow::window {

namespace {

int64_t to_integer(SqlType type, Slot slot) {
  return type.physical() == Physical::kInt64 ? slot.i64 : type.physical() == Physical::kInt16 ? slot.i16 : slot.i32;
}

}  // namespace

std::optional<int64_t> Argument::constant_integer() const {
  if (argument_.column || argument_.constant.is_null()) return std::nullopt;
  return to_integer(argument_.constant.type(), argument_.constant.slot());
}

std::optional<Slot> Argument::at(PackedRow row) const {
  if (argument_.column) {
    if (layout_.is_null(row, *argument_.column)) return std::nullopt;
    return layout_.slot(row, *argument_.column);
  }
  if (argument_.constant.is_null()) return std::nullopt;
  return argument_.constant.slot();
}

std::optional<int64_t> Argument::integer_at(PackedRow row) const {
  if (!argument_.column) return constant_integer();
  if (layout_.is_null(row, *argument_.column)) return std::nullopt;
  return to_integer(layout_.type(*argument_.column), layout_.slot(row, *argument_.column));
}

}  // namespace millrace::dataflow::window
