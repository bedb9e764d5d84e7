#include "server/wiring.h"

#include <unistd.h>

#include <atomic>

#include "pgwire/scram.h"
#include "pgwire/server.h"
#include "server/gate.h"
#include "server/machine_memory.h"
#include "server/process_metrics.h"
#include "server/version.h"

namespace millrace::server {
namespace {

constexpr int64_t kConnectionsPatienceNs = 4'000'000'000;
constexpr int64_t kPollNs = 100'000'000;
constexpr uint32_t kScramIterations = 4096;
constexpr size_t kSaltBytes = 16;

// The network threads and what runs on them.
class Network {
 public:
  Network(Clock& clock, Executor& executor, size_t threads) {
    for (size_t i = 0; i < threads; ++i) {
      loops_.push_back(std::make_unique<EventLoop>(clock));
      threads_.push_back(executor.spawn("network " + std::to_string(i), Priority::kNormal,
                                        [&loop = *loops_.back()](std::stop_token stop) { loop.run(stop); }));
    }
  }
  std::vector<EventLoop*> loops() const {
    std::vector<EventLoop*> all;
    for (const auto& loop : loops_) all.push_back(loop.get());
    return all;
  }

 private:
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::vector<std::unique_ptr<Activity>> threads_;  // end before the loops
};

Result<std::unique_ptr<pgwire::TlsIdentity>> read_identity(const Settings& settings, Fs& fs) {
  if (settings.tls_key_file.empty()) return std::unique_ptr<pgwire::TlsIdentity>();
  TRY(const std::string certificate, fs.read(settings.tls_certificate_file));
  TRY(const std::string key, fs.read(settings.tls_key_file));
  return pgwire::load_tls_identity(certificate, key);
}

engine::SessionServiceOptions session_options(const Settings& settings, Rng& rng) {
  engine::SessionServiceOptions options = settings.sessions;
  if (!settings.password.empty()) {
    std::string salt(kSaltBytes, '\0');
    rng.fill({reinterpret_cast<uint8_t*>(salt.data()), salt.size()});
    options.verifier = pgwire::scram_verifier(settings.password, std::move(salt), kScramIterations);
  }
  return options;
}

struct Opened {
  std::atomic<bool> done{false};
  std::optional<Result<std::unique_ptr<engine::Database>>> result;
};

// Opens the database beside the caller, who watches for a request to stop meanwhile. Null: asked to stop.
Result<std::unique_ptr<engine::Database>> open_database(const Settings& settings, engine::DatabaseParts parts,
                                                        const StopSignal& stop) {
  Opened opened;
  const auto opening = parts.executor.spawn("recovery", Priority::kNormal, [&](const std::stop_token&) {
    opened.result = engine::Database::open(settings.database, parts);
    opened.done = true;
  });
  bool stopping = false;
  while (!opened.done) stopping |= stop(kPollNs / 10);
  opening->join();
  if (stopping) return std::unique_ptr<engine::Database>();
  return *std::move(opened.result);
}

}  // namespace

Status serve(const Settings& given, const StopSignal& stop) {
  const auto clock = system_clock();
  const auto rng = system_rng();
  const auto fs = system_fs();
  Settings settings = given;
  // Without any limit one query could take the machine's memory, and the process with it.
  if (settings.database.memory_limit_bytes == 0) settings.database.memory_limit_bytes = machine_memory(*fs) / 4 * 3;
  const auto executor = thread_executor(settings.sessions.pool_threads);
  TRY(check_exposure(settings));
  if (settings.insecure) log_warning("insecure: others may connect without encryption and password");
  TRY(auto identity, read_identity(settings, *fs));
  TRY(Socket pg_listener, listen_on(settings.pg_listen));
  TRY(Socket http_listener, listen_on(settings.http_listen));

  Network network(*clock, *executor, settings.network_threads);
  Gate gate(settings.network_threads);
  pgwire::Server pg_server({gate, *rng, network.loops()}, settings.pgwire, std::move(identity));
  ProcessMetrics metrics(settings.database);
  metrics.watch(pg_server);
  http::Server http_server(*network.loops().front(), {metrics, [&] { return metrics.readiness(); }}, settings.http);
  log_info("listening", {{"version", kVersion},
                         {"postgresql", settings.pg_listen.host + ":" + std::to_string(local_port(pg_listener))},
                         {"http", settings.http_listen.host + ":" + std::to_string(local_port(http_listener))}});
  pg_server.start(std::move(pg_listener));
  http_server.start(std::move(http_listener));

  auto database = open_database(settings, {*clock, *rng, *executor, *fs}, stop);
  std::unique_ptr<engine::SessionService> sessions;
  if (database && *database != nullptr) {
    sessions = std::make_unique<engine::SessionService>(**database, session_options(settings, *rng));
    (*database)->start();
    metrics.watch(**database);
    gate.open_to(*sessions);
    log_info("open for clients", {{"data_dir", settings.database.data_directory}});
    while (!stop(kPollNs)) {
    }
  }

  log_info("stopping");
  gate.shut();
  const bool all_ended = pg_server.stop(kConnectionsPatienceNs);
  http_server.stop();
  if (database && *database != nullptr) (*database)->stop();
  if (!all_ended) {
    // A statement that does not end holds on to what would be taken down now. Everything is on disk.
    log_warning("stopped with statements at work");
    ::_exit(0);
  }
  log_info("stopped");
  if (!database) return std::move(database).error();
  return {};
}

}  // namespace millrace::server
