// Takes PostgreSQL clients on one address and spreads them over network threads.
//
// Threads: start(), stop(), statistics() any one; the loops are run by their owner and stay in motion until
// stop() has returned.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "base/rng.h"
#include "engine/session.h"
#include "pgwire/limits.h"
#include "pgwire/tls.h"

namespace millrace::pgwire {

struct Statistics {
  uint64_t accepted = 0;
  uint64_t refused = 0;  // for a limit
  uint64_t open = 0;
  uint64_t unauthenticated = 0;
};

struct ServerParts {
  engine::SessionFactory& factory;
  Rng& rng;
  std::vector<EventLoop*> loops;  // at least one
};

class Server {
 public:
  // `identity` may be null: no TLS.
  Server(ServerParts parts, Limits limits, std::unique_ptr<TlsIdentity> identity);
  // REQUIRES: stopped, or never started.
  ~Server();

  // From here on connections are taken from `listener`.
  void start(Socket listener);
  // No more connections; those there are told 57P01, what they run is cancelled. False when some were still
  // at work after `patience_ns`.
  bool stop(int64_t patience_ns);

  Statistics statistics() const;

 private:
  class Shard;

  void accept(Socket socket);
  enum class Admission : uint8_t { kWelcome, kToBeRefused, kNone };
  Admission admit(const std::string& address);
  void admitted(const std::string& address);
  int64_t refused(const std::string& address, int64_t now_ns);
  void succeeded(const std::string& address);
  void gone();

  ServerParts parts_;
  const Limits limits_;
  const std::unique_ptr<TlsIdentity> identity_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<Acceptor> acceptor_;
  size_t next_shard_ = 0;
  bool started_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Statistics statistics_;
  std::map<std::string, size_t> unauthenticated_;  // by address
  struct Refusals {
    int count = 0;
    int64_t last_ns = 0;
  };
  std::map<std::string, Refusals> refusals_;  // wrong passwords, by address
};

}  // namespace millrace::pgwire
