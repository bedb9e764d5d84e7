#include "server/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "server/command_line.h"
#include "server/units.h"

namespace millrace::server {
namespace {

using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  Result<Settings> load(std::vector<std::string> arguments) {
    return load_settings(
        arguments,
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = environment_.find(name);
          if (found == environment_.end()) return std::nullopt;
          return found->second;
        },
        *fs_);
  }
  // What is said against these arguments.
  std::string refusal(std::vector<std::string> arguments) {
    const Result<Settings> settings = load(std::move(arguments));
    return settings ? "" : settings.error().message() + " | " + settings.error().hint();
  }
  std::string file(const std::string& contents) {
    const std::string path = testing::TempDir() + "/settings_test." + std::to_string(++files_);
    std::ofstream(path) << contents;
    return path;
  }

  std::unique_ptr<Fs> fs_ = system_fs();
  std::map<std::string, std::string> environment_;
  int files_ = 0;
};

TEST_F(SettingsTest, LaterPlacesWin) {
  Result<Settings> settings = load({"--data-dir", "/d"});
  ASSERT_TRUE(settings.has_value()) << settings.error().to_string();
  EXPECT_EQ(settings->pg_listen.to_string(), "127.0.0.1:6875");
  EXPECT_EQ(settings->http_listen.to_string(), "127.0.0.1:6876");
  EXPECT_EQ(settings->database.checkpoint.interval_us, 10'000'000);
  const std::string path = file(
      "data-dir = '/file'\npg_listen = \"127.0.0.1:1\"\nmemory-limit = '1GiB'\nnetwork-threads = 3\ninsecure = true\n");
  settings = load({"--config", path});
  ASSERT_TRUE(settings.has_value()) << settings.error().to_string();
  EXPECT_EQ(settings->database.data_directory, "/file");
  EXPECT_EQ(settings->pg_listen.port, 1);
  EXPECT_EQ(settings->network_threads, 3U);
  EXPECT_TRUE(settings->insecure);
  environment_ = {{"MILLRACE_CONFIG", path},
                  {"MILLRACE_PG_LISTEN", "127.0.0.1:2"},
                  {"MILLRACE_MEMORY_LIMIT", "2GiB"},
                  {"MILLRACE_URL", "what tests set"}};
  settings = load({"--memory-limit=3GiB"});
  ASSERT_TRUE(settings.has_value()) << settings.error().to_string();
  EXPECT_EQ(settings->database.data_directory, "/file");
  EXPECT_EQ(settings->pg_listen.port, 2);
  EXPECT_EQ(settings->database.memory_limit_bytes, uint64_t{3} << 30);
}

TEST_F(SettingsTest, MistakesAreNamed) {
  EXPECT_THAT(refusal({}), HasSubstr("no data directory"));
  EXPECT_THAT(refusal({"--data-dri", "x"}), HasSubstr("Did you mean --data-dir?"));
  EXPECT_THAT(refusal({"--confg", "x"}), HasSubstr("Did you mean --config?"));
  EXPECT_THAT(refusal({"--something-else"}), HasSubstr("millrace --help"));
  EXPECT_THAT(refusal({"--data-dir"}), HasSubstr("--data-dir needs a value"));
  EXPECT_THAT(refusal({"data"}), HasSubstr("unexpected argument \"data\""));
  EXPECT_THAT(refusal({"--pg-listen", "6875"}), HasSubstr("--pg-listen: invalid address"));
  EXPECT_THAT(refusal({"--memory-limit", "4 gigs"}), HasSubstr("--memory-limit: invalid value"));
  EXPECT_THAT(refusal({"--network-threads", "0"}), HasSubstr("1 to 64"));
  EXPECT_THAT(refusal({"--log-level", "loud"}), HasSubstr("debug, info"));
  EXPECT_THAT(refusal({"--data-dir", "d", "--tls-cert", "c"}), HasSubstr("belong together"));
  EXPECT_THAT(refusal({"--config", "/no/such/file"}), HasSubstr("/no/such/file"));
  EXPECT_THAT(refusal({"--config", file("pg-lisen = 'x'\n")}), HasSubstr("Did you mean pg-listen?"));
  EXPECT_THAT(refusal({"--config", file("a = 1\nb = \n")}), HasSubstr(":2: "));
  EXPECT_THAT(refusal({"--config", file("[user]\nname = 'x'\n")}), HasSubstr("neither text"));
  environment_["MILLRACE_LOG_FORMAT"] = "xml";
  EXPECT_THAT(refusal({"--data-dir", "d"}), HasSubstr("MILLRACE_LOG_FORMAT"));
}

TEST_F(SettingsTest, APasswordFileHasOneLine) {
  const Result<Settings> settings = load({"--data-dir", "d", "--password-file", file("sesame\nnot this\n")});
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->password, "sesame");
  EXPECT_THAT(refusal({"--data-dir", "d", "--password-file", file("\n")}), HasSubstr("empty first line"));
}

TEST_F(SettingsTest, OthersCannotReachItByAccident) {
  const auto exposure = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--data-dir", "d"});
    return check_exposure(*load(arguments)).has_value();
  };
  EXPECT_TRUE(exposure({}));
  EXPECT_TRUE(exposure({"--pg-listen", "[::1]:1"}));
  EXPECT_FALSE(exposure({"--pg-listen", "0.0.0.0:1"}));
  EXPECT_FALSE(exposure({"--pg-listen", "0.0.0.0:1", "--password", "x"}));
  EXPECT_FALSE(exposure({"--pg-listen", "0.0.0.0:1", "--tls-cert", "c", "--tls-key", "k"}));
  EXPECT_TRUE(exposure({"--pg-listen", "0.0.0.0:1", "--tls-cert", "c", "--tls-key", "k", "--password", "x"}));
  EXPECT_FALSE(exposure({"--http-listen", "0.0.0.0:1"}));
  EXPECT_TRUE(exposure({"--pg-listen", "0.0.0.0:1", "--http-listen", "0.0.0.0:1", "--insecure"}));
}

TEST_F(SettingsTest, HelpNamesEverySetting) {
  for (const Setting& setting : settings_table()) {
    EXPECT_THAT(help_text(),
                HasSubstr("--" + setting.name + (setting.form.empty() ? "\n" : " " + setting.form + "\n")));
    // A default that is written is one that is taken.
    Settings settings;
    if (!setting.default_text.empty()) {
      EXPECT_TRUE(setting.assign(settings, setting.default_text).has_value()) << setting.name;
    }
  }
}

TEST(UnitsTest, AsPeopleWriteThem) {
  EXPECT_EQ(*parse_bytes("4GiB"), uint64_t{4} << 30);
  EXPECT_EQ(*parse_bytes("4 GB"), 4'000'000'000U);
  EXPECT_EQ(*parse_bytes("17"), 17U);
  EXPECT_EQ(*parse_bytes("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(*parse_duration_ns("10s"), 10'000'000'000);
  EXPECT_EQ(*parse_duration_ns("2min"), 120'000'000'000);
  EXPECT_EQ(*parse_duration_ns("500ms"), 500'000'000);
  EXPECT_EQ(*parse_duration_ns("0"), 0);
  EXPECT_TRUE(*parse_switch("on"));
  EXPECT_FALSE(*parse_switch("0"));
  for (const char* bad : {"", "GiB", "-1", "1.5GiB", "4gib", "1 2", "18446744073709551616", "99999999TiB"}) {
    EXPECT_FALSE(parse_bytes(bad).has_value()) << bad;
  }
  for (const char* bad : {"", "10", "10 sec", "-1s", "9999999999h"}) {
    EXPECT_FALSE(parse_duration_ns(bad).has_value()) << bad;
  }
  EXPECT_FALSE(parse_switch("maybe").has_value());
  EXPECT_FALSE(parse_count("1k").has_value());
}

}  // namespace
}  // namespace millrace::server
