// Threads for statements that do not run on a network thread.
//
// Jobs run in the order they came, each on one thread, at most `threads` at a time. A job must not wait
// for another job (waiting for the disk is done by completions), so a few threads serve any number of
// sessions.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/executor.h"

namespace millrace::engine {

class QueryPool {
 public:
  QueryPool(Executor& executor, size_t threads);
  ~QueryPool();  // runs what is queued, then ends

  void run(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Activity>> threads_;
};

}  // namespace millrace::engine
