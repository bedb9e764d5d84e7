// Where one file runs: an empty database at its start, and nothing left of it at its end.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/sqllogictest/runner/created_objects.h"

namespace millrace::slt {

enum class FreshBy {
  kDatabase,  // CREATE DATABASE for each file
  kDrops,     // one database; what a file created is dropped after it
};

class Sandbox {
 public:
  virtual ~Sandbox() = default;
  // Where to connect. Call once, before the file's first record.
  virtual tl::expected<Endpoint, ServerError> enter() = 0;
  // Call once, when no connection of the file is open any more. Returns what went wrong.
  virtual std::vector<ServerError> leave(CreatedObjects created) = 0;
};

// `number` is different for each file of a run, and `reset_command`, unless empty, is given to the
// shell before the file starts: the way out for a server that can do neither.
std::unique_ptr<Sandbox> make_sandbox(FreshBy fresh, Endpoint endpoint, size_t number, std::string reset_command);

}  // namespace millrace::slt
