#include "server/process_metrics.h"

#include "server/version.h"

namespace millrace::server {
namespace {

using http::Metric;
using http::MetricKind;
using http::Sample;

Metric gauge(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricKind::kGauge, {{{}, value}}};
}
Metric counter(std::string name, std::string help, double value) {
  return {std::move(name), std::move(help), MetricKind::kCounter, {{{}, value}}};
}

std::string_view name_of(engine::SourceState state) {
  switch (state) {
    case engine::SourceState::kStarting: return "starting";
    case engine::SourceState::kRunning: return "running";
    case engine::SourceState::kFinished: return "finished";
    case engine::SourceState::kStalled: return "stalled";
  }
  return "";
}

void add_sources(engine::Database& database, std::vector<Metric>& metrics) {
  const engine::WorldPtr world = database.world().get();
  Metric rows{"millrace_source_rows_total", "Rows read by a source since it was started.", MetricKind::kCounter, {}};
  Metric state{"millrace_source_state", "1 for the state a source is in.", MetricKind::kGauge, {}};
  for (const engine::SourceStatus& status : database.sources().statuses()) {
    const engine::Relation* relation = world->find(status.source);
    if (relation == nullptr) continue;
    const auto& [schema, name] = relation->object().name;
    rows.samples.push_back({{{"schema", schema}, {"source", name}}, static_cast<double>(status.rows)});
    state.samples.push_back({{{"schema", schema}, {"source", name}, {"state", std::string(name_of(status.state))}}, 1});
  }
  metrics.push_back(std::move(rows));
  metrics.push_back(std::move(state));
}

}  // namespace

std::vector<http::Metric> ProcessMetrics::metrics() {
  std::vector<Metric> metrics;
  metrics.push_back(
      {"millrace_build_info", "The running version.", MetricKind::kGauge, {{{{"version", std::string(kVersion)}}, 1}}});
  metrics.push_back(gauge("millrace_ready", "Whether every relation can be read.", readiness().ready ? 1 : 0));
  if (server_ != nullptr) {
    const pgwire::Statistics connections = server_->statistics();
    metrics.push_back(
        gauge("millrace_connections", "PostgreSQL connections open.", static_cast<double>(connections.open)));
    metrics.push_back(gauge("millrace_connections_unauthenticated", "Of these, those that have not logged in.",
                            static_cast<double>(connections.unauthenticated)));
    metrics.push_back(counter("millrace_connections_accepted_total", "PostgreSQL connections taken.",
                              static_cast<double>(connections.accepted)));
    metrics.push_back(counter("millrace_connections_refused_total", "PostgreSQL connections over a limit.",
                              static_cast<double>(connections.refused)));
  }
  engine::Database* database = database_.load(std::memory_order_acquire);
  if (database == nullptr) return metrics;
  metrics.push_back(counter("millrace_tick", "The newest tick that can be read.",
                            static_cast<double>(database->registry().published().value())));
  metrics.push_back(counter("millrace_checkpoints_total", "Checkpoints written since the start.",
                            static_cast<double>(database->checkpointer().completed())));
  metrics.push_back(gauge("millrace_resident_bytes", "Memory of this process.",
                          static_cast<double>(database->memory().resident_bytes())));
  metrics.push_back(gauge("millrace_memory_limit_bytes", "What it is held to; 0: no limit.",
                          static_cast<double>(options_.memory_limit_bytes)));
  metrics.push_back(gauge("millrace_relations", "Tables, sources, views and system relations.",
                          static_cast<double>(database->world().get()->relations.size())));
  add_sources(*database, metrics);
  return metrics;
}

http::Readiness ProcessMetrics::readiness() const {
  const engine::Database* database = database_.load(std::memory_order_acquire);
  if (database == nullptr) return {false, "starting up"};
  if (!database->all_ready()) return {false, "some relations cannot be read yet"};
  return {true, ""};
}

}  // namespace millrace::server
