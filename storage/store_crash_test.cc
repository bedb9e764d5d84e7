// Power cuts. A child process runs a store over a file system that loses what was not synced, dies
// somewhere, and the parent checks what comes back against the child's ledger of acknowledged ticks, kept
// outside that file system. The same directory goes through many deaths, some of them during recovery.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "storage/fault_file_system.h"
#include "storage/store.h"

extern char** environ;

namespace millrace::storage {
namespace {

constexpr const char* kChildFlag = "--crash-child=";

std::string payload(uint64_t tick) {
  SplitMix64 random(tick);
  return std::string(random.one_in(8) ? 20'000 + random.below(30'000) : random.below(300),
                     static_cast<char>('a' + tick % 26));
}

// What the state is after each tick: segment number -> contents.
using SegmentModel = std::map<uint64_t, std::string>;
uint64_t segment_of(uint64_t tick) { return 16 + tick % 16; }
void step(SegmentModel& model, uint64_t tick) {
  // A segment of this tick alone, as one that is split soon: left over from an unfinished checkpoint, nothing
  // later would hide it.
  model.erase(1000 + tick - 1);
  model[1000 + tick] = "brief";
  if (tick % 7 == 0) {
    model.erase(segment_of(tick + 3));
  } else {
    model[segment_of(tick)] = "state at " + std::to_string(tick);
  }
}
SegmentModel state_at(uint64_t tick) {
  SegmentModel model;
  for (uint64_t t = 1; t <= tick; ++t) step(model, t);
  return model;
}

struct Script {
  std::string directory;
  uint64_t seed = 0;
  int64_t die_at = 0;
  bool torn = false;
  int64_t fail_sync_at = 0;
};

StoreOptions options_of(const std::string& directory, Fs& fs, Clock& clock) {
  StoreOptions options;
  options.directory = directory;
  options.fs = &fs;
  options.clock = &clock;
  return options;
}

std::string ledger_of(const std::string& directory) { return directory + ".ledger"; }

// Ticks until it dies. Writes down each acknowledgement before it goes on.
void run_child(const Script& script) {
  const std::unique_ptr<Fs> fs = system_fs();
  const std::unique_ptr<Clock> clock = system_clock();
  StoreOptions options = options_of(script.directory, *fs, *clock);
  const auto files = std::make_shared<FaultFileSystem>();
  if (script.torn) files->die_torn(script.seed + 1);
  if (script.die_at > 0) files->die_at_call(script.die_at);
  if (script.fail_sync_at > 0) files->fail_sync_at(script.fail_sync_at);
  options.rocksdb_files = files;
  auto ledger = fs->open_durable(ledger_of(script.directory));
  if (!ledger) _exit(3);
  const auto acknowledge = [&](TickId tick) {
    const uint64_t value = tick.value();
    if (!(*ledger)->write_at(0, {reinterpret_cast<const char*>(&value), sizeof value})) _exit(3);
  };
  auto store = Store::open(std::move(options));
  if (!store) {
    std::fprintf(stderr, "child cannot open: %s\n", store.error().to_string().c_str());
    _exit(4);
  }
  SplitMix64 random(script.seed);
  const auto reader = (*store)->checkpoint();
  SegmentModel saved = state_at((*reader)->tick().value());
  uint64_t tick = (*store)->log().last().value();
  for (int i = 0; i < 400; ++i) {
    ++tick;
    if (!(*store)->log().append(TickId(tick), payload(tick))) _exit(5);
    if (random.one_in(3)) continue;
    acknowledge((*store)->log().sync(random.one_in(2) ? Eagerness::kEager : Eagerness::kLazy));
    if (!random.one_in(script.seed % 3 == 0 ? 2 : 10)) continue;
    const SegmentModel now = state_at(tick);
    const auto writer = (*store)->begin_checkpoint(TickId(tick));
    for (const auto& [number, contents] : now) {
      if (saved.contains(number) && saved.at(number) == contents) continue;
      if (!writer->put_segment(ArrangementId(1), SegmentId{.number = number}, contents)) _exit(5);
    }
    for (const auto& [number, contents] : saved) {
      if (now.contains(number)) continue;
      if (!writer->erase_segment(ArrangementId(1), SegmentId{.number = number})) _exit(5);
    }
    writer->put_blob("tick", std::to_string(tick));
    if (random.one_in(4)) continue;  // abandoned
    if (!writer->commit()) _exit(5);
    saved = now;
  }
  files->die();
}

// Runs the child in a process of its own; returns its wait status.
int spawn(const Script& script) {
  std::string argument = kChildFlag + script.directory + ":" + std::to_string(script.seed) + ":" +
                         std::to_string(script.die_at) + ":" + std::to_string(script.torn) + ":" +
                         std::to_string(script.fail_sync_at);
  std::string program = std::filesystem::read_symlink("/proc/self/exe");
  std::string filter = "--gtest_filter=StoreCrashTest.DISABLED_Child";
  std::string disabled = "--gtest_also_run_disabled_tests";
  char* arguments[] = {program.data(), filter.data(), disabled.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&actions, 2, (script.directory + ".stderr").c_str(), 0x241 /* w, create, trunc */,
                                   0600);
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, program.c_str(), &actions, nullptr, arguments, environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

uint64_t acknowledged(const std::string& directory) {
  std::ifstream file(ledger_of(directory), std::ios::binary);
  uint64_t tick = 0;
  file.read(reinterpret_cast<char*>(&tick), sizeof tick);
  return tick;
}

// Everything acknowledged is there, and what is there is a prefix of what was written.
void check(const std::string& directory) {
  const std::unique_ptr<Fs> fs = system_fs();
  const std::unique_ptr<Clock> clock = system_clock();
  auto store = Store::open(options_of(directory, *fs, *clock));
  ASSERT_TRUE(store) << store.error().to_string();
  const uint64_t last = (*store)->log().last().value();
  ASSERT_GE(last, acknowledged(directory));
  const auto reader = (*store)->checkpoint();
  ASSERT_TRUE(reader) << reader.error().to_string();
  uint64_t tick = (*reader)->tick().value();
  SegmentModel restored;
  const auto segments = (*reader)->segments(ArrangementId(1));
  ASSERT_TRUE(segments);
  for (const SegmentId& id : *segments) restored[id.number] = *(*reader)->segment(ArrangementId(1), id);
  ASSERT_EQ(restored, state_at(tick));
  if (tick > 0) {
    ASSERT_EQ((*reader)->blob("tick"), std::to_string(tick));
  }
  const Status replayed = (*store)->log().replay(TickId(tick), [&](TickId at, std::string_view bytes) -> Status {
    EXPECT_EQ(at.value(), ++tick);
    EXPECT_EQ(bytes, payload(tick));
    return {};
  });
  ASSERT_TRUE(replayed) << replayed.error().to_string();
  ASSERT_EQ(tick, last);
}

class StoreCrashTest : public testing::Test {
 protected:
  StoreCrashTest() : directory_(testing::TempDir() + "millrace_crash_" + std::to_string(::getpid())) { remove(); }
  ~StoreCrashTest() override { remove(); }
  void remove() {
    for (const char* suffix : {"", ".ledger", ".stderr"}) std::filesystem::remove_all(directory_ + suffix);
  }
  std::string child_errors() const {
    std::ifstream file(directory_ + ".stderr");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const std::string directory_;
};

// Not a test of its own: what spawn() runs.
TEST_F(StoreCrashTest, DISABLED_Child) {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string line{std::istreambuf_iterator<char>(file), {}};
  const size_t flag = line.find(kChildFlag);
  if (flag == std::string::npos) GTEST_SKIP();
  std::string rest = line.substr(flag + std::string(kChildFlag).size());
  rest = rest.substr(0, rest.find('\0'));
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= rest.size();) {
    const size_t end = std::min(rest.find(':', begin), rest.size());
    parts.push_back(rest.substr(begin, end - begin));
    begin = end + 1;
  }
  ASSERT_EQ(parts.size(), 5u);
  run_child({parts[0], std::stoull(parts[1]), std::stoll(parts[2]), parts[3] == "1", std::stoll(parts[4])});
}

TEST_F(StoreCrashTest, AcknowledgedTicksSurvivePowerCuts) {
  SplitMix64 random(20);
  for (uint64_t seed = 1; seed <= 14; ++seed) {
    SCOPED_TRACE(seed);
    Script script{.directory = directory_, .seed = seed};
    // A store's opening is a few dozen calls, so some deaths fall into recovery.
    script.die_at = static_cast<int64_t>(1 + random.below(random.one_in(3) ? 60 : 1500));
    script.torn = seed % 2 == 0;
    const int status = spawn(script);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 9) << status << "\n" << child_errors();
    if (random.one_in(3)) continue;  // two deaths in a row
    check(directory_);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(acknowledged(directory_), 100u);
}

// Every call in turn, from the first: systematic where the other is random.
TEST_F(StoreCrashTest, EveryCallMayBeTheLast) {
  // Opening in coarse steps, then every call of the first checkpoints.
  for (int64_t call = 1; call < 150; call += call < 90 ? 15 : 2) {
    SCOPED_TRACE(call);
    remove();
    for (const int64_t die_at : {call, int64_t{150}}) {
      const int status = spawn({.directory = directory_, .seed = 6, .die_at = die_at, .torn = call % 2 == 0});
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 9) << status << "\n" << child_errors();
    }
    check(directory_);
    if (HasFatalFailure()) return;
  }
}

TEST_F(StoreCrashTest, AFailedSyncEndsTheProcess) {
  for (const int64_t sync : {25, 60, 90}) {
    SCOPED_TRACE(sync);
    const int status = spawn({.directory = directory_, .seed = 7, .fail_sync_at = sync});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status << "\n" << child_errors();
    ASSERT_NE(child_errors().find("injected EIO"), std::string::npos) << child_errors();
    check(directory_);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace millrace::storage
