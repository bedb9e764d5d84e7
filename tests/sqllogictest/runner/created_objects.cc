#include "tests/sqllogictest/runner/created_objects.h"

#include <algorithm>
#include <optional>

namespace millrace::slt {
namespace {

bool says_absent(const ServerError& error) {
  return error.sqlstate == "42P01" || error.sqlstate == "42704" || error.sqlstate == "3F000" ||
         error.sqlstate == "42883" || error.sqlstate == "42809";
}

bool says_unknown_option(const ServerError& error) { return error.sqlstate == "0A000" || error.sqlstate == "42601"; }

std::optional<ServerError> drop(Connection& connection, const SqlObject& object) {
  const std::string head = "DROP " + object.kind + " ";
  auto answer = connection.run(head + "IF EXISTS " + object.name + " CASCADE");
  if (!answer && says_unknown_option(answer.error())) answer = connection.run(head + object.name);
  if (answer || says_absent(answer.error())) return std::nullopt;
  return ServerError{answer.error().sqlstate, head + object.name + ": " + answer.error().message};
}

}  // namespace

void CreatedObjects::note(const StatementShape& shape) {
  if (shape.kind == StatementKind::kCreate) {
    for (const SqlObject& object : shape.objects) remember(object);
  } else if (shape.kind == StatementKind::kAlter && shape.objects.size() == 2) {
    remember(shape.objects[1]);  // the new name of a RENAME
  }
  // A DROP is not noted: it may yet be rolled back, and dropping twice does no harm.
}

void CreatedObjects::remember(const SqlObject& object) {
  std::erase(objects_, object);
  objects_.push_back(object);
}

std::vector<ServerError> CreatedObjects::drop_all(Connection& connection) {
  std::vector<ServerError> failures;
  for (auto object = objects_.rbegin(); object != objects_.rend(); ++object) {
    if (auto failure = drop(connection, *object)) failures.push_back(std::move(*failure));
  }
  objects_.clear();
  return failures;
}

}  // namespace millrace::slt
