#include "tests/sqllogictest/runner/sandbox.h"

#include <unistd.h>

#include <cstdlib>

namespace millrace::slt {
namespace {

class DatabaseSandbox final : public Sandbox {
 public:
  DatabaseSandbox(Endpoint endpoint, size_t number)
      : endpoint_(std::move(endpoint)), name_("slt_" + std::to_string(::getpid()) + "_" + std::to_string(number)) {}

  tl::expected<Endpoint, ServerError> enter() override {
    // template0: a database that nobody else is connected to, and nobody has written to.
    if (auto failure = run_outside("CREATE DATABASE " + name_ + " TEMPLATE template0")) return tl::unexpected(*failure);
    Endpoint inside = endpoint_;
    inside.database = name_;
    return inside;
  }

  std::vector<ServerError> leave(CreatedObjects) override {
    if (auto failure = run_outside("DROP DATABASE " + name_ + " WITH (FORCE)")) return {*failure};
    return {};
  }

 private:
  std::optional<ServerError> run_outside(const std::string& sql) {
    auto connection = Connection::open(endpoint_);
    if (!connection) return connection.error();
    const auto answer = connection->run(sql);
    if (!answer) return answer.error();
    return std::nullopt;
  }

  const Endpoint endpoint_;
  const std::string name_;
};

class DropsSandbox final : public Sandbox {
 public:
  explicit DropsSandbox(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  tl::expected<Endpoint, ServerError> enter() override { return endpoint_; }

  std::vector<ServerError> leave(CreatedObjects created) override {
    auto connection = Connection::open(endpoint_);
    if (!connection) return {connection.error()};
    return created.drop_all(*connection);
  }

 private:
  const Endpoint endpoint_;
};

class CommandSandbox final : public Sandbox {
 public:
  CommandSandbox(std::unique_ptr<Sandbox> inner, std::string command)
      : inner_(std::move(inner)), command_(std::move(command)) {}

  tl::expected<Endpoint, ServerError> enter() override {
    if (std::system(command_.c_str()) != 0) {
      return tl::unexpected(ServerError{"58000", "the reset command failed: " + command_});
    }
    return inner_->enter();
  }

  std::vector<ServerError> leave(CreatedObjects created) override { return inner_->leave(std::move(created)); }

 private:
  const std::unique_ptr<Sandbox> inner_;
  const std::string command_;
};

}  // namespace

std::unique_ptr<Sandbox> make_sandbox(FreshBy fresh, Endpoint endpoint, size_t number, std::string reset_command) {
  std::unique_ptr<Sandbox> sandbox;
  switch (fresh) {
    case FreshBy::kDatabase: sandbox = std::make_unique<DatabaseSandbox>(std::move(endpoint), number); break;
    case FreshBy::kDrops: sandbox = std::make_unique<DropsSandbox>(std::move(endpoint)); break;
  }
  if (reset_command.empty()) return sandbox;
  return std::make_unique<CommandSandbox>(std::move(sandbox), std::move(reset_command));
}

}  // namespace millrace::slt
