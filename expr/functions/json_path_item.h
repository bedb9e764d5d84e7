// What a jsonpath works on: a jsonb value, or a moment that .datetime() made.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "expr/eval_context.h"
#include "types/jsonb.h"

namespace millrace::expr {

struct PathMoment {
  SqlType type;  // date, time, timetz, timestamp or timestamptz; invalid: no moment
  Slot slot;     // of that type, fixed size
  std::string text;
};

// Borrows the bytes of its jsonb value.
struct PathItem {
  std::string_view bytes;
  std::optional<PathMoment> moment;
  int64_t object_id = 0;  // of what .keyvalue() tells apart

  JsonbView view() const { return JsonbView(bytes); }
  bool is(JsonbKind kind) const { return !moment && view().kind() == kind; }
};

// The moment an ISO 8601 text names; none when it is none.
std::optional<PathMoment> parse_path_moment(std::string_view text, const EvalContext& context);
// <0, 0, >0; none when the two cannot be compared. 0A000 when that takes a time zone and `time_zones` is not set.
Result<std::optional<int>> compare_path_moments(const PathMoment& a, const PathMoment& b, bool time_zones,
                                                const EvalContext& context);

}  // namespace millrace::expr
