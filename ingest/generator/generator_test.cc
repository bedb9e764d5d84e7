#include <gtest/gtest.h>

#include <map>
#include <set>

#include "catalog/generator_tables.h"
#include "ingest/generator/generator_reader.h"
#include "types/value.h"

namespace millrace::ingest {
namespace {

using catalog::GeneratorKind;

struct TestSource {
  catalog::Object object;
  SourceDescription description;

  explicit TestSource(catalog::GeneratorSource source) {
    object.details = catalog::Source{source};
    description.source = &object;
    for (const catalog::GeneratorTable& table : catalog::generator_tables(source.kind)) {
      description.relations.push_back(catalog::generator_columns(table));
    }
  }
};

// Every row of [from, until) as text, by output.
std::vector<std::vector<std::string>> read(const TestSource& source, int64_t from, int64_t until, size_t at_once) {
  ManualClock clock({0});
  const auto reader = open_reader(source.description, {{0, from}}, OffsetVector{{0, until}}, clock);
  EXPECT_TRUE(reader.has_value());
  std::vector<std::vector<std::string>> rows(source.description.relations.size());
  for (bool finished = false; !finished;) {
    const auto batch = (*reader)->poll(at_once, 0);
    EXPECT_TRUE(batch.has_value());
    finished = batch->finished;
    for (size_t output = 0; output < rows.size(); ++output) {
      for (const DeltaBatch& part : batch->outputs[output]) {
        for (size_t row = 0; row < part.rows(); ++row) {
          std::string text;
          for (const ColumnPtr& column : part.columns())
            text += Value(column->type(), column->slot(row)).to_string() + "|";
          rows[output].push_back(std::move(text));
        }
      }
    }
  }
  return rows;
}

TEST(GeneratorTest, HistoryIsTheSameHoweverItIsRead) {
  for (const GeneratorKind kind : {GeneratorKind::kCounter, GeneratorKind::kAuction, GeneratorKind::kNexmark}) {
    const TestSource source({.kind = kind, .seed = 7});
    const auto whole = read(source, 0, 3000, 100'000);
    EXPECT_EQ(read(source, 0, 3000, 7), whole);
    auto parts = read(source, 0, 1234, 100);
    const auto rest = read(source, 1234, 3000, 100);
    for (size_t i = 0; i < parts.size(); ++i) parts[i].insert(parts[i].end(), rest[i].begin(), rest[i].end());
    EXPECT_EQ(parts, whole);
  }
}

TEST(GeneratorTest, AnotherSeedIsAnotherHistory) {
  EXPECT_NE(read(TestSource({.kind = GeneratorKind::kNexmark, .seed = 1}), 0, 100, 100),
            read(TestSource({.kind = GeneratorKind::kNexmark, .seed = 2}), 0, 100, 100));
}

TEST(GeneratorTest, NexmarkHasItsProportionsAndUniqueIds) {
  const auto rows = read(TestSource({.kind = GeneratorKind::kNexmark}), 0, 50'000, 10'000);
  EXPECT_EQ(rows[0].size(), 1000u);
  EXPECT_EQ(rows[1].size(), 3000u);
  EXPECT_EQ(rows[2].size(), 46'000u);
  for (const size_t output : {0, 1}) {
    std::set<std::string> ids;
    for (const std::string& row : rows[output]) ids.insert(row.substr(0, row.find('|')));
    EXPECT_EQ(ids.size(), rows[output].size());
  }
}

TEST(GeneratorTest, HalfOfNexmarksBidsAreOnHotAuctions) {
  const auto rows = read(TestSource({.kind = GeneratorKind::kNexmark}), 0, 50'000, 10'000);
  size_t hot = 0;
  for (const std::string& row : rows[2]) hot += std::stoll(row) % 100 == 0 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(hot) / static_cast<double>(rows[2].size()), 0.5, 0.02);
}

TEST(GeneratorTest, StopsAtMaxRows) {
  TestSource source({.kind = GeneratorKind::kCounter, .rate = 1e9, .max_rows = 10});
  ManualClock clock({0});
  const auto reader = open_reader(source.description, {}, std::nullopt, clock);
  clock.advance_us(1'000'000);
  const auto batch = (*reader)->poll(100, 0);
  EXPECT_EQ(batch->records, 10u);
  EXPECT_TRUE(batch->finished);
  EXPECT_EQ(batch->next, (OffsetVector{{0, 10}}));
}

TEST(GeneratorTest, KeepsToItsRate) {
  TestSource source({.kind = GeneratorKind::kCounter, .rate = 100});
  ManualClock clock({0});
  const auto reader = open_reader(source.description, {}, std::nullopt, clock);
  int64_t records = 0;
  for (int tenth = 0; tenth < 50; ++tenth) {
    clock.advance_us(100'000);
    records += static_cast<int64_t>((*reader)->poll(1000, 0)->records);
  }
  EXPECT_NEAR(static_cast<double>(records), 500, 2);
}

TEST(GeneratorTest, AuctionReferencesExist) {
  const auto rows = read(TestSource({.kind = GeneratorKind::kAuction}), 0, 5000, 1000);
  std::set<std::string> auctions;
  for (const std::string& row : rows[3]) auctions.insert(row.substr(0, row.find('|')));
  std::set<std::string> bid_ids;
  for (const std::string& row : rows[4]) {
    const size_t buyer = row.find('|') + 1;
    const size_t auction = row.find('|', buyer) + 1;
    EXPECT_TRUE(auctions.contains(row.substr(auction, row.find('|', auction) - auction)));
    EXPECT_TRUE(bid_ids.insert(row.substr(0, row.find('|'))).second);
  }
}

}  // namespace
}  // namespace millrace::ingest
