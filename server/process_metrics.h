// What /metrics and /readyz say. Asked on a network thread; takes short locks only.
#pragma once

#include <atomic>
#include <memory>

#include "engine/database.h"
#include "http/exchange.h"
#include "pgwire/server.h"

namespace millrace::server {

class ProcessMetrics final : public http::MetricsSource {
 public:
  explicit ProcessMetrics(const engine::DatabaseOptions& options) : options_(options) {}

  // From here on the database is measured too; it outlives the last question.
  void watch(engine::Database& database) { database_.store(&database, std::memory_order_release); }
  void watch(const pgwire::Server& server) { server_ = &server; }

  std::vector<http::Metric> metrics() override;
  http::Readiness readiness() const;

 private:
  const engine::DatabaseOptions& options_;
  std::atomic<engine::Database*> database_{nullptr};
  const pgwire::Server* server_ = nullptr;
};

}  // namespace millrace::server
