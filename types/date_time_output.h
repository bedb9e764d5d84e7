// Writes dates, times and intervals as text, in PostgreSQL's forms for each DateStyle and
// IntervalStyle. All append to `out`.
#pragma once

#include <string>

#include "types/calendar.h"
#include "types/date_time.h"
#include "types/type_info.h"

namespace millrace {

void append_date(Date date, const TextContext& context, std::string& out);
void append_time(Time time, std::string& out);
void append_time_tz(TimeTz time, std::string& out);
void append_timestamp(Timestamp timestamp, const TextContext& context, std::string& out);
void append_timestamp_tz(TimestampTz timestamp, const TextContext& context, std::string& out);
void append_interval(Interval interval, IntervalStyle style, std::string& out);

// Pieces they share.
void append_padded(int64_t number, int width, std::string& out);  // REQUIRES: number >= 0
// "05.25"; `pad` writes the leading zero.
void append_seconds(int32_t seconds, int32_t micros, bool pad, std::string& out);

}  // namespace millrace
