#include "engine/query_pool.h"

namespace millrace::engine {

QueryPool::QueryPool(Executor& executor, size_t threads) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.push_back(executor.spawn("query", Priority::kNormal, [this](std::stop_token) { work(); }));
  }
}

QueryPool::~QueryPool() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (const auto& thread : threads_) thread->join();
}

void QueryPool::run(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  arrived_.notify_one();
}

void QueryPool::work() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return !jobs_.empty() || stopping_; });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace millrace::engine
