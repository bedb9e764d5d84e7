// Seam: threads. Everything that runs beside something else is started here, so that a simulation
// can run it all on one thread in an order of its choosing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace millrace {

// A running activity. Destroying it asks it to stop and waits until it has.
class Activity {
 public:
  virtual ~Activity() = default;
  virtual void request_stop() = 0;
  virtual void join() = 0;
};

enum class Priority { kNormal, kBackground };  // Background threads are niced.

class Executor {
 public:
  virtual ~Executor() = default;

  // Starts `body` on a thread of its own, named for debuggers (at most 15 characters are kept).
  // `body` returns soon after its token asks it to stop.
  virtual std::unique_ptr<Activity> spawn(std::string name, Priority priority,
                                          std::function<void(std::stop_token)> body) = 0;

  // Calls `body(begin, end)` over disjoint ranges that cover [0, count), at most `grain` long, perhaps
  // at once on several threads; returns when all have returned. `body` must not throw.
  virtual void parallel_for(size_t count, size_t grain, const std::function<void(size_t begin, size_t end)>& body) = 0;
};

// Real threads; parallel_for is inline on the caller when one range covers everything.
std::unique_ptr<Executor> thread_executor(size_t workers);

}  // namespace millrace
