// Opening, damage, full disks, checkpoints. Crashes: store_crash_test.cc.
#include "storage/store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/rng.h"
#include "storage/fault_file_system.h"
#include "storage/tick_record.h"

namespace millrace::storage {
namespace {

class StoreTest : public testing::Test {
 protected:
  StoreTest()
      : directory_(testing::TempDir() + "millrace_store_" + std::to_string(::getpid()) + "_" +
                   testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(directory_);
  }
  ~StoreTest() override { std::filesystem::remove_all(directory_); }

  Result<std::unique_ptr<Store>> open(std::optional<TickId> recover_to = {}) {
    StoreOptions options;
    options.directory = directory_;
    options.fs = fs_.get();
    options.clock = &clock_;
    options.rocksdb_files = files_;
    options.recover_to = recover_to;
    return Store::open(std::move(options));
  }

  static std::string payload(uint64_t tick) { return std::string(tick * 37 % 900, static_cast<char>('a' + tick % 26)); }

  static void append(Store& store, uint64_t from, uint64_t to) {
    for (uint64_t tick = from; tick <= to; ++tick) {
      const Status status = store.log().append(TickId(tick), payload(tick));
      ASSERT_TRUE(status) << status.error().to_string();
    }
  }

  static std::vector<uint64_t> replayed(Store& store, uint64_t after) {
    std::vector<uint64_t> ticks;
    const Status status = store.log().replay(TickId(after), [&](TickId tick, std::string_view bytes) -> Status {
      EXPECT_EQ(bytes, payload(tick.value()));
      ticks.push_back(tick.value());
      return {};
    });
    EXPECT_TRUE(status) << status.error().to_string();
    return ticks;
  }

  static std::vector<uint64_t> range(uint64_t from, uint64_t to) {
    std::vector<uint64_t> ticks;
    for (uint64_t tick = from; tick <= to; ++tick) ticks.push_back(tick);
    return ticks;
  }

  // The newest file of RocksDB with this ending.
  std::filesystem::path newest_file(const std::string& ending) const {
    std::filesystem::path newest;
    for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/rocksdb")) {
      if (entry.path().extension() == ending && entry.path() > newest && entry.file_size() > 0) newest = entry.path();
    }
    return newest;
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  const std::string directory_;
  std::unique_ptr<Fs> fs_ = system_fs();
  ManualClock clock_{WallTime{1'000'000}};
  std::shared_ptr<FaultFileSystem> files_;
};

TEST_F(StoreTest, ReplaysWhatWasAppended) {
  {
    auto store = open();
    ASSERT_TRUE(store) << store.error().to_string();
    EXPECT_EQ((*store)->log().last(), TickId(0));
    append(**store, 1, 50);
    EXPECT_EQ((*store)->log().synced(), TickId(0));
    EXPECT_EQ((*store)->log().sync(Eagerness::kEager), TickId(50));
    EXPECT_EQ((*store)->log().synced(), TickId(50));
    EXPECT_EQ(replayed(**store, 0), range(1, 50));
    EXPECT_EQ(replayed(**store, 20), range(21, 50));
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().to_string();
  EXPECT_EQ((*store)->log().last(), TickId(50));
  append(**store, 51, 60);
  EXPECT_EQ(replayed(**store, 0), range(1, 60));
}

TEST_F(StoreTest, ASecondServerIsRefused) {
  auto store = open();
  ASSERT_TRUE(store);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().state(), sqlstate::kObjectInUse);
}

TEST_F(StoreTest, ForeignAndNewerDirectoriesAreRefusedUntouched) {
  std::filesystem::create_directories(directory_);
  write(directory_ + "/somebody", "else");
  const auto foreign = open();
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().state(), sqlstate::kObjectNotInPrerequisiteState);
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/lock"));

  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  write(directory_ + "/format", "millrace 2\n");
  const auto newer = open();
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().state(), sqlstate::kFeatureNotSupported);
  write(directory_ + "/format", "millrace one\n");
  EXPECT_EQ(open().error().state(), sqlstate::kObjectNotInPrerequisiteState);
}

// Every acknowledged tick, or a refusal: whatever bit of the WAL flips, wherever it is cut.
TEST_F(StoreTest, DamageToAcknowledgedTicksIsRefused) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 40);
    (*store)->log().sync(Eagerness::kEager);
  }
  const std::filesystem::path wal = newest_file(".log");
  const std::string good = read(wal);
  const std::string saved = directory_ + ".saved";
  std::filesystem::remove_all(saved);
  std::filesystem::copy(directory_, saved, std::filesystem::copy_options::recursive);
  SplitMix64 random(11);
  int refused = 0;
  for (int i = 0; i < 24; ++i) {
    SCOPED_TRACE(i);
    std::filesystem::remove_all(directory_);
    std::filesystem::copy(saved, directory_, std::filesystem::copy_options::recursive);
    std::string bad = good;
    switch (i % 4) {
      case 0: bad.resize(random.below(bad.size())); break;
      case 1: bad[random.below(bad.size())] ^= static_cast<char>(1 << random.below(8)); break;
      case 2: std::fill_n(bad.begin() + static_cast<long>(random.below(bad.size() - 500)), 500, '\0'); break;
      case 3: bad.erase(random.below(bad.size() - 4096), 4096); break;
    }
    write(wal, bad);
    const auto store = open();
    if (store) {
      EXPECT_EQ(replayed(**store, 0), range(1, 40));
      continue;
    }
    ++refused;
    EXPECT_EQ(store.error().state(), sqlstate::kDataCorrupted) << store.error().to_string();
    EXPECT_NE(store.error().message().find(directory_), std::string::npos);
    EXPECT_NE(store.error().hint().find("--recover-to="), std::string::npos) << store.error().to_string();
  }
  EXPECT_GE(refused, 20);

  // The operator gives up what the refusal names.
  std::filesystem::remove_all(directory_);
  std::filesystem::copy(saved, directory_, std::filesystem::copy_options::recursive);
  write(wal, good.substr(0, good.size() / 2));
  const auto refusal = open();
  ASSERT_FALSE(refusal);
  const std::string hint = refusal.error().hint();
  const uint64_t last_good = std::stoull(hint.substr(hint.find("--recover-to=") + 13));
  ASSERT_GT(last_good, 5u);
  EXPECT_FALSE(open(TickId(last_good + 1)));
  {
    auto cut = open(TickId(last_good - 2));
    ASSERT_TRUE(cut) << cut.error().to_string();
    EXPECT_EQ(replayed(**cut, 0), range(1, last_good - 2));
  }
  auto again = open();
  ASSERT_TRUE(again) << again.error().to_string();
  append(**again, last_good - 1, last_good + 3);
  EXPECT_EQ(replayed(**again, 0), range(1, last_good + 3));
  std::filesystem::remove_all(saved);
}

TEST_F(StoreTest, ATornTailThatWasNeverAcknowledgedIsCut) {
  std::filesystem::path wal;
  std::string synced;
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 20);
    (*store)->log().sync(Eagerness::kEager);
    wal = newest_file(".log");
    synced = read(wal);
    ASSERT_TRUE((*store)->log().append(TickId(21), std::string(100'000, 'z')));
  }
  const std::string all = read(wal);
  ASSERT_GT(all.size(), synced.size() + 100'000);
  const std::string saved = directory_ + ".saved";
  std::filesystem::remove_all(saved);
  std::filesystem::copy(directory_, saved, std::filesystem::copy_options::recursive);
  SplitMix64 random(12);
  for (int i = 0; i < 12; ++i) {
    SCOPED_TRACE(i);
    std::filesystem::remove_all(directory_);
    std::filesystem::copy(saved, directory_, std::filesystem::copy_options::recursive);
    std::string torn = all;
    const size_t at = synced.size() + random.below(all.size() - synced.size() - 4096);
    if (i % 3 == 0) torn.resize(at);
    if (i % 3 == 1) std::fill_n(torn.begin() + static_cast<long>(at), 4096, '\0');  // a lost page in the middle
    if (i % 3 == 2) torn[at] ^= 1;
    write(wal, torn);
    auto store = open();
    ASSERT_TRUE(store) << store.error().to_string();
    EXPECT_EQ((*store)->log().last(), TickId(20));
    EXPECT_EQ(replayed(**store, 0), range(1, 20));
    append(**store, 21, 22);
    EXPECT_EQ((*store)->log().sync(Eagerness::kLazy), TickId(22));
  }
  std::filesystem::remove_all(saved);
}

// The 100 ms in which the watermark lags: later records tell that the damaged one had been synced.
TEST_F(StoreTest, CommitEvidenceRefusesWhereTheWatermarkLags) {
  std::filesystem::path wal;
  size_t begin = 0;
  size_t end = 0;
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 5);
    (*store)->log().sync(Eagerness::kEager);
    wal = newest_file(".log");
    begin = read(wal).size();
    append(**store, 6, 9);
    (*store)->log().sync(Eagerness::kLazy);
    end = read(wal).size();
    append(**store, 10, 12);  // carries "synced up to 9"
  }
  std::string bad = read(wal);
  bad[(begin + end) / 2] ^= 1;
  write(wal, bad);
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().state(), sqlstate::kDataCorrupted);
}

TEST_F(StoreTest, AMissingLogIsNoticed) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 5);
    (*store)->log().sync(Eagerness::kEager);
  }
  std::filesystem::remove_all(directory_ + "/rocksdb");
  const auto store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().state(), sqlstate::kDataCorrupted);
}

TEST_F(StoreTest, TheWatermarkSurvivesATornSlot) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 5);
    (*store)->log().sync(Eagerness::kEager);
    append(**store, 6, 7);
    (*store)->log().sync(Eagerness::kEager);
  }
  const std::string path = directory_ + "/commit_watermark";
  const std::string good = read(path);
  for (const size_t slot : {size_t{0}, size_t{4096}}) {
    std::string torn = good;
    torn[slot + 30] ^= 4;
    write(path, torn);
    EXPECT_TRUE(open());
  }
  std::string bad = good;
  bad[30] ^= 4;
  bad[4096 + 30] ^= 4;
  write(path, bad);
  EXPECT_EQ(open().error().state(), sqlstate::kDataCorrupted);
  EXPECT_TRUE(open(TickId(7)));
  EXPECT_TRUE(open());
}

TEST_F(StoreTest, AFullDiskRefusesWritesUntilThereIsSpace) {
  files_ = std::make_shared<FaultFileSystem>();
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 10);
    (*store)->log().sync(Eagerness::kEager);
    files_->set_quota(0);
    for (int i = 0; i < 3; ++i) {
      const Status full = (*store)->log().append(TickId(11), payload(11));
      ASSERT_FALSE(full);
      EXPECT_EQ(full.error().state(), sqlstate::kDiskFull);
      EXPECT_EQ(replayed(**store, 0), range(1, 10));  // reading goes on
    }
    files_->set_quota(1 << 30);
    // RocksDB looks for space every few seconds.
    Status status = (*store)->log().append(TickId(11), payload(11));
    for (int i = 0; i < 600 && !status; ++i) {
      system_clock()->sleep_us(50'000);
      status = (*store)->log().append(TickId(11), payload(11));
    }
    ASSERT_TRUE(status) << status.error().to_string();
    append(**store, 12, 20);
    EXPECT_EQ((*store)->log().sync(Eagerness::kEager), TickId(20));
  }
  auto store = open();
  ASSERT_TRUE(store) << store.error().to_string();
  EXPECT_EQ(replayed(**store, 0), range(1, 20));
}

TEST_F(StoreTest, CheckpointsReplaceEachOtherWhole) {
  const ArrangementId one(1);
  const ArrangementId two(2);
  const SegmentId low{.number = 2};
  const SegmentId high{.number = 3};
  const SegmentId hot{.hot = true, .key_hash = 77, .number = 1};
  auto opened = open();
  ASSERT_TRUE(opened);
  std::unique_ptr<Store> store = *std::move(opened);
  append(*store, 1, 10);
  store->log().sync(Eagerness::kLazy);
  {
    const auto nothing = store->checkpoint();
    ASSERT_TRUE(nothing);
    EXPECT_EQ((*nothing)->tick(), TickId(0));
    const auto writer = store->begin_checkpoint(TickId(10));
    ASSERT_TRUE(writer->put_segment(one, low, "low at 10"));
    ASSERT_TRUE(writer->put_segment(one, high, "high at 10"));
    ASSERT_TRUE(writer->put_segment(two, hot, "hot at 10"));
    writer->put_blob("catalog", "catalog at 10");
    writer->put_blob("offsets", "offsets at 10");
    ASSERT_TRUE(writer->commit());
  }
  EXPECT_EQ(replayed(*store, 10), std::vector<uint64_t>{});
  append(*store, 11, 20);
  store->log().sync(Eagerness::kLazy);
  auto at_10 = store->checkpoint();
  ASSERT_TRUE(at_10);
  {
    const auto abandoned = store->begin_checkpoint(TickId(15));
    ASSERT_TRUE(abandoned->put_segment(one, low, "never"));
    ASSERT_TRUE(abandoned->erase_segment(one, high));
  }
  const auto expect_10 = [&](CheckpointReader& reader) {
    EXPECT_EQ(reader.tick(), TickId(10));
    EXPECT_EQ(reader.arrangements(), (std::vector<ArrangementId>{one, two}));
    EXPECT_EQ(*reader.segments(one), (std::vector<SegmentId>{low, high}));
    EXPECT_EQ(*reader.segment(one, low), "low at 10");
    EXPECT_EQ(*reader.segment(two, hot), "hot at 10");
    EXPECT_EQ(reader.blob("offsets"), "offsets at 10");
    EXPECT_EQ(reader.blob("missing"), std::nullopt);
  };
  {
    const auto unfinished = store->begin_checkpoint(TickId(15));
    ASSERT_TRUE(unfinished->put_segment(one, low, std::string(5 << 20, 'x')));  // beyond what it holds back
    expect_10(**store->checkpoint());
  }
  expect_10(**store->checkpoint());
  {
    const auto writer = store->begin_checkpoint(TickId(18));
    ASSERT_TRUE(writer->put_segment(one, low, "low at 18"));
    ASSERT_TRUE(writer->erase_segment(one, high));
    writer->drop_arrangement(two);
    writer->put_blob("catalog", "catalog at 18");
    ASSERT_TRUE(writer->commit());
  }
  expect_10(**at_10);  // a reader keeps what it was opened on
  at_10->reset();
  for (int restart = 0; restart < 2; ++restart) {
    SCOPED_TRACE(restart);
    auto reader = store->checkpoint();
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->tick(), TickId(18));
    EXPECT_EQ((*reader)->arrangements(), std::vector<ArrangementId>{one});
    EXPECT_EQ(*(*reader)->segments(one), std::vector<SegmentId>{low});
    EXPECT_EQ(*(*reader)->segment(one, low), "low at 18");
    EXPECT_FALSE((*reader)->segment(one, high));
    EXPECT_EQ((*reader)->blob("catalog"), "catalog at 18");
    EXPECT_EQ((*reader)->blob("offsets"), std::nullopt);
    EXPECT_EQ(replayed(*store, 18), range(19, 20));
    reader->reset();
    store.reset();
    opened = open();
    ASSERT_TRUE(opened) << opened.error().to_string();
    store = *std::move(opened);
  }
}

TEST_F(StoreTest, ADamagedCheckpointIsRefusedByName) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    append(**store, 1, 3);
    (*store)->log().sync(Eagerness::kEager);
    const auto writer = (*store)->begin_checkpoint(TickId(3));
    SplitMix64 random(1);
    for (uint64_t number = 64; number < 128; ++number) {
      std::string bytes;
      for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(random.next());
      ASSERT_TRUE(writer->put_segment(ArrangementId(9), SegmentId{.number = number}, bytes));
    }
    ASSERT_TRUE(writer->commit());
  }
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/rocksdb")) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) largest = entry.path();
  }
  std::string bytes = read(largest);
  bytes[bytes.size() / 2] ^= 1;
  write(largest, bytes);
  auto store = open();
  ASSERT_TRUE(store) << store.error().to_string();
  const auto reader = (*store)->checkpoint();
  ASSERT_TRUE(reader);
  int damaged = 0;
  for (uint64_t number = 64; number < 128; ++number) {
    const auto segment = (*reader)->segment(ArrangementId(9), SegmentId{.number = number});
    if (segment) continue;
    ++damaged;
    EXPECT_EQ(segment.error().state(), sqlstate::kDataCorrupted);
    EXPECT_NE(segment.error().message().find("of arrangement 9 is corrupted"), std::string::npos);
  }
  EXPECT_GT(damaged, 0);
}

TEST(TickRecordTest, OnlyWhatWasEncodedDecodes) {
  const TickRecord record{.tick = TickId(7), .synced_up_to = TickId(5), .chain = 99, .payload = "payload"};
  const std::string bytes = encode_tick_record(record);
  const auto decoded = decode_tick_record(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->tick, TickId(7));
  EXPECT_EQ(decoded->synced_up_to, TickId(5));
  EXPECT_EQ(decoded->chain, 99u);
  EXPECT_EQ(decoded->payload, "payload");
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    // A flip in the payload is the chain's to find.
    const auto found = decode_tick_record(bad);
    EXPECT_EQ(found.has_value(), bit >= 40 * 8) << bit;
    if (found) {
      EXPECT_NE(next_chain(1, found->payload), next_chain(1, record.payload));
    }
  }
  EXPECT_EQ(newest_synced_claim("MRTLxx" + bytes + bytes.substr(0, 20)), TickId(5));
  EXPECT_EQ(newest_synced_claim(bytes.substr(0, 39)), TickId(0));
  for (size_t size = 0; size < 40; ++size) EXPECT_FALSE(decode_tick_record(bytes.substr(0, size)));
  EXPECT_EQ(decode_tick_key(tick_key(TickId(0x0102030405060708))), TickId(0x0102030405060708));
}

}  // namespace
}  // namespace millrace::storage
