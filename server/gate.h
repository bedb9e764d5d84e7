// The SessionFactory that clients meet: shut while the database is being opened, and again when it stops.
//
// So the port listens from the first moment, and says 57P03 instead of refusing connections.
//
// Threads: open_to(), shut() the main thread's; the rest any, quiescent(n) that of reader n alone.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/session.h"

namespace millrace::server {

class Gate final : public engine::SessionFactory {
 public:
  // At most so many readers will register.
  explicit Gate(size_t readers) : registered_(readers) {}

  void open_to(engine::SessionFactory& factory) { factory_.store(&factory, std::memory_order_release); }
  // Sessions that are open stay so.
  void shut() { shut_ = true; }

  engine::Credentials credentials(std::string_view user) override;
  Result<std::unique_ptr<engine::Session>> open(const engine::SessionOptions& options) override;
  void run(std::function<void()> job) override;
  std::pair<uint32_t, uint32_t> cancel_key(const engine::Session& session) override;
  void cancel(uint32_t id, uint32_t secret) override;
  size_t register_reader() override { return next_reader_++; }
  // The first call after opening registers this thread with the engine.
  void quiescent(size_t reader) override;

 private:
  std::atomic<engine::SessionFactory*> factory_{nullptr};
  std::atomic<bool> shut_{false};
  std::atomic<size_t> next_reader_{0};
  std::vector<std::optional<size_t>> registered_;  // the engine's numbers of our readers
};

}  // namespace millrace::server
