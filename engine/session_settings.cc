#include "engine/session_settings.h"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/check.h"
#include "types/time_zone.h"

namespace millrace::engine {
namespace {

enum class Kind : uint8_t { kText, kBool, kInteger, kMilliseconds, kFixed };

struct SettingRow {
  const char* name;  // as SHOW ALL spells it
  Kind kind;
  const char* value;
  bool reported;  // ParameterStatus
  const char* description;
};

// Everything SET takes. What a driver or tool sets at its start must be here, with PostgreSQL's values.
constexpr SettingRow kSettings[] = {
    {"application_name", Kind::kText, "", true, "Sets the application name to be reported in statistics and logs."},
    {"archive_mode", Kind::kFixed, "off", false, "There is no archiving."},
    {"array_nulls", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"backslash_quote", Kind::kText, "safe_encoding", false, "Accepted; nothing here depends on it."},
    {"block_size", Kind::kFixed, "8192", false, "Accepted by clients; there are no blocks."},
    {"bytea_output", Kind::kText, "hex", false, "Sets the output format for bytea."},
    {"check_function_bodies", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"client_connection_check_interval", Kind::kText, "0", false, "Accepted; nothing here depends on it."},
    {"client_encoding", Kind::kText, "UTF8", true, "Sets the client's character set encoding."},
    {"client_min_messages", Kind::kText, "notice", false, "Sets the message levels that are sent to the client."},
    {"compute_query_id", Kind::kText, "auto", false, "Accepted; nothing here depends on it."},
    {"constraint_exclusion", Kind::kText, "partition", false, "Accepted; nothing here depends on it."},
    {"cpu_operator_cost", Kind::kText, "0.0025", false, "Accepted; nothing here depends on it."},
    {"cpu_tuple_cost", Kind::kText, "0.01", false, "Accepted; nothing here depends on it."},
    {"data_checksums", Kind::kFixed, "on", false, "Whether stored data carries checksums."},
    {"DateStyle", Kind::kText, "ISO, MDY", true, "Sets the display format for date and time values."},
    {"deadlock_timeout", Kind::kMilliseconds, "1s", false, "Accepted; nothing here depends on it."},
    {"debug_print_parse", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"debug_print_plan", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"default_statistics_target", Kind::kInteger, "100", false, "Accepted; nothing here depends on it."},
    {"default_table_access_method", Kind::kText, "heap", false, "Accepted; nothing here depends on it."},
    {"default_tablespace", Kind::kText, "", false, "Accepted; nothing here depends on it."},
    {"default_text_search_config", Kind::kText, "pg_catalog.simple", false, "Accepted; nothing here depends on it."},
    {"default_toast_compression", Kind::kText, "pglz", false, "Accepted; nothing here depends on it."},
    {"default_transaction_deferrable", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"default_transaction_isolation", Kind::kText, "strict serializable", false, "Isolation of new transactions."},
    {"default_transaction_read_only", Kind::kBool, "off", true,
     "Sets the default read-only status of new transactions."},
    {"effective_cache_size", Kind::kText, "4GB", false, "Accepted; nothing here depends on it."},
    {"effective_io_concurrency", Kind::kInteger, "1", false, "Accepted; nothing here depends on it."},
    {"enable_async_append", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_bitmapscan", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_gathermerge", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_hashagg", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_hashjoin", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_incremental_sort", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_indexonlyscan", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_indexscan", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_material", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_memoize", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_mergejoin", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_nestloop", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_parallel_append", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_parallel_hash", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_partition_pruning", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_partitionwise_aggregate", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"enable_partitionwise_join", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"enable_seqscan", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_sort", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"enable_tidscan", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"escape_string_warning", Kind::kBool, "on", false, "Warn about backslash escapes in ordinary string literals."},
    {"exit_on_error", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"extra_float_digits", Kind::kInteger, "1", false,
     "Sets the number of digits displayed for floating-point values."},
    {"force_parallel_mode", Kind::kText, "off", false, "Accepted; nothing here depends on it."},
    {"from_collapse_limit", Kind::kInteger, "8", false, "Accepted; nothing here depends on it."},
    {"geqo", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"geqo_threshold", Kind::kInteger, "12", false, "Accepted; nothing here depends on it."},
    {"gin_fuzzy_search_limit", Kind::kInteger, "0", false, "Accepted; nothing here depends on it."},
    {"hash_mem_multiplier", Kind::kText, "2", false, "Accepted; nothing here depends on it."},
    {"hot_standby", Kind::kFixed, "off", false, "The server follows no other."},
    {"idle_in_transaction_session_timeout", Kind::kMilliseconds, "0", false, "Allowed idle time in a transaction."},
    {"idle_session_timeout", Kind::kMilliseconds, "0", false, "Allowed idle time outside of a transaction."},
    {"in_hot_standby", Kind::kFixed, "off", true, "Shows whether hot standby is currently active."},
    {"integer_datetimes", Kind::kFixed, "on", true, "Shows whether datetimes are integer based."},
    {"IntervalStyle", Kind::kText, "postgres", true, "Sets the display format for interval values."},
    {"is_superuser", Kind::kFixed, "on", true, "Shows whether the current user is a superuser."},
    {"jit", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"join_collapse_limit", Kind::kInteger, "8", false, "Accepted; nothing here depends on it."},
    {"lc_collate", Kind::kFixed, "C", false, "Shows the collation order locale."},
    {"lc_ctype", Kind::kFixed, "C.UTF-8", false, "Shows the character classification locale."},
    {"lc_messages", Kind::kText, "C", false, "Language in which messages are displayed."},
    {"lc_monetary", Kind::kText, "C", false, "Locale for formatting monetary amounts."},
    {"lc_numeric", Kind::kText, "C", false, "Locale for formatting numbers."},
    {"lc_time", Kind::kText, "C", false, "Locale for formatting date and time values."},
    {"lo_compat_privileges", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"lock_timeout", Kind::kMilliseconds, "0", false, "Allowed duration of any wait for a lock."},
    {"log_min_duration_statement", Kind::kText, "-1", false, "Accepted; nothing here depends on it."},
    {"log_min_error_statement", Kind::kText, "error", false, "Accepted; nothing here depends on it."},
    {"log_min_messages", Kind::kText, "warning", false, "Accepted; nothing here depends on it."},
    {"log_statement", Kind::kText, "none", false, "Accepted; nothing here depends on it."},
    {"log_statement_stats", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"maintenance_work_mem", Kind::kText, "64MB", false, "Accepted; nothing here depends on it."},
    {"max_function_args", Kind::kFixed, "100", false, "Arguments of a function."},
    {"max_identifier_length", Kind::kFixed, "63", false, "Shows the maximum identifier length."},
    {"max_index_keys", Kind::kFixed, "32", false, "Columns of a key."},
    {"max_parallel_workers", Kind::kInteger, "8", false, "Accepted; nothing here depends on it."},
    {"max_parallel_workers_per_gather", Kind::kInteger, "2", false, "Accepted; nothing here depends on it."},
    {"min_parallel_table_scan_size", Kind::kText, "8MB", false, "Accepted; nothing here depends on it."},
    {"parallel_setup_cost", Kind::kText, "1000", false, "Accepted; nothing here depends on it."},
    {"parallel_tuple_cost", Kind::kText, "0.1", false, "Accepted; nothing here depends on it."},
    {"password_encryption", Kind::kText, "scram-sha-256", false, "Accepted; nothing here depends on it."},
    {"plan_cache_mode", Kind::kText, "auto", false, "Accepted; nothing here depends on it."},
    {"quote_all_identifiers", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"random_page_cost", Kind::kText, "4", false, "Accepted; nothing here depends on it."},
    {"row_security", Kind::kBool, "on", false, "Enable row security."},
    {"search_path", Kind::kText, "\"$user\", public", false, "Sets the schema search order for unqualified names."},
    {"seq_page_cost", Kind::kText, "1", false, "Accepted; nothing here depends on it."},
    {"server_encoding", Kind::kFixed, "UTF8", true, "Shows the server's character set encoding."},
    {"server_version", Kind::kFixed, "15.0 (Millrace 0.1.0)", true, "Shows the server version."},
    {"server_version_num", Kind::kFixed, "150000", false, "Shows the server version as an integer."},
    {"session_authorization", Kind::kFixed, "millrace", true, "Shows the session's user name."},
    {"session_replication_role", Kind::kText, "origin", false, "Accepted; nothing here depends on it."},
    {"standard_conforming_strings", Kind::kBool, "on", true, "Causes '...' strings to treat backslashes literally."},
    {"statement_timeout", Kind::kMilliseconds, "0", false, "Allowed duration of any statement."},
    {"stats_fetch_consistency", Kind::kText, "cache", false, "Accepted; nothing here depends on it."},
    {"synchronize_seqscans", Kind::kBool, "on", false, "Accepted; nothing here depends on it."},
    {"synchronous_commit", Kind::kText, "on", false, "Waits for the disk before a commit is acknowledged."},
    {"tcp_keepalives_count", Kind::kInteger, "9", false, "Accepted; nothing here depends on it."},
    {"tcp_keepalives_idle", Kind::kInteger, "7200", false, "Accepted; nothing here depends on it."},
    {"tcp_keepalives_interval", Kind::kInteger, "75", false, "Accepted; nothing here depends on it."},
    {"temp_buffers", Kind::kText, "8MB", false, "Accepted; nothing here depends on it."},
    {"temp_tablespaces", Kind::kText, "", false, "Accepted; nothing here depends on it."},
    {"TimeZone", Kind::kText, "UTC", true, "Sets the time zone for displaying and interpreting time stamps."},
    {"timezone_abbreviations", Kind::kText, "Default", false, "Accepted; nothing here depends on it."},
    {"track_functions", Kind::kText, "none", false, "Accepted; nothing here depends on it."},
    {"transaction_deferrable", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"transaction_isolation", Kind::kText, "strict serializable", false, "The current transaction's isolation."},
    {"transaction_read_only", Kind::kBool, "off", false, "The current transaction's read-only status."},
    {"transform_null_equals", Kind::kBool, "off", false, "Accepted; nothing here depends on it."},
    {"wal_compression", Kind::kText, "off", false, "Accepted; nothing here depends on it."},
    {"wal_level", Kind::kFixed, "replica", false, "What clients expect; the tick log is no PostgreSQL log."},
    {"work_mem", Kind::kText, "64MB", false, "Accepted; memory is governed by the server's limit."},
    {"xmlbinary", Kind::kText, "base64", false, "Accepted; nothing here depends on it."},
    {"xmloption", Kind::kText, "content", false, "Accepted; nothing here depends on it."},
};

const SettingRow* find_row(std::string_view name) {
  for (const SettingRow& row : kSettings) {
    const std::string_view known = row.name;
    if (known.size() == name.size() && strncasecmp(known.data(), name.data(), name.size()) == 0) return &row;
  }
  return nullptr;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(tolower(static_cast<unsigned char>(c)));
  return result;
}

SqlError unknown(std::string_view name) {
  return SqlError(sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + std::string(name) + "\"");
}

SqlError invalid(std::string_view name, std::string_view value) {
  return SqlError(sqlstate::kInvalidParameterValue,
                  "invalid value for parameter \"" + std::string(name) + "\": \"" + std::string(value) + "\"");
}

std::optional<bool> parse_bool(std::string_view text) {
  const std::string word = lower(text);
  if (word == "on" || word == "true" || word == "yes" || word == "1" || word == "t") return true;
  if (word == "off" || word == "false" || word == "no" || word == "0" || word == "f") return false;
  return std::nullopt;
}

std::optional<int64_t> parse_milliseconds(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (unit.empty() || unit == "ms") return number;
  if (unit == "s") return number * 1000;
  if (unit == "min") return number * 60'000;
  if (unit == "h") return number * 3'600'000;
  if (unit == "d") return number * 86'400'000;
  return std::nullopt;
}

// In the largest unit that it is a whole number of.
std::string milliseconds_text(int64_t milliseconds) {
  if (milliseconds == 0) return "0";
  constexpr std::pair<int64_t, const char*> kUnits[] = {
      {86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}, {1, "ms"}};
  for (const auto& [unit, name] : kUnits) {
    if (milliseconds % unit == 0) return std::to_string(milliseconds / unit) + name;
  }
  MILLRACE_UNREACHABLE("every number is one of milliseconds");
}

// "ISO, DMY" and its parts in any order; what is not named stays.
bool apply_date_style(std::string_view value, TextContext& text) {
  const std::string words = lower(value) + ",";
  size_t begin = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != ',' && words[i] != ' ') continue;
    const std::string word = words.substr(begin, i - begin);
    begin = i + 1;
    if (word.empty()) continue;
    if (word == "iso") {
      text.date_style = DateStyle::kIso;
    } else if (word == "postgres") {
      text.date_style = DateStyle::kPostgres;
    } else if (word == "sql") {
      text.date_style = DateStyle::kSql;
    } else if (word == "german") {
      text.date_style = DateStyle::kGerman;
    } else if (word == "ymd") {
      text.date_order = DateOrder::kYmd;
    } else if (word == "dmy" || word == "euro" || word == "european") {
      text.date_order = DateOrder::kDmy;
    } else if (word == "mdy" || word == "us" || word == "noneuro") {
      text.date_order = DateOrder::kMdy;
    } else if (word != "default") {
      return false;
    }
  }
  return true;
}

std::string date_style_text(const TextContext& text) {
  std::string result;
  switch (text.date_style) {
    case DateStyle::kIso: result = "ISO"; break;
    case DateStyle::kPostgres: result = "Postgres"; break;
    case DateStyle::kSql: result = "SQL"; break;
    case DateStyle::kGerman: result = "German"; break;
  }
  switch (text.date_order) {
    case DateOrder::kYmd: return result + ", YMD";
    case DateOrder::kMdy: return result + ", MDY";
    case DateOrder::kDmy: return result + ", DMY";
  }
  return result;
}

// What client_min_messages compares, lowest first.
std::optional<size_t> level_of_message(std::string_view name) {
  constexpr std::string_view kLevels[] = {"debug5", "debug4", "debug3",  "debug2", "debug1",
                                          "log",    "notice", "warning", "error"};
  const auto* const found = std::find(std::begin(kLevels), std::end(kLevels), name);
  if (found == std::end(kLevels)) return std::nullopt;
  return static_cast<size_t>(found - std::begin(kLevels));
}

}  // namespace

SessionSettings::SessionSettings() {
  for (const SettingRow& row : kSettings) values_[lower(row.name)] = row.value;
  defaults_ = values_;
}

Status SessionSettings::set(std::string_view name, std::string_view value, bool local) {
  const SettingRow* row = find_row(name);
  if (row == nullptr) {
    if (name.find('.') == std::string_view::npos) return unknown(name);
    values_[lower(name)] = value;  // "myapp.user": the application's own
    return {};
  }
  if (row->kind == Kind::kFixed) {
    return SqlError(sqlstate::kCantChangeRuntimeParam,
                    "parameter \"" + std::string(row->name) + "\" cannot be changed");
  }
  const std::string key = lower(row->name);
  const std::string before = values_[key];
  TRY(assign(key, std::string(value)));
  if (local) before_local_.try_emplace(key, before);
  return {};
}

Status SessionSettings::reset(std::string_view name) {
  if (name.empty()) {
    restore(defaults_);
    return {};
  }
  const SettingRow* row = find_row(name);
  if (row == nullptr) return unknown(name);
  const std::string key = lower(row->name);
  return assign(key, defaults_[key]);
}

Status SessionSettings::assign(const std::string& name, std::string value) {
  const SettingRow& row = *find_row(name);
  switch (row.kind) {
    case Kind::kBool: {
      const std::optional<bool> flag = parse_bool(value);
      if (!flag) {
        return SqlError(sqlstate::kInvalidParameterValue,
                        "parameter \"" + std::string(row.name) + "\" requires a Boolean value");
      }
      value = *flag ? "on" : "off";
      break;
    }
    case Kind::kInteger:
    case Kind::kMilliseconds:
      if (!parse_milliseconds(value)) return invalid(row.name, value);
      if (row.kind == Kind::kMilliseconds) value = milliseconds_text(*parse_milliseconds(value));
      break;
    case Kind::kText:
    case Kind::kFixed: break;
  }
  TRY(apply(name, value));
  values_[name] = std::move(value);
  return {};
}

// The settings that the engine itself acts on.
Status SessionSettings::apply(const std::string& name, std::string& value) {
  if (name == "datestyle") {
    TextContext changed = text_;
    if (!apply_date_style(value, changed)) return invalid("DateStyle", value);
    text_ = changed;
    value = date_style_text(text_);
  } else if (name == "intervalstyle") {
    const std::string word = lower(value);
    if (word == "postgres") {
      text_.interval_style = IntervalStyle::kPostgres;
    } else if (word == "postgres_verbose") {
      text_.interval_style = IntervalStyle::kPostgresVerbose;
    } else if (word == "sql_standard") {
      text_.interval_style = IntervalStyle::kSqlStandard;
    } else if (word == "iso_8601") {
      text_.interval_style = IntervalStyle::kIso8601;
    } else {
      return invalid("IntervalStyle", value)
          .with_hint("Available values: postgres, postgres_verbose, sql_standard, iso_8601.");
    }
    value = word;
  } else if (name == "timezone") {
    const TimeZone* zone = find_time_zone(value);
    if (zone == nullptr) return invalid("TimeZone", value);
    text_.time_zone = zone;
    value = zone->name();
    time_zone_name_ = value;
  } else if (name == "bytea_output") {
    const std::string word = lower(value);
    if (word != "hex" && word != "escape")
      return invalid("bytea_output", value).with_hint("Available values: escape, hex.");
    text_.bytea_hex = word == "hex";
  } else if (name == "extra_float_digits") {
    text_.extra_float_digits = static_cast<int32_t>(*parse_milliseconds(value));
  } else if (name == "statement_timeout") {
    statement_timeout_ms_ = *parse_milliseconds(value);
  } else if (name == "idle_session_timeout") {
    idle_limits_.session_ms = *parse_milliseconds(value);
  } else if (name == "idle_in_transaction_session_timeout") {
    idle_limits_.in_transaction_ms = *parse_milliseconds(value);
  } else if (name == "client_encoding") {
    // Letters and digits alone count, as in PostgreSQL: asyncpg says 'utf-8' with the quotes.
    std::string word = lower(value);
    std::erase_if(word, [](unsigned char c) { return std::isalnum(c) == 0; });
    if (word != "utf8" && word != "unicode") {
      return not_supported("client encoding \"" + value + "\"", "Use UTF8.");
    }
    value = "UTF8";
  } else if (name == "client_min_messages") {
    value = lower(value);
    if (!level_of_message(value)) {
      return invalid("client_min_messages", value)
          .with_hint("Available values: debug5, debug4, debug3, debug2, debug1, log, notice, warning, error.");
    }
  } else if (name == "standard_conforming_strings") {
    if (value != "on") return not_supported("standard_conforming_strings = off", "Use E'...' strings for escapes.");
  }
  return {};
}

bool SessionSettings::wants_message(std::string_view severity) const {
  // INFO has no level: it is always told.
  const std::optional<size_t> level = level_of_message(lower(severity));
  return !level || *level >= *level_of_message(values_.at("client_min_messages"));
}

Result<std::string> SessionSettings::show(std::string_view name) const {
  const auto found = values_.find(lower(name));
  if (found == values_.end()) return unknown(name);
  return found->second;
}

std::vector<SessionSettings::Row> SessionSettings::rows() const {
  std::vector<Row> rows;
  for (const SettingRow& row : kSettings) rows.push_back({row.name, values_.at(lower(row.name)), row.description});
  return rows;
}

std::vector<std::string> SessionSettings::search_path() const {
  std::vector<std::string> schemas;
  std::string name;
  bool quoted = false;
  const auto end_name = [&] {
    if (!name.empty() && name != "$user") schemas.push_back(name);
    name.clear();
  };
  for (const char c : values_.at("search_path")) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      end_name();
    } else if (quoted || c != ' ') {
      name += quoted ? c : static_cast<char>(tolower(static_cast<unsigned char>(c)));
    }
  }
  end_name();
  return schemas;
}

void SessionSettings::begin_transaction() {
  if (!before_transaction_) before_transaction_ = values_;
}

void SessionSettings::commit() {
  before_transaction_.reset();
  std::map<std::string, std::string> local;
  local.swap(before_local_);
  restore(local);
}

void SessionSettings::rollback() {
  before_local_.clear();
  if (before_transaction_) restore(*std::exchange(before_transaction_, std::nullopt));
}

void SessionSettings::go_back_to(const SettingsSnapshot& snapshot) {
  restore(snapshot.values);
  before_local_ = snapshot.before_local;
}

void SessionSettings::restore(const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    if (values_[name] == value) continue;
    const SettingRow* row = find_row(name);
    // What was assigned once can be assigned again.
    if (row == nullptr || row->kind == Kind::kFixed || !assign(name, value)) values_[name] = value;
  }
}

void SessionSettings::make_defaults() { defaults_ = values_; }

std::vector<std::pair<std::string, std::string>> SessionSettings::take_reportable() {
  std::vector<std::pair<std::string, std::string>> changed;
  for (const SettingRow& row : kSettings) {
    if (!row.reported) continue;
    const std::string key = lower(row.name);
    const auto known = reported_.find(key);
    if (known != reported_.end() && known->second == values_[key]) continue;
    reported_[key] = values_[key];
    changed.emplace_back(row.name, values_[key]);
  }
  return changed;
}

}  // namespace millrace::engine
