#include "base/byte_stream.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/rng.h"

namespace millrace {
namespace {

TEST(ByteStreamTest, GivesBackWhatWasWritten) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    SplitMix64 random(seed);
    const uint64_t wide = random.next() >> random.below(64);
    const auto narrow = static_cast<int64_t>(random.next()) >> random.below(64);
    const std::string text(random.below(300), 'x');
    ByteWriter writer;
    writer.varint(wide);
    writer.signed_varint(narrow);
    writer.string(text);
    writer.fixed(1.5);
    writer.boolean(true);
    ByteReader reader(writer.bytes());
    EXPECT_EQ(reader.varint(), wide);
    EXPECT_EQ(reader.signed_varint(), narrow);
    EXPECT_EQ(reader.string(), text);
    EXPECT_EQ(reader.fixed<double>(), 1.5);
    EXPECT_TRUE(reader.boolean());
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
}

TEST(ByteStreamTest, EveryTruncationIsNoticed) {
  ByteWriter writer;
  writer.varint(std::numeric_limits<uint64_t>::max());
  writer.string("hello");
  writer.fixed(uint32_t{7});
  for (size_t size = 0; size < writer.size(); ++size) {
    ByteReader reader(std::string_view(writer.bytes()).substr(0, size));
    (void)reader.varint();
    (void)reader.string();
    (void)reader.fixed<uint32_t>();
    EXPECT_FALSE(reader.ok()) << size;
  }
}

TEST(ByteStreamTest, CountsAreBoundedByWhatFollows) {
  ByteWriter writer;
  writer.varint(1'000'000'000);
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.count(), 0u);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace millrace
