// Measurements in the text format of Prometheus.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::http {

enum class MetricKind : uint8_t { kCounter, kGauge };

struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

struct Metric {
  std::string name;  // [a-zA-Z_:][a-zA-Z0-9_:]*
  std::string help;
  MetricKind kind = MetricKind::kGauge;
  std::vector<Sample> samples;
};

// Asked on the network thread at every scrape: must not wait for anything slow.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  virtual std::vector<Metric> metrics() = 0;
};

// Version 0.0.4 of the exposition format.
std::string to_prometheus(const std::vector<Metric>& metrics);

}  // namespace millrace::http
