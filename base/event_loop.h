// Seam: the network, other half: one thread that serves many sockets (epoll, level-triggered).
//
//   EventLoop loop(clock);
//   auto thread = executor.spawn("network", Priority::kNormal, [&](std::stop_token stop) { loop.run(stop); });
//   loop.post([&] { ... });                       // from any thread: runs on the loop's
//
// A turn: wait, call the watchers whose sockets are ready, run due timers, run posted jobs. Level-triggered:
// a watcher that leaves something unread is called again in the next turn.
//
// Threads: post() any; everything else the loop's, or any before run() and after it has returned.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/socket.h"

namespace millrace {

struct Readiness {
  bool readable = false;
  bool writable = false;
  bool hung_up = false;  // the peer has closed, or the connection broke
};

class SocketWatcher {
 public:
  virtual ~SocketWatcher() = default;
  virtual void on_ready(Readiness readiness) = 0;
};

// What a watcher wants to be told of. A hang-up is told with `read` or `hang_up`, a broken connection always.
struct Interest {
  bool read = false;
  bool write = false;
  bool hang_up = false;
  bool operator==(const Interest&) const = default;
};

class EventLoop {
 public:
  using TimerId = uint64_t;

  explicit EventLoop(Clock& clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // `watcher` and `socket` stand until unwatch(), which may be called from within on_ready(), also of another.
  void watch(const Socket& socket, Interest interest, SocketWatcher& watcher);
  void change(const Socket& socket, Interest interest, SocketWatcher& watcher);
  void unwatch(const Socket& socket, SocketWatcher& watcher);

  // Once, in `delay_ns` or a little later.
  TimerId after(int64_t delay_ns, std::function<void()> callback);
  void cancel(TimerId timer);

  void post(std::function<void()> job);

  // What after() counts from.
  int64_t now_ns() { return clock_.monotonic_ns(); }

  // Until asked to stop; what was posted before that is still run.
  void run(std::stop_token stop);

 private:
  void turn();
  int wait_ms() const;
  void run_timers();
  void run_posted();
  void wake();

  Clock& clock_;
  int epoll_ = -1;
  int wake_ = -1;
  std::unordered_set<SocketWatcher*> watchers_;
  std::map<std::pair<int64_t, TimerId>, std::function<void()>> timers_;  // by deadline
  std::map<TimerId, int64_t> deadlines_;
  TimerId next_timer_ = 1;

  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

// Accepts connections on a loop and hands them on. Destroy it on the loop's thread, or when that has ended.
class Acceptor final : public SocketWatcher {
 public:
  Acceptor(EventLoop& loop, Socket listener, std::function<void(Socket)> accepted);
  ~Acceptor() override;

  void on_ready(Readiness readiness) override;

 private:
  EventLoop& loop_;
  Socket listener_;
  const std::function<void(Socket)> accepted_;
  EventLoop::TimerId pause_ = 0;
};

}  // namespace millrace
