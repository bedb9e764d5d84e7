// usage: circuit_workloads WORKLOAD [rows=N] [groups=N] [tick=N] [ticks=N] [seconds=S] [idle_views=N]
//
// Loads the workload, then runs ticks and prints one line of JSON: changes a second of wall and of CPU time,
// microseconds a tick at the median, the 99th percentile and the worst, state, and what the answer adds up to.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bench/workload.h"

namespace millrace::bench {
namespace {

double wall_seconds() {
  static const std::unique_ptr<Clock> clock = system_clock();
  return static_cast<double>(clock->monotonic_ns()) * 1e-9;
}
double cpu_seconds() {  // of all threads
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
double resident_mib_max() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

struct Measured {
  double wall = 0;
  double cpu = 0;
  std::vector<double> ticks;  // seconds each
};

// Blocks of ticks are made before the clock starts.
void run_block(Workload& workload, size_t ticks, Measured* measured) {
  workload.prepare(ticks);
  const double cpu = cpu_seconds();
  const double begin = wall_seconds();
  double last = begin;
  for (size_t i = 0; i < ticks; ++i) {
    workload.run(i);
    if (measured == nullptr) continue;
    const double now = wall_seconds();
    measured->ticks.push_back(now - last);
    last = now;
  }
  if (measured == nullptr) return;
  measured->wall += last - begin;
  measured->cpu += cpu_seconds() - cpu;
}

int run(const Options& options, Workload& workload) {
  workload.load();
  Measured measured;
  if (options.ticks > 0) {
    run_block(workload, options.ticks, &measured);
  } else {
    const size_t block = std::max<size_t>(1, 20'000 / options.tick);
    const double warm_until = wall_seconds() + options.seconds;
    while (wall_seconds() < warm_until) run_block(workload, block, nullptr);
    while (measured.cpu < options.seconds) run_block(workload, block, &measured);
  }
  const double changes = static_cast<double>(measured.ticks.size()) * static_cast<double>(options.tick);
  std::ranges::sort(measured.ticks);
  const auto percentile = [&](double share) {
    return 1e6 * measured.ticks[static_cast<size_t>(share * static_cast<double>(measured.ticks.size() - 1))];
  };
  std::printf(
      "{\"engine\": \"millrace\", \"changes_per_s\": %.0f, \"changes_per_cpu_s\": %.0f, \"tick_us_p50\": %.2f, "
      "\"tick_us_p99\": %.2f, \"tick_us_max\": %.2f, \"state_rows\": %llu, \"state_bytes\": %llu, \"rss_mib_max\": "
      "%.0f, \"answer\": \"%016llx\"}\n",
      changes / measured.wall, changes / measured.cpu, percentile(0.5), percentile(0.99), percentile(1),
      static_cast<unsigned long long>(workload.state_rows()), static_cast<unsigned long long>(workload.state_bytes()),
      resident_mib_max(), static_cast<unsigned long long>(workload.answer()));
  return 0;
}

int usage() {
  std::fprintf(stderr, "usage: circuit_workloads WORKLOAD [rows=N] [groups=N] [tick=N] [ticks=N] [seconds=S]\n");
  return 2;
}

}  // namespace
}  // namespace millrace::bench

int main(int argc, char** argv) {
  using namespace millrace::bench;
  using Make = std::unique_ptr<Workload> (*)(const Options&);
  const std::map<std::string, Make> workloads = {
      {"hydrate", make_hydrate},
      {"sum_by_key", make_sum_by_key},
      {"join", make_join},
      {"chain", make_chain},
      {"extremes", make_extremes},
      {"top_k", make_top_k},
      {"extremes_sliding", make_extremes},
      {"top_k_sliding", make_top_k},
  };
  Options options;
  const auto found = argc < 2 ? workloads.end() : workloads.find(argv[1]);
  if (found == workloads.end()) return usage();
  options.workload = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string_view::npos) return usage();
    const std::string_view name = argument.substr(0, equals);
    const double value = std::atof(argument.data() + equals + 1);
    if (name == "seconds") {
      options.seconds = value;
      continue;
    }
    const std::map<std::string_view, uint64_t*> numbers = {{"rows", &options.rows},
                                                           {"groups", &options.groups},
                                                           {"tick", &options.tick},
                                                           {"ticks", &options.ticks},
                                                           {"idle_views", &options.idle_views}};
    const auto number = numbers.find(name);
    if (number == numbers.end()) return usage();
    *number->second = static_cast<uint64_t>(value);
  }
  return run(options, *found->second(options));
}
