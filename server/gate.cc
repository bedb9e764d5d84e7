#include "server/gate.h"

#include "base/check.h"

namespace millrace::server {

engine::Credentials Gate::credentials(std::string_view user) {
  engine::SessionFactory* factory = factory_.load(std::memory_order_acquire);
  // Nobody gets further than open() yet.
  return factory == nullptr ? engine::Credentials{} : factory->credentials(user);
}

Result<std::unique_ptr<engine::Session>> Gate::open(const engine::SessionOptions& options) {
  if (shut_) return SqlError(sqlstate::kCannotConnectNow, "the database system is shutting down");
  engine::SessionFactory* factory = factory_.load(std::memory_order_acquire);
  if (factory == nullptr) return SqlError(sqlstate::kCannotConnectNow, "the database system is starting up");
  return factory->open(options);
}

void Gate::run(std::function<void()> job) {
  engine::SessionFactory* factory = factory_.load(std::memory_order_acquire);
  MILLRACE_CHECK(factory != nullptr, "a job without a session");
  factory->run(std::move(job));
}

std::pair<uint32_t, uint32_t> Gate::cancel_key(const engine::Session& session) {
  engine::SessionFactory* factory = factory_.load(std::memory_order_acquire);
  MILLRACE_CHECK(factory != nullptr, "a session before the database is open");
  return factory->cancel_key(session);
}

void Gate::cancel(uint32_t id, uint32_t secret) {
  if (engine::SessionFactory* factory = factory_.load(std::memory_order_acquire)) factory->cancel(id, secret);
}

void Gate::quiescent(size_t reader) {
  engine::SessionFactory* factory = factory_.load(std::memory_order_acquire);
  if (factory == nullptr) return;
  std::optional<size_t>& registered = registered_[reader];
  if (!registered) registered = factory->register_reader();
  factory->quiescent(*registered);
}

}  // namespace millrace::server
