// What is asked of every type. Each check compares ours with PostgreSQL's over seeded values and prints only
// where they differ.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/types_agreement/generators.h"
#include "tests/types_agreement/referee.h"
#include "types/type_info.h"

namespace millrace {

// Counts what agrees, prints what does not: the first few of each type and check.
class Report {
 public:
  // `theirs` is what PostgreSQL says.
  void compare(const std::string& type, const char* check, const std::string& input, const std::string& ours,
               const std::string& theirs);
  int passed() const { return passed_; }
  int failed() const { return failed_; }

 private:
  int passed_ = 0, failed_ = 0;
  std::map<std::string, int> shown_;
};

// Session settings that text forms depend on, on both sides.
struct Style {
  std::string name, sql;
  TextContext context;
};

struct Settings {
  uint64_t seed = 1;
  size_t values = 2000;  // of each type
  TextContext context;   // outside of check_text
};

void check_catalog_row(const TypeInfo& info, Referee& referee, Report& report);
// Text in and out, errors, binary out. Gives back the texts of the values both sides took.
std::vector<std::string> check_text(SqlType type, const Style& style, const Settings& settings, Referee& referee,
                                    Report& report);
// Our binary form of good values, and damaged ones, read by both.
void check_binary(SqlType type, const std::vector<std::string>& texts, const Settings& settings, Referee& referee,
                  Report& report);
// <, = and > of pairs, and that keys and hashes follow them.
void check_order(SqlType type, const std::vector<std::string>& texts, const Settings& settings, Referee& referee,
                 Report& report);
// Modifiers: their value, how they are spelled, and what they do on input, assignment and cast.
void check_modifiers(const TypeInfo& info, const std::vector<std::string>& texts, const Settings& settings,
                     Referee& referee, Report& report);

}  // namespace millrace
