// The table of settings: one row each. Help, the config file, the environment and the flags come from it.
#include <fmt/format.h>

#include "server/settings.h"
#include "server/units.h"

namespace millrace::server {
namespace {

using Assign = std::function<Status(Settings&, std::string_view)>;

Assign to_text(std::string& (*place)(Settings&)) {
  return [place](Settings& settings, std::string_view text) -> Status {
    place(settings) = text;
    return {};
  };
}

Assign to_count(uint64_t& (*place)(Settings&), uint64_t least, uint64_t most) {
  return [=](Settings& settings, std::string_view text) -> Status {
    TRY(const uint64_t count, parse_count(text));
    if (count < least || count > most) {
      return SqlError(sqlstate::kInvalidParameterValue,
                      fmt::format("invalid value {}: {} to {} are possible", count, least, most));
    }
    place(settings) = count;
    return {};
  };
}

Assign to_bytes(uint64_t& (*place)(Settings&)) {
  return [place](Settings& settings, std::string_view text) -> Status {
    TRY(place(settings), parse_bytes(text));
    return {};
  };
}

// `unit_ns`: what the setting itself is counted in.
Assign to_duration(int64_t& (*place)(Settings&), int64_t unit_ns) {
  return [=](Settings& settings, std::string_view text) -> Status {
    TRY(const int64_t ns, parse_duration_ns(text));
    place(settings) = ns / unit_ns;
    return {};
  };
}

Assign to_address(SocketAddress& (*place)(Settings&)) {
  return [place](Settings& settings, std::string_view text) -> Status {
    TRY(place(settings), SocketAddress::parse(text));
    return {};
  };
}

Status set_insecure(Settings& settings, std::string_view text) {
  TRY(settings.insecure, parse_switch(text));
  return {};
}

Status set_recover_to(Settings& settings, std::string_view text) {
  TRY(const uint64_t tick, parse_count(text));
  settings.database.recover_to = TickId(tick);
  return {};
}

Status set_log_format(Settings& settings, std::string_view text) {
  if (text != "text" && text != "json") {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("invalid value \"{}\": text or json is wanted", text));
  }
  settings.log_format = text == "json" ? LogFormat::kJson : LogFormat::kText;
  return {};
}

Status set_log_level(Settings& settings, std::string_view text) {
  constexpr std::pair<std::string_view, LogLevel> kLevels[] = {{"debug", LogLevel::kDebug},
                                                               {"info", LogLevel::kInfo},
                                                               {"warning", LogLevel::kWarning},
                                                               {"error", LogLevel::kError}};
  for (const auto& [name, level] : kLevels) {
    if (text != name) continue;
    settings.log_level = level;
    return {};
  }
  return SqlError(sqlstate::kInvalidParameterValue,
                  fmt::format("invalid value \"{}\": debug, info, warning or error is wanted", text));
}

// long: the table itself, one row a setting.
std::vector<Setting> make_table() {
  return {
      {"data-dir", "DIR", "", "Where everything is kept. Required; made if missing; one server at a time.",
       to_text([](Settings& s) -> std::string& { return s.database.data_directory; })},
      {"pg-listen", "HOST:PORT", "127.0.0.1:6875", "Where PostgreSQL clients connect.",
       to_address([](Settings& s) -> SocketAddress& { return s.pg_listen; })},
      {"http-listen", "HOST:PORT", "127.0.0.1:6876", "Where /healthz, /readyz and /metrics are.",
       to_address([](Settings& s) -> SocketAddress& { return s.http_listen; })},
      {"memory-limit", "SIZE", "0",
       "Above this resident memory sources pause and statements are refused. 0: 3/4 of what there is.",
       to_bytes([](Settings& s) -> uint64_t& { return s.database.memory_limit_bytes; })},
      {"user", "NAME", "millrace", "The user clients connect as.",
       to_text([](Settings& s) -> std::string& { return s.sessions.user; })},
      {"database", "NAME", "millrace", "The database clients connect to.",
       to_text([](Settings& s) -> std::string& { return s.sessions.database; })},
      {"password", "TEXT", "", "The user's password. Others on this machine can see flags: prefer password-file.",
       to_text([](Settings& s) -> std::string& { return s.password; })},
      {"password-file", "FILE", "", "A file whose first line is the password.",
       to_text([](Settings& s) -> std::string& { return s.password_file; })},
      {"tls-cert", "FILE", "", "The certificate chain in PEM. With tls-key, clients may encrypt.",
       to_text([](Settings& s) -> std::string& { return s.tls_certificate_file; })},
      {"tls-key", "FILE", "", "The certificate's key in PEM.",
       to_text([](Settings& s) -> std::string& { return s.tls_key_file; })},
      {"insecure", "", "false", "Allows addresses that others can reach without encryption and password.",
       set_insecure},
      {"network-threads", "N", "2", "Threads that serve connections and point reads.",
       to_count([](Settings& s) -> uint64_t& { return s.network_threads; }, 1, 64)},
      {"pool-threads", "N", "4", "Threads that run all other statements.",
       to_count([](Settings& s) -> uint64_t& { return s.sessions.pool_threads; }, 1, 256)},
      {"max-connections", "N", "2000", "PostgreSQL clients at a time.",
       to_count([](Settings& s) -> uint64_t& { return s.pgwire.connections_max; }, 1, 100'000)},
      {"max-message-size", "SIZE", "16MiB", "The longest message a client may send.",
       to_bytes([](Settings& s) -> uint64_t& { return s.pgwire.message_bytes_max; })},
      {"max-query-size", "SIZE", "1MiB", "The longest text of a query.",
       to_bytes([](Settings& s) -> uint64_t& { return s.pgwire.query_bytes_max; })},
      {"authentication-timeout", "TIME", "10s", "How long a client may take to log in.",
       to_duration([](Settings& s) -> int64_t& { return s.pgwire.authentication_ns; }, 1)},
      {"checkpoint-interval", "TIME", "10s", "How often the state is written, at the most.",
       to_duration([](Settings& s) -> int64_t& { return s.database.checkpoint.interval_us; }, 1'000)},
      {"recover-to", "TICK", "", "Gives up every commit after this tick. For repairs, after a refusal to start.",
       set_recover_to},
      {"log-format", "text|json", "text", "For people, or for machines.", set_log_format},
      {"log-level", "LEVEL", "info", "debug, info, warning or error.", set_log_level},
  };
}

}  // namespace

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = make_table();
  return table;
}

}  // namespace millrace::server
