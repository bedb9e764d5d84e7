// The parameters of one session: SET, SHOW, and what the startup message brings.
//
// A table of names with their defaults and checks (session_settings.cc). Those that change how values are
// read and printed are kept in a TextContext; the rest are text that clients expect to get back.
// SET LOCAL, and SET in a transaction that fails, are undone when the transaction ends.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/session.h"
#include "types/type_info.h"

namespace millrace::engine {

// The values at one moment, for savepoints.
struct SettingsSnapshot {
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> before_local;
};

class SessionSettings {
 public:
  SessionSettings();

  // `name` in any case. 42704 for an unknown name, 22023 for a bad value, 55P02 for one that is fixed.
  Status set(std::string_view name, std::string_view value, bool local);
  Status reset(std::string_view name);  // empty: all
  Result<std::string> show(std::string_view name) const;
  // name, value, description: SHOW ALL and pg_settings.
  struct Row {
    std::string name, value, description;
  };
  std::vector<Row> rows() const;

  const TextContext& text() const { return text_; }
  std::vector<std::string> search_path() const;
  const std::string& time_zone_name() const { return time_zone_name_; }
  int64_t statement_timeout_ms() const { return statement_timeout_ms_; }
  // Whether the client wants messages of this severity ("NOTICE"): client_min_messages.
  bool wants_message(std::string_view severity) const;
  IdleLimits idle_limits() const { return idle_limits_; }
  const std::string& application_name() const { return values_.at("application_name"); }
  bool read_only_by_default() const { return values_.at("default_transaction_read_only") == "on"; }

  // What a transaction's end does to the changes made in it.
  void begin_transaction();
  void commit();
  void rollback();
  SettingsSnapshot snapshot() const { return {values_, before_local_}; }
  void go_back_to(const SettingsSnapshot& snapshot);

  // The startup message's parameters become what RESET goes back to.
  void make_defaults();
  // Name and value of parameters to report (ParameterStatus) that changed since the last call; all of
  // them at the first.
  std::vector<std::pair<std::string, std::string>> take_reportable();

 private:
  Status assign(const std::string& name, std::string value);
  Status apply(const std::string& name, std::string& value);
  void restore(const std::map<std::string, std::string>& values);

  std::map<std::string, std::string> values_;  // by lower-case name
  std::map<std::string, std::string> defaults_;
  std::map<std::string, std::string> reported_;
  std::optional<std::map<std::string, std::string>> before_transaction_;
  std::map<std::string, std::string> before_local_;  // what SET LOCAL hid
  TextContext text_;
  std::string time_zone_name_ = "UTC";
  int64_t statement_timeout_ms_ = 0;
  IdleLimits idle_limits_;
};

}  // namespace millrace::engine
