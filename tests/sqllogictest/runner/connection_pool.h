// The connections of one file: the unnamed one, and one more for each name the file uses. Opened at
// first use, opened again after one was lost.
//
// Threads: one at a time. A returned reference is good until close_all().
#pragma once

#include <map>
#include <string>

#include "tests/sqllogictest/runner/connection.h"

namespace millrace::slt {

class ConnectionPool {
 public:
  explicit ConnectionPool(Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  tl::expected<Connection*, ServerError> get(const std::string& name);
  bool any_in_transaction() const;
  void close_all() { connections_.clear(); }

 private:
  const Endpoint endpoint_;
  std::map<std::string, Connection> connections_;
};

}  // namespace millrace::slt
