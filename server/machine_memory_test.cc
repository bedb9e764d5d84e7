#include "server/machine_memory.h"

#include <gtest/gtest.h>

namespace millrace::server {
namespace {

TEST(MachineMemoryTest, TheSmallerOfMachineAndContainer) {
  const char* const meminfo = "MemTotal:       24548592 kB\nMemFree:         1 kB\n";
  constexpr uint64_t kMachine = uint64_t{24548592} * 1024;
  EXPECT_EQ(machine_memory(meminfo, ""), kMachine);
  EXPECT_EQ(machine_memory(meminfo, "max\n"), kMachine);
  EXPECT_EQ(machine_memory(meminfo, "1073741824\n"), uint64_t{1} << 30);
  EXPECT_EQ(machine_memory(meminfo, "9223372036854771712\n"), kMachine);
  EXPECT_EQ(machine_memory("", "1073741824\n"), uint64_t{1} << 30);
  EXPECT_EQ(machine_memory("", ""), 0U);
  EXPECT_EQ(machine_memory("MemTotal:", ""), 0U);
}

TEST(MachineMemoryTest, ThisMachineHasSome) { EXPECT_GT(machine_memory(*system_fs()), uint64_t{1} << 26); }

}  // namespace
}  // namespace millrace::server
