// jsonb: JSON as a tree in one run of bytes, for access without parsing.
//
//   offset   size      meaning
//   0        1         kind: 0 null, 1 string, 2 number, 3 false, 4 true, 5 array, 6 object
//
//   string   1         its bytes, UTF-8, without escapes
//   number   1         the bytes of a numeric
//   array    1         u32 count n
//            5         n * u32: where each element ends, from the first element's start
//            5 + 4n    the elements, each in this same form
//   object   1         u32 count n
//            5         n * u32: where each key ends, from the first key's start
//            5 + 4n    n * u32: where each value ends, from the first value's start
//            5 + 8n    the keys, then the values
//
// Keys are unique and sorted by length, then by bytes, as PostgreSQL sorts them. Little-endian, unaligned; part
// of the file format. An element is found in O(1), a key in O(log n).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "types/native_type.h"

namespace millrace {

enum class JsonbKind : uint8_t { kNull, kString, kNumber, kBool, kArray, kObject };

// "null", "string", "number", "boolean", "array", "object".
const char* jsonb_kind_name(JsonbKind kind);

// Reads one value. Borrows its bytes.
class JsonbView {
 public:
  explicit JsonbView(std::string_view bytes) : bytes_(bytes) {}

  std::string_view bytes() const { return bytes_; }
  JsonbKind kind() const;
  bool is_container() const { return kind() >= JsonbKind::kArray; }

  // REQUIRES: the kind that the name says.
  bool boolean() const { return bytes_[0] == 4; }
  std::string_view string() const { return bytes_.substr(1); }
  Slot number() const { return Slot::of_bytes(bytes_.substr(1)); }  // a numeric; borrows

  // Elements of an array, pairs of an object, 0 of a scalar.
  size_t size() const { return is_container() ? read_u32(1) : 0; }
  // REQUIRES: an array, index < size().
  JsonbView element(size_t index) const;
  // REQUIRES: an object, index < size().
  std::string_view key(size_t index) const;
  JsonbView value(size_t index) const;
  // The value of a key; none when there is no such key, or this is no object.
  std::optional<JsonbView> find(std::string_view key) const;

 private:
  uint32_t read_u32(size_t offset) const;
  // Range `index` of those whose ends stand at `ends`, measured from `base`.
  std::string_view part(size_t ends, size_t base, size_t index) const;

  std::string_view bytes_;
};

struct Jsonb {
  std::string_view bytes;
  JsonbView view() const { return JsonbView(bytes); }
};

template <>
struct NativeType<Jsonb> {
  static constexpr uint32_t kOid = oid::kJsonb;
  static Jsonb load(const Slot& slot) { return {slot.view()}; }
  static Slot store(Jsonb value, Arena& arena) { return Slot::copy_bytes(value.bytes, arena); }
};

// Builds one value after another from events; the same face as a JsonParser's handler. Copies what it is
// given. Memory is kept between values. Threads: one.
class JsonbBuilder {
 public:
  static constexpr bool kDecode = true;

  Status begin_object() { return begin(kObjectTag); }
  Status end_object();
  Status key(std::string_view key);
  Status begin_array() { return begin(kArrayTag); }
  Status end_array();
  Status string(std::string_view text);
  Status number(std::string_view text);  // as JSON writes it
  Status number(Slot numeric);           // REQUIRES: finite
  Status boolean(bool value);
  Status null();
  // A whole value that exists already.
  Status append(JsonbView value);

  // The value, once its events are complete, and a fresh start. The result lies in `arena`.
  Slot finish(Arena& arena);
  void clear();

 private:
  static constexpr uint8_t kNullTag = 0, kStringTag = 1, kNumberTag = 2, kFalseTag = 3, kTrueTag = 4, kArrayTag = 5,
                           kObjectTag = 6, kFinishedTag = 7;  // bytes that bring their own kind
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Node {
    uint8_t tag;
    uint32_t next = kNone;         // the next child of the same parent
    uint32_t first_child = kNone;  // of containers, with last_child and count
    uint32_t last_child = kNone;
    uint32_t count = 0;
    uint64_t bytes = 0;  // when written
    std::string_view key, payload;
  };

  Status begin(uint8_t tag);
  Status end(uint64_t content_bytes);
  Status add(uint8_t tag, std::string_view payload);
  void sort_pairs(Node& object);
  char* write(const Node& node, char* target) const;

  std::vector<Node> nodes_;
  std::vector<uint32_t> open_;  // containers not ended yet, outermost first
  std::string_view pending_key_;
  Arena arena_;
  std::vector<uint32_t> pairs_;  // scratch of sort_pairs
};

// PostgreSQL's order: Object > Array > Boolean > Number > String > Null; the larger container is greater; except
// that an empty array at the top is less than any scalar.
int compare_jsonb(JsonbView a, JsonbView b);
// {"a": 1, "b": [1, 2]}
void append_jsonb_text(JsonbView value, std::string& out);
// Validates, and reads into the tree.
Result<Slot> parse_jsonb(std::string_view text, Arena& arena);

}  // namespace millrace
