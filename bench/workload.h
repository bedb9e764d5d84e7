// A workload that Millrace and its peers run alike: load rows, then ticks of changes. The programs under peers/
// speak the same command line and print the same line of JSON; compare.py puts them side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace millrace::bench {

struct Options {
  std::string workload;
  uint64_t rows = 1'000'000;
  uint64_t groups = 1'000'000;
  uint64_t tick = 1'000;  // changes a tick
  uint64_t ticks = 0;     // exactly so many, to compare answers; 0: as many as fit in `seconds`
  double seconds = 0.5;   // of measured time
  uint64_t idle_views = 0;
};

class Workload {
 public:
  virtual ~Workload() = default;
  virtual void load() = 0;
  // Makes the changes of the next `ticks` ticks; not part of what is measured.
  virtual void prepare(size_t ticks) = 0;
  // Runs the i-th of them.
  virtual void run(size_t i) = 0;
  // What the changes of the answer add up to: the sum of weight * hash of each row.
  virtual uint64_t answer() const = 0;
  virtual uint64_t state_rows() const = 0;
  virtual uint64_t state_bytes() const = 0;
};

std::unique_ptr<Workload> make_sum_by_key(const Options& options);
std::unique_ptr<Workload> make_hydrate(const Options& options);
std::unique_ptr<Workload> make_join(const Options& options);
std::unique_ptr<Workload> make_chain(const Options& options);
std::unique_ptr<Workload> make_extremes(const Options& options);
std::unique_ptr<Workload> make_top_k(const Options& options);

}  // namespace millrace::bench
