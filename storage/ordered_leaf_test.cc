#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/rng.h"
#include "storage/ordered_tree.h"

namespace millrace::storage {
namespace {

// Few bytes of few kinds behind one of three beginnings: many share much, begin one another, or end where others
// go on with zeros.
std::string random_bytes(SplitMix64& random) {
  constexpr char kKinds[] = {'\0', '\1', '\x7f', '\x80', '\xff'};
  constexpr const char* kBeginnings[] = {"", "group", "group of a long name"};
  std::string bytes = kBeginnings[random.below(3)];
  for (uint64_t more = random.below(8); more > 0; --more) bytes += kKinds[random.below(5)];
  return bytes;
}

using Model = std::map<std::string, int64_t>;

void expect_same(const OrderedLeaf& leaf, const Model& model, SplitMix64& random) {
  ASSERT_EQ(leaf.size(), model.size());
  size_t index = 0;
  for (const auto& [bytes, weight] : model) {
    EXPECT_EQ(leaf.entry(index).bytes, bytes);
    EXPECT_EQ(leaf.entry(index).weight, weight);
    EXPECT_EQ(leaf.lower_bound(bytes), index);
    ++index;
  }
  for (int i = 0; i < 20; ++i) {
    const std::string bound = random_bytes(random);
    const auto at = static_cast<size_t>(std::distance(model.begin(), model.lower_bound(bound)));
    EXPECT_EQ(leaf.lower_bound(bound), at);
  }
}

TEST(OrderedLeafTest, IsAnOrderedMap) {
  SplitMix64 random(7);
  for (int run = 0; run < 40; ++run) {
    OrderedLeaf leaf(1);
    Model model;
    // Only one beginning for a while, so that what all share grows and shrinks.
    for (int step = 0; step < 60; ++step) {
      const bool narrow = step % 20 < 12;
      Model changes;
      for (uint64_t i = 1 + random.below(9); i > 0; --i) {
        std::string bytes = narrow ? "group of a long name" + std::string(1, static_cast<char>(random.below(256)))
                                   : random_bytes(random);
        if (!model.empty() && random.below(3) == 0) {
          bytes = std::next(model.begin(), static_cast<ptrdiff_t>(random.below(model.size())))->first;
        }
        const auto known = model.find(bytes);
        const bool take_back = known != model.end() && random.below(4) != 0;
        changes[bytes] = take_back ? -known->second : static_cast<int64_t>(random.below(5)) - 2;
      }
      std::vector<OrderedEntry> entries;
      for (const auto& [bytes, weight] : changes) {
        entries.push_back({.bytes = bytes, .key_bytes = 0, .weight = weight});
        if ((model[bytes] += weight) == 0) model.erase(bytes);
      }
      leaf.merge(entries);
      expect_same(leaf, model, random);
    }
    leaf = std::move(*leaf.thaw());
    expect_same(leaf, model, random);
    const auto kept = static_cast<size_t>(random.below(model.size() + 1));
    leaf.truncate(kept);
    model.erase(std::next(model.begin(), static_cast<ptrdiff_t>(kept)), model.end());
    expect_same(leaf, model, random);
  }
}

}  // namespace
}  // namespace millrace::storage
