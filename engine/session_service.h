// Opens sessions: the SessionFactory that pgwire/ and http/ are given.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "engine/query_pool.h"
#include "engine/session.h"
#include "engine/system/system_rows.h"

namespace millrace::engine {

struct SessionServiceOptions {
  std::string user = "millrace";
  std::string database = "millrace";
  std::optional<Credentials> verifier;  // of the user's password; none: none is asked for
  size_t connections_max = 2000;
  size_t pool_threads = 4;
};

class SessionService final : public SessionFactory {
 public:
  SessionService(Database& database, SessionServiceOptions options);
  ~SessionService() override;

  Credentials credentials(std::string_view user) override;
  Result<std::unique_ptr<Session>> open(const SessionOptions& options) override;
  void run(std::function<void()> job) override;
  std::pair<uint32_t, uint32_t> cancel_key(const Session& session) override;
  void cancel(uint32_t id, uint32_t secret) override;
  size_t register_reader() override;
  void quiescent(size_t reader) override;

  size_t open_sessions() const { return open_sessions_.load(std::memory_order_relaxed); }

 private:
  Database& database_;
  const SessionServiceOptions options_;
  SystemRows system_;
  QueryPool pool_;
  std::string fake_salt_key_;  // an unknown user's salt is the same each time, and nobody's

  std::atomic<size_t> open_sessions_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<storage::Reader>> readers_;
};

}  // namespace millrace::engine
