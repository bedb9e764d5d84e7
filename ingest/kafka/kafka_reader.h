// A Kafka topic as a source: assigned partitions, offsets of our own, JSON records.
//
//   - assign, never subscribe: rebalances and other members of a group cannot touch us.
//   - "Caught up" comes from partition-EOF events, never from the last record: transaction markers and
//     aborted records own offsets that are never delivered.
//   - Offsets below what is expected are dropped (a broker may repeat), above it they are holes that
//     compaction or markers left.
#pragma once

#include "ingest/source_reader.h"

namespace millrace::ingest {

Result<std::unique_ptr<SourceReader>> open_kafka(const SourceDescription& description, const OffsetVector& from,
                                                 const std::optional<OffsetVector>& until, Clock& clock);

}  // namespace millrace::ingest
