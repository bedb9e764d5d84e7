#include "tests/sqllogictest/runner/connection_pool.h"

#include <algorithm>

namespace millrace::slt {

tl::expected<Connection*, ServerError> ConnectionPool::get(const std::string& name) {
  const auto known = connections_.find(name);
  if (known != connections_.end() && known->second.alive()) return &known->second;
  auto opened = Connection::open(endpoint_);
  if (!opened) return tl::unexpected(opened.error());
  return &connections_.insert_or_assign(name, std::move(*opened)).first->second;
}

bool ConnectionPool::any_in_transaction() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const auto& entry) { return entry.second.in_transaction(); });
}

}  // namespace millrace::slt
