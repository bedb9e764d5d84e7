// Everything that can be set, in the structs of the folders that use it.
//
// A setting has one name in four places, later ones win: its default, `name = value` in the config file,
// MILLRACE_NAME in the environment, --name on the command line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/log.h"
#include "base/result.h"
#include "base/socket.h"
#include "engine/database.h"
#include "engine/session_service.h"
#include "http/server.h"
#include "pgwire/limits.h"

namespace millrace::server {

struct Settings {
  engine::DatabaseOptions database;
  engine::SessionServiceOptions sessions;
  pgwire::Limits pgwire;
  http::Limits http;

  SocketAddress pg_listen{"127.0.0.1", 6875};
  SocketAddress http_listen{"127.0.0.1", 6876};
  uint64_t network_threads = 2;
  std::string password;
  std::string password_file;
  std::string tls_certificate_file;
  std::string tls_key_file;
  bool insecure = false;
  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
};

// One row a setting: its name ("pg-listen"), what a value looks like ("HOST:PORT"; empty for a switch), its
// default as text, and a line of documentation.
struct Setting {
  std::string name;
  std::string form;
  std::string default_text;
  std::string doc;
  std::function<Status(Settings& settings, std::string_view text)> assign;
};
const std::vector<Setting>& settings_table();

// Looks a variable of the environment up; tests have their own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// `arguments` are those after `serve`. Errors (22023, 42704) name the place: a flag, a variable, a file.
Result<Settings> load_settings(const std::vector<std::string>& arguments, const Environment& environment, Fs& fs);

// Refuses to be reachable from elsewhere without encryption and a password, unless told to. Looks names up.
Status check_exposure(const Settings& settings);

}  // namespace millrace::server
