// Cursors and summaries of an ordered tree against a sorted vector.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/rng.h"
#include "storage/ordered_cursor.h"

namespace millrace::storage {
namespace {

std::string big_endian(uint64_t value) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[7 - i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

int64_t value_of(const OrderedEntry& entry) { return static_cast<uint8_t>(entry.bytes[7]) % 50; }

// Has an inverse: an update needs nothing but the change.
class Sum final : public TreeSummary {
 public:
  size_t state_bytes() const override { return sizeof(int64_t); }
  void construct(std::byte* state) const override { *reinterpret_cast<int64_t*>(state) = 0; }
  void destroy(std::byte*) const override {}
  bool update(std::byte* state, std::span<const OrderedEntry> entries) const override {
    for (const OrderedEntry& entry : entries) *reinterpret_cast<int64_t*>(state) += entry.weight * value_of(entry);
    return true;
  }
  void merge(std::byte* into, const std::byte* from) const override {
    *reinterpret_cast<int64_t*>(into) += *reinterpret_cast<const int64_t*>(from);
  }
};

// Has none: what goes may have been the greatest. Owns memory, so that a lost or doubled state shows.
class Greatest final : public TreeSummary {
 public:
  size_t state_bytes() const override { return sizeof(std::string); }
  void construct(std::byte* state) const override { new (state) std::string(); }
  void destroy(std::byte* state) const override { reinterpret_cast<std::string*>(state)->~basic_string(); }
  bool update(std::byte* state, std::span<const OrderedEntry> entries) const override {
    auto& greatest = *reinterpret_cast<std::string*>(state);
    for (const OrderedEntry& entry : entries) {
      const std::string value = text_of(value_of(entry));
      if (entry.weight < 0 && value >= greatest) return false;
      greatest = std::max(greatest, value);
    }
    return true;
  }
  void merge(std::byte* into, const std::byte* from) const override {
    auto& greatest = *reinterpret_cast<std::string*>(into);
    greatest = std::max(greatest, *reinterpret_cast<const std::string*>(from));
  }
  static std::string text_of(int64_t value) { return std::string(40, 'x') + std::to_string(1000 + value); }
};

using Model = std::map<std::string, int64_t>;

// The entries at positions [begin, end), with the weights they have there.
std::vector<OrderedEntry> cut(const Model& model, int64_t begin, int64_t end) {
  std::vector<OrderedEntry> entries;
  int64_t before = 0;
  for (const auto& [bytes, weight] : model) {
    const int64_t inside = std::min(end, before + weight) - std::max(begin, before);
    if (inside > 0) entries.push_back({.bytes = bytes, .key_bytes = 0, .weight = inside});
    before += weight;
  }
  return entries;
}

void check_folds(const OrderedTree& tree, const Model& model, SplitMix64& random) {
  const Sum sum;
  const Greatest greatest;
  const int64_t size = tree.sums().weight;
  for (int i = 0; i < 10; ++i) {
    const int64_t begin = random.between(-2, size);
    const int64_t end = random.one_in(4) ? size + 3 : random.between(begin, size);
    SummaryState found_sum(sum);
    SummaryState found_greatest(greatest);
    tree.fold(0, begin, end, found_sum.bytes());
    tree.fold(1, begin, end, found_greatest.bytes());
    int64_t total = 0;
    std::string most;
    for (const OrderedEntry& entry : cut(model, begin, end)) {
      total += entry.weight * value_of(entry);
      most = std::max(most, Greatest::text_of(value_of(entry)));
    }
    ASSERT_EQ(*reinterpret_cast<const int64_t*>(found_sum.bytes()), total);
    ASSERT_EQ(*reinterpret_cast<const std::string*>(found_greatest.bytes()), most);
  }
}

void check_cursor(const OrderedTree& tree, const Model& model, SplitMix64& random) {
  std::vector<std::pair<std::string, int64_t>> entries;  // with the position
  int64_t size = 0;
  for (const auto& [bytes, weight] : model) {
    entries.emplace_back(bytes, size);
    size += weight;
  }
  OrderedCursor cursor(tree);
  size_t at = entries.size();
  const auto expect_at = [&](size_t index) {
    at = index;
    ASSERT_EQ(cursor.valid(), index < entries.size());
    if (!cursor.valid()) return;
    ASSERT_EQ(cursor.entry().bytes, entries[index].first);
    ASSERT_EQ(cursor.position(), entries[index].second);
  };
  for (int i = 0; i < 40 && !::testing::Test::HasFatalFailure(); ++i) {
    if (at < entries.size() && random.one_in(3)) {
      cursor.next();
      expect_at(at + 1);
    } else if (at < entries.size() && random.one_in(2)) {
      cursor.previous();
      expect_at(at == 0 ? entries.size() : at - 1);
    } else if (random.one_in(2)) {
      const int64_t position = random.between(-1, size);
      cursor.seek(position);
      const auto after = std::ranges::upper_bound(entries, position, {}, [](const auto& e) { return e.second; });
      const bool none = position < 0 || position >= size;
      expect_at(none ? entries.size() : static_cast<size_t>(after - entries.begin()) - 1);
    } else {
      const std::string bound = big_endian(random.below(6000));
      cursor.seek(bound);
      const auto found = std::ranges::lower_bound(entries, bound, {}, [](const auto& e) { return e.first; });
      expect_at(static_cast<size_t>(found - entries.begin()));
    }
  }
}

TEST(OrderedSummaryTest, FoldsAndCursorsAgreeWithASortedVector) {
  for (uint64_t seed = 0; seed < 3; ++seed) {
    SplitMix64 random(seed);
    const Sum sum;
    const Greatest greatest;
    OrderedTree tree;
    tree.summarize({&sum, &greatest});
    Model model;
    for (int step = 0; step < 120 && !::testing::Test::HasFatalFailure(); ++step) {
      const bool shrink = step % 40 > 25;
      Model changes;
      const size_t count = random.one_in(3) ? 1 : random.below(step % 7 == 0 ? 3000 : 30);
      for (size_t i = 0; i < count; ++i) {
        const std::string bytes = big_endian(random.below(5000));
        const auto held = model.find(bytes);
        const int64_t weight = held == model.end() ? 0 : held->second;
        if (changes.contains(bytes)) continue;
        const int64_t change = weight > 0 && (shrink || random.one_in(3)) ? -weight : random.between(1, 3);
        if (shrink && change > 0) continue;
        changes[bytes] = change;
      }
      std::vector<OrderedEntry> entries;
      for (const auto& [bytes, weight] : changes) {
        entries.push_back({.bytes = bytes, .key_bytes = 8, .weight = weight});
        if ((model[bytes] += weight) == 0) model.erase(bytes);
      }
      tree.apply(entries);
      check_folds(tree, model, random);
      check_cursor(tree, model, random);
    }
  }
}

}  // namespace
}  // namespace millrace::storage
