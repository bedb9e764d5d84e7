#include "http/metrics.h"

#include <fmt/format.h>

namespace millrace::http {
namespace {

void append_escaped(std::string_view text, bool quotes, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quotes && c == '"')) out += '\\';
    out += c;
  }
}

}  // namespace

std::string to_prometheus(const std::vector<Metric>& metrics) {
  std::string out;
  for (const Metric& metric : metrics) {
    out += fmt::format("# HELP {} ", metric.name);
    append_escaped(metric.help, false, out);
    out += fmt::format("\n# TYPE {} {}\n", metric.name, metric.kind == MetricKind::kCounter ? "counter" : "gauge");
    for (const Sample& sample : metric.samples) {
      out += metric.name;
      char separator = '{';
      for (const auto& [name, value] : sample.labels) {
        out += separator;
        separator = ',';
        out += name;
        out += "=\"";
        append_escaped(value, true, out);
        out += '"';
      }
      if (!sample.labels.empty()) out += '}';
      out += fmt::format(" {}\n", sample.value);
    }
  }
  return out;
}

}  // namespace millrace::http
