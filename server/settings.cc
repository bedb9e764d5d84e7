#include "server/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/config_file.h"

namespace millrace::server {
namespace {

constexpr std::string_view kConfigFlag = "config";

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : settings_table()) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

// How many characters must be changed, added or left out to make `b` of `a`.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

SqlError unknown(std::string_view where, std::string_view prefix, std::string_view name) {
  std::string nearest(kConfigFlag);
  for (const Setting& setting : settings_table()) {
    if (edit_distance(name, setting.name) < edit_distance(name, nearest)) nearest = setting.name;
  }
  SqlError error(sqlstate::kUndefinedObject, fmt::format("{}: there is no setting \"{}{}\"", where, prefix, name));
  if (edit_distance(name, nearest) > std::max<size_t>(2, name.size() / 3)) {
    return std::move(error).with_hint("millrace --help lists them.");
  }
  return std::move(error).with_hint(fmt::format("Did you mean {}{}?", prefix, nearest));
}

Status assign(Settings& settings, const Setting& setting, std::string_view text, std::string_view where) {
  Status assigned = setting.assign(settings, text);
  if (assigned) return {};
  SqlError error(assigned.error().state(), fmt::format("{}: {}", where, assigned.error().message()));
  if (assigned.error().hint().empty()) return error;
  return std::move(error).with_hint(assigned.error().hint());
}

struct Flag {
  std::string name;
  std::string value;
};

Result<std::vector<Flag>> read_flags(const std::vector<std::string>& arguments) {
  std::vector<Flag> flags;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (!argument.starts_with("--")) {
      return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unexpected argument \"{}\"", argument))
          .with_hint("Settings are written --name value.");
    }
    argument.remove_prefix(2);
    const size_t equals = argument.find('=');
    const std::string name(argument.substr(0, equals));
    const Setting* setting = find_setting(name);
    if (setting == nullptr && name != kConfigFlag) return unknown("command line", "--", name);
    if (equals != std::string_view::npos) {
      flags.push_back({name, std::string(argument.substr(equals + 1))});
    } else if (setting != nullptr && setting->form.empty()) {
      flags.push_back({name, "true"});
    } else if (i + 1 < arguments.size()) {
      flags.push_back({name, arguments[++i]});
    } else {
      return SqlError(sqlstate::kInvalidParameterValue, fmt::format("--{} needs a value", name));
    }
  }
  return flags;
}

std::string variable_of(std::string_view name) {
  std::string variable = "MILLRACE_";
  for (const char c : name) variable += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return variable;
}

Status apply_config(Settings& settings, const std::string& path, Fs& fs) {
  TRY(const std::string contents, fs.read(path));
  TRY(const auto values, read_config(contents, path));
  for (const auto& [key, value] : values) {
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', '-');
    const Setting* setting = find_setting(name);
    if (setting == nullptr) return unknown(path, "", name);
    TRY(assign(settings, *setting, value, fmt::format("{}: {}", path, key)));
  }
  return {};
}

}  // namespace

Result<Settings> load_settings(const std::vector<std::string>& arguments, const Environment& environment, Fs& fs) {
  TRY(const std::vector<Flag> flags, read_flags(arguments));
  Settings settings;
  std::string config = environment(variable_of(kConfigFlag)).value_or("");
  for (const Flag& flag : flags) {
    if (flag.name == kConfigFlag) config = flag.value;
  }
  if (!config.empty()) TRY(apply_config(settings, config, fs));
  for (const Setting& setting : settings_table()) {
    const std::string variable = variable_of(setting.name);
    if (const auto value = environment(variable)) TRY(assign(settings, setting, *value, variable));
  }
  for (const Flag& flag : flags) {
    if (flag.name == kConfigFlag) continue;
    TRY(assign(settings, *find_setting(flag.name), flag.value, "--" + flag.name));
  }

  if (settings.database.data_directory.empty()) {
    return SqlError(sqlstate::kInvalidParameterValue, "no data directory")
        .with_hint("Say where everything is to be kept: --data-dir DIR.");
  }
  if (!settings.password_file.empty()) {
    TRY(const std::string contents, fs.read(settings.password_file));
    settings.password = contents.substr(0, contents.find_first_of("\r\n"));
    if (settings.password.empty()) {
      return SqlError(sqlstate::kInvalidParameterValue,
                      fmt::format("the password file \"{}\" has an empty first line", settings.password_file));
    }
  }
  if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty()) {
    return SqlError(sqlstate::kInvalidParameterValue, "tls-cert and tls-key belong together")
        .with_hint("Give both, or neither.");
  }
  settings.sessions.connections_max = settings.pgwire.connections_max;
  return settings;
}

Status check_exposure(const Settings& settings) {
  if (settings.insecure) return {};
  const bool protected_clients = !settings.password.empty() && !settings.tls_key_file.empty();
  TRY(const bool pg_here, is_loopback(settings.pg_listen));
  if (!pg_here && !protected_clients) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("others could reach {} without encryption or password", settings.pg_listen.to_string()))
        .with_hint("Set tls-cert, tls-key and password-file, listen on 127.0.0.1, or say --insecure.");
  }
  TRY(const bool http_here, is_loopback(settings.http_listen));
  if (!http_here) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("others could reach {}, and HTTP asks no password", settings.http_listen.to_string()))
        .with_hint("Let http-listen be on 127.0.0.1, or say --insecure.");
  }
  return {};
}

}  // namespace millrace::server
