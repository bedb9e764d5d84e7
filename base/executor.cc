#include "base/executor.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

namespace millrace {
namespace {

constexpr int kBackgroundNice = 10;

class ThreadActivity final : public Activity {
 public:
  explicit ThreadActivity(std::jthread thread) : thread_(std::move(thread)) {}
  void request_stop() override { thread_.request_stop(); }
  void join() override {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(size_t workers) : workers_(std::max<size_t>(1, workers)) {}

  std::unique_ptr<Activity> spawn(std::string name, Priority priority,
                                  std::function<void(std::stop_token)> body) override {
    return std::make_unique<ThreadActivity>(
        std::jthread([name = std::move(name), priority, body = std::move(body)](std::stop_token stop) {
          block_signals();
          pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
          if (priority == Priority::kBackground) {
            setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kBackgroundNice);
          }
          body(std::move(stop));
        }));
  }

  void parallel_for(size_t count, size_t grain, const std::function<void(size_t, size_t)>& body) override {
    grain = std::max<size_t>(1, grain);
    const size_t ranges = (count + grain - 1) / grain;
    const size_t helpers = std::min(workers_, ranges);
    if (helpers <= 1) {
      if (count > 0) body(0, count);
      return;
    }
    std::atomic<size_t> next_range{0};
    const auto work = [&] {
      for (size_t i = next_range++; i < ranges; i = next_range++) {
        body(i * grain, std::min(count, (i + 1) * grain));
      }
    };
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
    work();
  }

 private:
  // Signals are the main thread's business.
  static void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
  }

  const size_t workers_;
};

}  // namespace

std::unique_ptr<Executor> thread_executor(size_t workers) { return std::make_unique<ThreadExecutor>(workers); }

}  // namespace millrace
