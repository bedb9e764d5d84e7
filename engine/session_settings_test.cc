#include "engine/session_settings.h"

#include <gtest/gtest.h>

namespace millrace::engine {
namespace {

TEST(SessionSettingsTest, SetShowReset) {
  SessionSettings settings;
  EXPECT_EQ(*settings.show("timezone"), "UTC");
  ASSERT_TRUE(settings.set("TimeZone", "Europe/Berlin", false).has_value());
  EXPECT_EQ(*settings.show("TIMEZONE"), "Europe/Berlin");
  EXPECT_NE(settings.text().time_zone, nullptr);
  ASSERT_TRUE(settings.reset("timezone").has_value());
  EXPECT_EQ(*settings.show("timezone"), "UTC");
}

TEST(SessionSettingsTest, RefusesWhatPostgresRefuses) {
  SessionSettings settings;
  EXPECT_EQ(settings.set("no_such_thing", "1", false).error().state(), sqlstate::kUndefinedObject);
  EXPECT_EQ(settings.set("timezone", "Mars/Olympus", false).error().state(), sqlstate::kInvalidParameterValue);
  EXPECT_EQ(settings.set("server_version", "1", false).error().state(), sqlstate::kCantChangeRuntimeParam);
  EXPECT_EQ(settings.set("row_security", "maybe", false).error().state(), sqlstate::kInvalidParameterValue);
  EXPECT_TRUE(settings.set("myapp.user", "me", false).has_value());
  EXPECT_EQ(*settings.show("myapp.user"), "me");
}

TEST(SessionSettingsTest, EncodingNamesAreReadAsPostgresReadsThem) {
  SessionSettings settings;
  for (const char* name : {"UTF8", "utf-8", "'utf-8'", "Unicode", "UTF_8"}) {  // asyncpg says it with the quotes
    ASSERT_TRUE(settings.set("client_encoding", name, false).has_value()) << name;
    EXPECT_EQ(*settings.show("client_encoding"), "UTF8");
  }
  EXPECT_EQ(settings.set("client_encoding", "LATIN1", false).error().state(), sqlstate::kFeatureNotSupported);
}

TEST(SessionSettingsTest, MessagesBelowALevelAreNotWanted) {
  SessionSettings settings;
  EXPECT_TRUE(settings.wants_message("NOTICE"));
  ASSERT_TRUE(settings.set("client_min_messages", "Warning", false).has_value());
  EXPECT_FALSE(settings.wants_message("NOTICE"));
  EXPECT_TRUE(settings.wants_message("WARNING"));
  EXPECT_TRUE(settings.wants_message("INFO"));
  EXPECT_EQ(settings.set("client_min_messages", "loud", false).error().state(), sqlstate::kInvalidParameterValue);
  EXPECT_EQ(*settings.show("client_min_messages"), "warning");
}

TEST(SessionSettingsTest, DateStyleKeepsWhatIsNotNamed) {
  SessionSettings settings;
  ASSERT_TRUE(settings.set("datestyle", "german", false).has_value());
  EXPECT_EQ(*settings.show("DateStyle"), "German, MDY");
  ASSERT_TRUE(settings.set("datestyle", "ISO, DMY", false).has_value());
  EXPECT_EQ(settings.text().date_order, DateOrder::kDmy);
}

TEST(SessionSettingsTest, ATransactionThatFailsChangesNothing) {
  SessionSettings settings;
  settings.begin_transaction();
  ASSERT_TRUE(settings.set("application_name", "a", false).has_value());
  settings.rollback();
  EXPECT_EQ(*settings.show("application_name"), "");
  settings.begin_transaction();
  ASSERT_TRUE(settings.set("application_name", "b", false).has_value());
  ASSERT_TRUE(settings.set("extra_float_digits", "0", true).has_value());
  EXPECT_EQ(settings.text().extra_float_digits, 0);
  settings.commit();
  EXPECT_EQ(*settings.show("application_name"), "b");
  EXPECT_EQ(settings.text().extra_float_digits, 1);  // SET LOCAL ends with its transaction.
}

TEST(SessionSettingsTest, ReportsOnlyChanges) {
  SessionSettings settings;
  EXPECT_GT(settings.take_reportable().size(), 8u);
  EXPECT_TRUE(settings.take_reportable().empty());
  ASSERT_TRUE(settings.set("application_name", "x", false).has_value());
  const auto changed = settings.take_reportable();
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0], (std::pair<std::string, std::string>("application_name", "x")));
}

TEST(SessionSettingsTest, SearchPathIsReadAsIdentifiers) {
  SessionSettings settings;
  EXPECT_EQ(settings.search_path(), (std::vector<std::string>{"public"}));
  ASSERT_TRUE(settings.set("search_path", "App, \"Mixed Case\",pg_catalog", false).has_value());
  EXPECT_EQ(settings.search_path(), (std::vector<std::string>{"app", "Mixed Case", "pg_catalog"}));
}

TEST(SessionSettingsTest, TimeoutsTakeUnits) {
  SessionSettings settings;
  ASSERT_TRUE(settings.set("statement_timeout", "5s", false).has_value());
  EXPECT_EQ(settings.statement_timeout_ms(), 5000);
  ASSERT_TRUE(settings.set("statement_timeout", "2 min", false).has_value());
  EXPECT_EQ(settings.statement_timeout_ms(), 120'000);
}

}  // namespace
}  // namespace millrace::engine
