// A load generator as a source: paces its events and hands them out from an offset.
#pragma once

#include "ingest/source_reader.h"

namespace millrace::ingest {

// With `until` events come as fast as they are asked for: the history of a source is not paced.
Result<std::unique_ptr<SourceReader>> open_generator(const SourceDescription& description, const OffsetVector& from,
                                                     const std::optional<OffsetVector>& until, Clock& clock);

}  // namespace millrace::ingest
