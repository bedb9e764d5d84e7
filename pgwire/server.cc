#include "pgwire/server.h"

#include <algorithm>
#include <chrono>
#include <unordered_map>

#include "base/check.h"
#include "base/log.h"
#include "pgwire/connection.h"

namespace millrace::pgwire {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;
// So many above the limit are still told why, when they have said who they are; the rest is closed.
constexpr size_t kToldMax = 64;
// A loop without traffic still says that it holds no old rows.
constexpr int64_t kIdleTurnNs = 100'000'000;

}  // namespace

// The connections of one network thread. All of it on that thread, but for the constructor.
class Server::Shard final : public ConnectionOwner {
 public:
  Shard(Server& server, EventLoop& loop) : server_(server), loop_(loop), read_buffer_(kReadBytes, '\0') {}

  EventLoop& loop() override { return loop_; }
  void quiescent() override { server_.parts_.factory.quiescent(reader_); }
  std::string& read_buffer() override { return read_buffer_; }

  void begin() {
    reader_ = server_.parts_.factory.register_reader();
    idle_turn();
  }

  void add(Socket socket, bool welcome) {
    auto connection = std::make_unique<Connection>(*this, std::move(socket), server_.parts_.factory, server_.parts_.rng,
                                                   server_.limits_, server_.identity_.get());
    Connection* key = connection.get();
    if (!welcome) {
      key->refuse_with(SqlError(sqlstate::kTooManyConnections, "sorry, too many clients already"));
    }
    connections_.emplace(key, std::move(connection));
    if (stopping_) key->shut_down(stopped());
  }

  void authenticated(Connection& connection) override {
    server_.admitted(connection.address());
    server_.succeeded(connection.address());
  }
  int64_t refused(const std::string& address) override { return server_.refused(address, loop_.now_ns()); }

  void closed(Connection& connection) override {
    if (!connection.authenticated()) server_.admitted(connection.address());
    server_.gone();
    loop_.post([this, &connection] { connections_.erase(&connection); });
  }

  void stop() {
    stopping_ = true;
    std::vector<Connection*> all;
    for (const auto& [connection, owned] : connections_) all.push_back(connection);
    for (Connection* connection : all) connection->shut_down(stopped());
  }

  void end() {
    loop_.cancel(idle_timer_);
    connections_.clear();
  }

 private:
  static SqlError stopped() {
    return SqlError(sqlstate::kAdminShutdown, "terminating connection due to administrator command");
  }
  void idle_turn() {
    quiescent();
    // Those that end are erased in a later turn.
    for (const auto& [connection, owned] : connections_) connection->look();
    idle_timer_ = loop_.after(kIdleTurnNs, [this] { idle_turn(); });
  }

  Server& server_;
  EventLoop& loop_;
  std::string read_buffer_;
  size_t reader_ = 0;
  bool stopping_ = false;
  EventLoop::TimerId idle_timer_ = 0;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
};

Server::Server(ServerParts parts, Limits limits, std::unique_ptr<TlsIdentity> identity)
    : parts_(std::move(parts)), limits_(limits), identity_(std::move(identity)) {
  MILLRACE_CHECK(!parts_.loops.empty(), "a server needs a network thread");
  for (EventLoop* loop : parts_.loops) shards_.push_back(std::make_unique<Shard>(*this, *loop));
}

Server::~Server() { MILLRACE_CHECK(!started_, "a server is destroyed while it runs"); }

void Server::start(Socket listener) {
  started_ = true;
  for (const auto& shard : shards_) shard->loop().post([&shard = *shard] { shard.begin(); });
  parts_.loops.front()->post([this, listener = std::make_shared<Socket>(std::move(listener))] {
    acceptor_ = std::make_unique<Acceptor>(*parts_.loops.front(), std::move(*listener),
                                           [this](Socket socket) { accept(std::move(socket)); });
  });
}

void Server::accept(Socket socket) {
  const Admission admission = admit(socket.peer_address());
  if (admission == Admission::kNone) return;
  Shard& shard = *shards_[next_shard_++ % shards_.size()];
  shard.loop().post([&shard, admission, socket = std::make_shared<Socket>(std::move(socket))] {
    shard.add(std::move(*socket), admission == Admission::kWelcome);
  });
}

Server::Admission Server::admit(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const bool room = statistics_.open < limits_.connections_max;
  const auto waiting = unauthenticated_.find(address);
  if (!room) ++statistics_.refused;
  if (statistics_.open >= limits_.connections_max + kToldMax ||
      (waiting != unauthenticated_.end() && waiting->second >= limits_.unauthenticated_per_address_max)) {
    if (room) ++statistics_.refused;
    return Admission::kNone;
  }
  ++statistics_.accepted;
  ++statistics_.open;
  ++statistics_.unauthenticated;
  ++unauthenticated_[address];
  return room ? Admission::kWelcome : Admission::kToBeRefused;
}

// A connection from `address` is no longer waiting for its client to prove itself.
void Server::admitted(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --statistics_.unauthenticated;
  if (const auto found = unauthenticated_.find(address); --found->second == 0) unauthenticated_.erase(found);
}

// Doubled by each wrong password from the address, forgotten after a while without any or by a right one.
int64_t Server::refused(const std::string& address, int64_t now_ns) {
  constexpr size_t kAddressesMax = 10'000;
  constexpr int64_t kForgottenNs = int64_t{600} * 1'000'000'000;
  const std::lock_guard lock(mutex_);
  std::erase_if(refusals_, [&](const auto& entry) { return now_ns - entry.second.last_ns > kForgottenNs; });
  if (refusals_.size() >= kAddressesMax && !refusals_.contains(address)) return limits_.refusal_ns_max;
  Refusals& refusals = refusals_[address];
  refusals.last_ns = now_ns;
  const int doublings = std::min(refusals.count++, 20);
  return std::min(limits_.refusal_ns << doublings, limits_.refusal_ns_max);
}

void Server::succeeded(const std::string& address) {
  const std::lock_guard lock(mutex_);
  refusals_.erase(address);
}

void Server::gone() {
  const std::lock_guard lock(mutex_);
  --statistics_.open;
  changed_.notify_all();
}

bool Server::stop(int64_t patience_ns) {
  if (!started_) return true;
  parts_.loops.front()->post([this] {
    acceptor_.reset();
    // What was accepted before has been posted before.
    for (const auto& shard : shards_) shard->loop().post([&shard = *shard] { shard.stop(); });
  });
  size_t ended = 0;
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::nanoseconds(patience_ns), [this] { return statistics_.open == 0; })) {
    log_warning("connections still at work", {{"count", statistics_.open}});
    return false;
  }
  lock.unlock();
  for (const auto& shard : shards_) {
    shard->loop().post([this, &shard = *shard, &ended] {
      shard.end();
      const std::lock_guard inner(mutex_);
      ++ended;
      changed_.notify_all();
    });
  }
  lock.lock();
  changed_.wait(lock, [&] { return ended == shards_.size(); });
  started_ = false;
  return true;
}

Statistics Server::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

}  // namespace millrace::pgwire
