// A statement that waits for something elsewhere: a view that is being built. What ends first, the wait or a cancel or
// a timeout, goes on with the statement; the other comes too late and does nothing.
//
// Threads: any.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "base/sql_error.h"

namespace millrace::engine {

class StatementWaits {
 public:
  class Wait {
   public:
    explicit Wait(std::function<void(SqlError)> interrupted) : interrupted_(std::move(interrupted)) {}
    // True once, for who comes first.
    bool take() { return !taken_.exchange(true); }

   private:
    friend class StatementWaits;
    std::atomic<bool> taken_{false};
    const std::function<void(SqlError)> interrupted_;
  };
  using WaitPtr = std::shared_ptr<Wait>;

  // `interrupted` is called, once and on the interrupting thread, when nobody took the wait before.
  WaitPtr begin(std::function<void(SqlError)> interrupted) {
    auto wait = std::make_shared<Wait>(std::move(interrupted));
    const std::scoped_lock lock(mutex_);
    wait_ = wait;
    return wait;
  }
  void interrupt(SqlError why) {
    WaitPtr wait;
    {
      const std::scoped_lock lock(mutex_);
      wait.swap(wait_);
    }
    if (wait != nullptr && wait->take()) wait->interrupted_(std::move(why));
  }

 private:
  std::mutex mutex_;
  WaitPtr wait_;  // of the running statement
};

}  // namespace millrace::engine
