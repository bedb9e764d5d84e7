#include "storage/ordered_tree.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/rng.h"

namespace millrace::storage {
namespace {

std::string big_endian(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string name(char group, uint64_t value) { return group + big_endian(value); }

void apply(OrderedTree& tree, std::vector<std::pair<std::string, int64_t>> rows) {
  std::ranges::sort(rows);
  std::vector<OrderedEntry> entries;
  for (const auto& [bytes, weight] : rows) entries.push_back({.bytes = bytes, .key_bytes = 1, .weight = weight});
  tree.apply(entries);
}

// A large group of shuffled rows 0, 1, ... between two small ones.
void fill(OrderedTree& tree, uint64_t rows_of_group) {
  SplitMix64 random(1);
  apply(tree, {{name('a', 1), 3}, {name('c', 1), 5}});
  std::vector<uint64_t> values(rows_of_group);
  for (uint64_t i = 0; i < rows_of_group; ++i) values[i] = i;
  for (uint64_t i = rows_of_group; i-- > 1;) std::swap(values[i], values[random.below(i + 1)]);
  for (uint64_t begin = 0; begin < rows_of_group; begin += 20'000) {
    std::vector<std::pair<std::string, int64_t>> rows;
    for (uint64_t i = begin; i < begin + 20'000; ++i) rows.emplace_back(name('b', values[i]), 1);
    apply(tree, std::move(rows));
  }
}

// What a search in a group of a million rows reads, counted in nodes.
TEST(OrderedTreeTest, SearchesInALargeGroupReadAFewNodes) {
  constexpr uint64_t kRows = 1'000'000;
  OrderedTree tree;
  fill(tree, kRows);
  ASSERT_EQ(tree.sums().entries, kRows + 2);
  ASSERT_LE(tree.depth(), 4u);
  // One path, and at each level at most one more child that reaches beyond the group.
  const size_t most_nodes = 2 * tree.depth();
  SplitMix64 random(2);
  for (const uint64_t skip : {uint64_t{0}, uint64_t{1}, kRows / 2, kRows - 1, random.below(kRows)}) {
    std::string found;
    const auto take = [&](const OrderedEntry& entry) {
      found = entry.bytes;
      return false;
    };
    EXPECT_LE(tree.visit("b", skip, take), most_nodes);
    EXPECT_EQ(found, name('b', skip));
    EXPECT_LE(tree.visit_backward("b", skip, take), most_nodes);
    EXPECT_EQ(found, name('b', kRows - 1 - skip));
    size_t nodes = 0;
    EXPECT_EQ(tree.weight_before(name('b', skip), nodes), static_cast<int64_t>(skip) + 3);
    EXPECT_EQ(nodes, tree.depth());
  }
  // Beyond the end nothing is visited, and little read.
  const auto none = [](const OrderedEntry&) {
    ADD_FAILURE();
    return false;
  };
  EXPECT_LE(tree.visit("b", kRows, none), most_nodes);
  EXPECT_LE(tree.visit_backward("b", kRows, none), most_nodes);
}

TEST(OrderedTreeTest, ACheckpointFreezesOnlyWhatChanged) {
  constexpr uint64_t kRows = 100'000;
  OrderedTree tree;
  fill(tree, kRows);
  EXPECT_GT(tree.take_changes().size(), kRows / 128);
  apply(tree, {{name('b', 77), 1}, {name('b', kRows + 5), 1}});
  EXPECT_LE(tree.take_changes().size(), 3u);
  EXPECT_TRUE(tree.take_changes().empty());
}

TEST(OrderedTreeTest, ShrinksAsItEmpties) {
  constexpr uint64_t kRows = 100'000;
  OrderedTree tree;
  fill(tree, kRows);
  for (uint64_t keep = 100; keep <= kRows; keep *= 100) {
    std::vector<std::pair<std::string, int64_t>> gone;
    tree.visit("b", 0, [&](const OrderedEntry& entry) {
      if (gone.size() % keep != keep - 1) {
        gone.emplace_back(entry.bytes, -entry.weight);
      } else {
        gone.emplace_back(entry.bytes, 1);
      }
      return true;
    });
    apply(tree, std::move(gone));
  }
  const uint64_t left = tree.sums().entries;
  EXPECT_LE(left, kRows / 100 + 2);
  // Leaves are at least a sixth full on average.
  EXPECT_LT(tree.memory(), left * 6 * 64 + 10'000);
}

TEST(OrderedTreeTest, EndOfAPrefix) {
  EXPECT_EQ(OrderedTree::end_of("ab"), "ac");
  EXPECT_EQ(OrderedTree::end_of("a\xff\xff"), "b");
  EXPECT_EQ(OrderedTree::end_of("\xff"), "");
  EXPECT_EQ(OrderedTree::end_of(""), "");
}

}  // namespace
}  // namespace millrace::storage
