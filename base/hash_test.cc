#include "base/hash.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

// These values are in files on users' disks. If this test fails, the file format changed.
TEST(HashTest, NeverChanges) {
  EXPECT_EQ(hash_bytes(""), 0x2d06800538d394c2ULL);
  EXPECT_EQ(hash_int(0), 0u);
  EXPECT_EQ(hash_int(1), 0xb456bcfc34c2cb2cULL);
  EXPECT_NE(hash_combine(hash_combine(kHashSeed, 1), 2), hash_combine(hash_combine(kHashSeed, 2), 1));
}

}  // namespace
}  // namespace millrace
