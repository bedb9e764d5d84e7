// PostgreSQL as the judge of our types: runs one statement over many parameter rows, pipelined, and reports
// values and errors alike.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace {

struct Answer {
  bool ok = false;
  std::vector<std::optional<std::string>> values;  // of the only row, in text form
  std::string state, message, detail;              // of the error
};

struct Parameter {
  std::string bytes;
  bool binary = false;
};

class Referee {
 public:
  // Ends the program when there is no server.
  explicit Referee(const char* url);

  // Ends the program on an error.
  void must(const std::string& sql);
  Answer ask(const std::string& sql);
  // `sql` once for each row of parameters, which have these types (0: the server decides).
  std::vector<Answer> ask_all(const std::string& sql, std::span<const uint32_t> types,
                              const std::vector<std::vector<Parameter>>& rows);

 private:
  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
};

}  // namespace millrace
