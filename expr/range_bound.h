// The ends of RANGE frames with an offset: PostgreSQL's in_range functions, turned round.
//
// in_range asks of two values whether one is within an offset of the other. Here is the value that a frame
// ends at instead, so that a search in ordered state finds the frame:
//
//   { x : in_range(x, value, offset, subtract, less) }   =   { x : x <= bound }  when less,  else { x : x >= bound }
//
// It always is one: a sum that the type cannot hold stands for "no bound in this direction", and where the
// type is coarser than the sum (a date plus hours) it is rounded towards the frame's inside.
#pragma once

#include <optional>

#include "base/result.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace millrace::expr {

// The type that an offset for an ORDER BY column of type `column` is coerced to, given what it is written as;
// nullopt: RANGE with an offset is not supported for that column.
std::optional<SqlType> range_offset_type(SqlType column, SqlType offset);

inline constexpr SqlState kInvalidFrameOffset("22013");

// 22013 when the offset is negative or NaN. REQUIRES: not NULL, of range_offset_type().
Status check_range_offset(const Value& offset);

struct RangeBound {
  SqlType type;   // of the column
  Value offset;   // of range_offset_type(), checked
  bool subtract;  // value - offset, else value + offset
  bool less;      // the frame is what is <= the bound, else what is >= it
};

// nullopt: beyond every value in the bound's direction (below all for subtract, else above all). A long
// result points into `arena`.
std::optional<Slot> range_bound(const RangeBound& bound, Slot value, const TimeZone& zone, Arena& arena);

}  // namespace millrace::expr
