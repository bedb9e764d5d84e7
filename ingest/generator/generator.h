// Load generators: event n is a pure function of the seed and n, on every machine and in every version.
//
// So a generator is a log like any other: its offset is the number of the next event, and history can be
// read again at will. Pacing (RATE) is the reader's business; the times inside the events follow from
// their numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "catalog/catalog.h"
#include "types/delta_batch.h"

namespace millrace::ingest {

class Generator {
 public:
  virtual ~Generator() = default;
  // Appends the event's row to one of the outputs (in the order of catalog/generator_tables.h).
  virtual void append(uint64_t number, std::vector<DeltaBuilder>& outputs) = 0;
  // Events that come before the first tick: what the tables hold from the start.
  virtual uint64_t initial_events() const { return 0; }
};

std::unique_ptr<Generator> make_counter();
// Event times are `interval_us` apart.
std::unique_ptr<Generator> make_auction(uint64_t seed, int64_t interval_us);
std::unique_ptr<Generator> make_nexmark(uint64_t seed, double events_per_second);

}  // namespace millrace::ingest
