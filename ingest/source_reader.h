// Reads an outside log into batches of rows: the one interface between connectors and the engine.
//
// A source is a set of partitions, each an ordered log addressed by offsets. A reader starts at given
// offsets and hands out what follows, each batch with the offsets after it. The engine keeps those
// offsets with the state they produced, so a record is counted exactly once whatever crashes: the
// reader itself remembers nothing.
//
// Threads: one reader, one thread; several readers of the same source are independent (a new view reads
// the history while the live reader goes on).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "types/delta_batch.h"

namespace millrace::ingest {

// The next offset to read, by partition. A partition that is not named starts where the source's
// definition says.
using OffsetVector = std::map<int32_t, int64_t>;

struct SourceBatch {
  // By output: one for a plain source; a generator FOR ALL TABLES has one a table, in the order of
  // catalog/generator_tables.h. Inserts only.
  std::vector<Delta> outputs;
  OffsetVector next;      // of every partition known so far
  uint64_t records = 0;   // read from the log, also those that gave no row
  bool finished = false;  // nothing will ever follow (MAX ROWS)
};

struct PartitionStatus {
  int32_t partition;
  int64_t next_offset;
  std::optional<int64_t> end_offset;  // high watermark as last heard
};

class SourceReader {
 public:
  virtual ~SourceReader() = default;

  // What has arrived, at most about `rows_max` rows, waiting up to `wait_ms` for a first one; possibly
  // nothing. Transient trouble (a dead broker) is not an error: it shows in trouble() and is retried
  // for ever. An error is permanent (a record that does not decode, a topic that is gone, an offset out
  // of range); it names topic, partition and offset; nothing was consumed by the failed call, so that
  // polling again fails again.
  virtual Result<SourceBatch> poll(size_t rows_max, int64_t wait_ms) = 0;

  // Where the broker's ends are, as far as known without asking.
  virtual std::vector<PartitionStatus> partitions() const = 0;
  // What is wrong at the moment and being retried; empty when all is well.
  virtual std::string trouble() const = 0;
  // Every record that was in the log when the reader was opened has been handed out.
  virtual bool caught_up() const = 0;
};

// What a reader is made from. `relations` are the outputs' column lists, in order: one for a plain
// source, one a table for a generator.
struct SourceDescription {
  const catalog::Object* source = nullptr;
  const catalog::Object* connection = nullptr;  // of a Kafka source
  std::vector<std::vector<catalog::ColumnDefinition>> relations;
  const catalog::CatalogSnapshot* catalog = nullptr;  // for secrets; used only while opening
};

// REQUIRES: `clock` outlives the reader. Reads [from, until); no `until`: goes on for ever.
// Does not wait for the outside world: a broker that is down shows in trouble().
Result<std::unique_ptr<SourceReader>> open_reader(const SourceDescription& description, const OffsetVector& from,
                                                  const std::optional<OffsetVector>& until, Clock& clock);

// Asks the broker: what CREATE CONNECTION and CREATE SOURCE check before they succeed. Waits at most
// `timeout_ms`. Errors say what to do (is the broker reachable, does the topic exist ...).
Status validate_connection(const catalog::Object& connection, const catalog::CatalogSnapshot& catalog,
                           int64_t timeout_ms);
Status validate_source(const SourceDescription& description, int64_t timeout_ms);

}  // namespace millrace::ingest
