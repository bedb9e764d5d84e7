// A pgwire server over a FakeEngine on a free port of this machine, for tests with real clients.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "base/check.h"
#include "base/executor.h"
#include "pgwire/fake_engine.h"
#include "pgwire/server.h"

namespace millrace::pgwire {

// Runs what it is given, in order, on a thread of its own.
class JobThread {
 public:
  JobThread(Executor& executor, std::string name)
      : activity_(executor.spawn(std::move(name), Priority::kNormal, [this](std::stop_token stop) { run(stop); })) {}
  ~JobThread() {
    {
      const std::lock_guard lock(mutex_);
      activity_->request_stop();
    }
    changed_.notify_all();
    activity_->join();
  }
  void add(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !jobs_.empty() || stop.stop_requested(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::unique_ptr<Activity> activity_;
};

class TestServer {
 public:
  explicit TestServer(Limits limits = {}, std::unique_ptr<TlsIdentity> identity = nullptr)
      : server_({engine_, *rng_, {&loops_[0], &loops_[1]}}, limits, std::move(identity)) {
    for (EventLoop& loop : loops_) {
      threads_.push_back(
          executor_->spawn("network", Priority::kNormal, [&loop](std::stop_token stop) { loop.run(stop); }));
    }
    Result<Socket> listener = listen_on({"127.0.0.1", 0});
    MILLRACE_CHECK(listener.has_value(), "no port for a test");
    address_ = {"127.0.0.1", local_port(*listener)};
    server_.start(*std::move(listener));
  }
  ~TestServer() { MILLRACE_CHECK(stop(), "connections did not end"); }

  bool stop() { return server_.stop(20'000'000'000); }
  FakeEngine& engine() { return engine_; }
  Server& server() { return server_; }
  const SocketAddress& address() const { return address_; }
  std::string conninfo() const {
    return "host=127.0.0.1 port=" + std::to_string(address_.port) + " user=millrace dbname=millrace";
  }

 private:
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Rng> rng_ = system_rng();
  std::unique_ptr<Executor> executor_ = thread_executor(1);
  JobThread elsewhere_{*executor_, "elsewhere"};
  JobThread pool_{*executor_, "pool"};
  FakeEngine engine_{[this](FakeEngine::Job job) { pool_.add(std::move(job)); },
                     [this](FakeEngine::Job job) { elsewhere_.add(std::move(job)); }};
  EventLoop loops_[2]{EventLoop(*clock_), EventLoop(*clock_)};
  SocketAddress address_;
  Server server_;
  std::vector<std::unique_ptr<Activity>> threads_;
};

}  // namespace millrace::pgwire
