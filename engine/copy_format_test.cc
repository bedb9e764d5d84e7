#include "engine/copy_format.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace millrace::engine {
namespace {

using Fields = std::vector<std::optional<std::string>>;

// Everything in `text`, fed in pieces of `piece` bytes.
std::vector<Fields> decode_all(std::string_view text, const sql::CopyOptions& options, size_t piece) {
  CopyDecoder decoder(options);
  std::vector<Fields> records;
  Fields fields;
  while (true) {
    const auto more = decoder.next(fields);
    EXPECT_TRUE(more.has_value());
    if (!more.has_value()) return records;
    if (*more) {
      records.push_back(fields);
      continue;
    }
    if (text.empty()) {
      decoder.end();
      while (decoder.next(fields).value_or(false)) records.push_back(fields);
      return records;
    }
    decoder.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
}

TEST(CopyFormatTest, ReadsTextEscapes) {
  const std::string text = "1\ta\\tb\t\\N\n2\t\\\\N\t\\x41\\101\r\n3\tlast\t";
  for (const size_t piece : {1, 2, 3, 100}) {
    SCOPED_TRACE(piece);
    EXPECT_EQ(decode_all(text, {}, piece),
              (std::vector<Fields>{{"1", "a\tb", std::nullopt}, {"2", "\\N", "AA"}, {"3", "last", ""}}));
  }
}

TEST(CopyFormatTest, ReadsCsvQuotes) {
  const sql::CopyOptions csv{.format = sql::CopyFormat::kCsv, .delimiter = ',', .null_text = "", .header = true};
  const std::string text = "id,name\n1,\"a \"\"quoted\"\" name\nover two lines\"\n2,\n3,\"\"\n";
  for (const size_t piece : {1, 4, 100}) {
    SCOPED_TRACE(piece);
    EXPECT_EQ(decode_all(text, csv, piece),
              (std::vector<Fields>{{"1", "a \"quoted\" name\nover two lines"}, {"2", std::nullopt}, {"3", ""}}));
  }
}

TEST(CopyFormatTest, EndsAtTheEndMarker) {
  EXPECT_EQ(decode_all("1\n\\.\n2\n", {}, 100), (std::vector<Fields>{{"1"}}));
}

TEST(CopyFormatTest, GivesBackWhatWasWritten) {
  const sql::CopyOptions csv{.format = sql::CopyFormat::kCsv, .delimiter = ';', .null_text = "", .escape = '\\'};
  for (const sql::CopyOptions& options : {sql::CopyOptions{}, csv}) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      SCOPED_TRACE(seed);
      SplitMix64 random(seed);
      std::vector<Fields> records;
      std::string text;
      for (uint64_t i = 1 + random.below(5); i > 0; --i) {
        Fields fields;
        for (int column = 0; column < 3; ++column) {
          if (random.one_in(5)) {
            fields.emplace_back();
            continue;
          }
          std::string field;
          for (uint64_t bytes = random.below(6); bytes > 0; --bytes) field += "a\\\n\r\t;\",N."[random.below(10)];
          fields.emplace_back(std::move(field));
        }
        append_copy_line(fields, options, text);
        records.push_back(std::move(fields));
      }
      ASSERT_EQ(decode_all(text, options, 1 + random.below(7)), records) << text;
    }
  }
}

TEST(CopyFormatTest, RefusesAnOpenQuote) {
  CopyDecoder decoder({.format = sql::CopyFormat::kCsv, .delimiter = ','});
  decoder.feed("1,\"open\n");
  decoder.end();
  Fields fields;
  EXPECT_EQ(decoder.next(fields).error().state(), sqlstate::kBadCopyFileFormat);
}

}  // namespace
}  // namespace millrace::engine
