#include "types/utf8.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace millrace {
namespace {

TEST(Utf8Test, RefusesWhatPostgresqlRefusesInItsWords) {
  const std::pair<std::string_view, const char*> cases[] = {
      {{"\0", 1}, "0x00"},
      {"\xff", "0xff"},
      {"\xc0\x80", "0xc0 0x80"},
      {"ab\xe2\x28\xa1", "0xe2 0x28 0xa1"},
      {"\xe2\x82", "0xe2 0x82"},
      {"\xed\xa0\x80", "0xed 0xa0 0x80"},
      {"\xf4\x90\x80\x80", "0xf4 0x90 0x80 0x80"},
      {"12345678\x80", "0x80"},
  };
  for (const auto& [bytes, shown] : cases) {
    const Status status = check_utf8(bytes);
    ASSERT_FALSE(status) << shown;
    EXPECT_EQ(status.error().message(), "invalid byte sequence for encoding \"UTF8\": " + std::string(shown));
    EXPECT_EQ(status.error().state(), sqlstate::kCharacterNotInRepertoire);
  }
}

// Every code point has one form, and every other sequence of its length is refused or another code point's.
TEST(Utf8Test, TakesEveryCodePoint) {
  for (char32_t point = 1; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    std::string text;
    append_utf8(point, text);
    ASSERT_TRUE(check_utf8(text)) << static_cast<uint32_t>(point);
    ASSERT_EQ(utf8_length(text), 1u);
  }
}

TEST(Utf8Test, ClipsAtCharacters) {
  SplitMix64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<size_t> starts = {0};
    for (uint64_t n = random.below(20); n > 0; --n) {
      append_utf8(static_cast<char32_t>(1 + random.below(random.one_in(2) ? 0x7f : 0xd7ff)), text);
      starts.push_back(text.size());
    }
    ASSERT_EQ(utf8_length(text), starts.size() - 1);
    const size_t characters = random.below(25);
    ASSERT_EQ(utf8_prefix_bytes(text, characters), starts[std::min(characters, starts.size() - 1)]);
    const size_t bytes = random.below(40);
    const size_t clipped = utf8_clip(text, bytes).size();
    ASSERT_EQ(clipped, *std::prev(std::upper_bound(starts.begin(), starts.end(), bytes)));
  }
}

}  // namespace
}  // namespace millrace
