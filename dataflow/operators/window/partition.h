// One partition of a window's rows, at one moment: where rows stand, which are peers.
//
// Positions count copies: a row of weight w holds w places, from 0 at the partition's beginning. A row's key
// is its partition and order columns in the tree's bytes: rows of one key are peers. Groups of peers are
// counted in a tree of their own, of keys with weight 1, which is there when some call asks for groups.
//
// Cost      O(log n) a question. Lifetime: until the trees change.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/eval_context.h"
#include "storage/ordered_cursor.h"
#include "types/row_layout.h"

namespace millrace::dataflow::window {

// What a window's rows rest in.
struct Trees {
  const RowLayout& layout;
  const storage::OrderedTree& rows;
  const storage::OrderedTree* groups;  // null: nobody asks
};

class Partition {
 public:
  // `prefix`: the partition columns' key.
  Partition(const Trees& trees, std::string prefix, const expr::EvalContext& context);

  const Trees& trees() const { return trees_; }
  const std::string& prefix() const { return prefix_; }
  const expr::EvalContext& context() const { return context_; }
  int64_t size() const { return size_; }
  // The partition's first position in the whole tree.
  int64_t base() const { return base_; }

  // How many places are held by rows less than these bytes.
  int64_t before(std::string_view bytes) const;
  // By rows of this key, and less: where its peers end.
  int64_t through(std::string_view key) const;

  int64_t group_count() const { return group_count_; }
  // Groups of a lesser key.
  int64_t groups_before(std::string_view key) const;
  // REQUIRES: 0 <= index < group_count().
  std::string group_key(int64_t index) const;

 private:
  const Trees& trees_;
  const std::string prefix_;
  const expr::EvalContext& context_;
  int64_t base_ = 0;
  int64_t size_ = 0;
  int64_t group_base_ = 0;
  int64_t group_count_ = 0;
};

// A place in a partition.
struct Place {
  storage::OrderedEntry row;
  int64_t position;  // of the copy
  int64_t peers_begin;
  int64_t peers_end;
};

// A stretch of rows by their bytes, [begin, end). Without an end up to that of the partition.
struct Stretch {
  std::string begin;
  std::string end;
  bool open = false;
};

// Rows of one partition whose values a tick may change.
class Stretches {
 public:
  void add(std::string_view begin, std::string_view end) { list_.push_back({std::string(begin), std::string(end)}); }
  void add_row(std::string_view bytes) { add(bytes, after(bytes)); }
  void add_from(std::string_view begin) { list_.push_back({std::string(begin), {}, true}); }
  void add_all(const Partition& partition) { add_from(partition.prefix()); }
  // In order and apart; empty ones left out.
  std::vector<Stretch> take();

  // The least bytes greater than these.
  static std::string after(std::string_view bytes) { return std::string(bytes) + '\0'; }

 private:
  std::vector<Stretch> list_;
};

// From `row`, which need not be there, over as many places behind it (or ahead of it).
void add_behind(const Partition& partition, const storage::OrderedEntry& row, int64_t places, Stretches& out);
void add_ahead(const Partition& partition, const storage::OrderedEntry& row, int64_t places, Stretches& out);

// a + b, or the end of the range. For places: offsets may be as large as int8 goes.
inline int64_t saturating_add(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? INT64_MAX : INT64_MIN;
  return sum;
}

// What a tick changes in one partition.
struct Changes {
  struct Key {
    std::string_view key;
    int64_t weight;  // of its changes together
  };
  std::span<const storage::OrderedEntry> rows;  // ascending
  std::vector<Key> keys;                        // ascending
  int64_t weight = 0;                           // all together

  explicit Changes(std::span<const storage::OrderedEntry> changed);

  // The rows that move by places: between changes whose weights do not add up to 0.
  void add_moved(Stretches& out) const;
  // The keys whose rows have another sum of `shifts` (one a key) before them, themselves left out or counted.
  void add_shifted_keys(std::span<const int64_t> shifts, bool with_own, Stretches& out) const;
};

}  // namespace millrace::dataflow::window
