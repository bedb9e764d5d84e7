#include "types/jsonb.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "types/json.h"
#include "types/json_parser.h"
#include "types/type_info.h"
#include "types/utf8.h"

namespace millrace {
namespace {

constexpr size_t kHeaderBytes = 5;  // kind and count
constexpr uint64_t kLargest = 0x0fffffff;

bool key_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a.compare(b) < 0;
}

const TypeInfo& numeric_info() {
  static const TypeInfo& info = type_of(oid::kNumeric).info();
  return info;
}

SqlError too_large(const std::string& what) {
  return SqlError(sqlstate::kProgramLimitExceeded,
                  "total size of jsonb " + what + " exceeds the maximum of " + std::to_string(kLargest) + " bytes");
}

}  // namespace

JsonbKind JsonbView::kind() const {
  static constexpr JsonbKind kKinds[] = {JsonbKind::kNull, JsonbKind::kString, JsonbKind::kNumber, JsonbKind::kBool,
                                         JsonbKind::kBool, JsonbKind::kArray,  JsonbKind::kObject};
  return kKinds[static_cast<uint8_t>(bytes_[0])];
}

uint32_t JsonbView::read_u32(size_t offset) const {
  uint32_t value;
  std::memcpy(&value, bytes_.data() + offset, sizeof value);
  return value;
}

std::string_view JsonbView::part(size_t ends, size_t base, size_t index) const {
  const uint32_t begin = index == 0 ? 0 : read_u32(ends + 4 * (index - 1));
  return bytes_.substr(base + begin, read_u32(ends + 4 * index) - begin);
}

JsonbView JsonbView::element(size_t index) const {
  return JsonbView(part(kHeaderBytes, kHeaderBytes + 4 * size(), index));
}

std::string_view JsonbView::key(size_t index) const { return part(kHeaderBytes, kHeaderBytes + 8 * size(), index); }

JsonbView JsonbView::value(size_t index) const {
  const size_t keys = kHeaderBytes + 8 * size();
  const size_t key_bytes = read_u32(kHeaderBytes + 4 * (size() - 1));
  return JsonbView(part(kHeaderBytes + 4 * size(), keys + key_bytes, index));
}

std::optional<JsonbView> JsonbView::find(std::string_view wanted) const {
  if (kind() != JsonbKind::kObject) return std::nullopt;
  size_t low = 0, high = size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (key_less(key(middle), wanted)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == size() || key(low) != wanted) return std::nullopt;
  return value(low);
}

void JsonbBuilder::clear() {
  nodes_.clear();
  open_.clear();
  pending_key_ = {};
  arena_.reset();
}

Status JsonbBuilder::add(uint8_t tag, std::string_view payload) {
  const auto index = static_cast<uint32_t>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.tag = tag;
  node.payload = payload;
  node.key = pending_key_;
  node.bytes = payload.size() + (tag == kFinishedTag ? 0 : 1);
  if (!open_.empty()) {
    Node& parent = nodes_[open_.back()];
    ++parent.count;
    if (parent.last_child == kNone) {
      parent.first_child = index;
    } else {
      nodes_[parent.last_child].next = index;
    }
    parent.last_child = index;
  }
  return {};
}

Status JsonbBuilder::begin(uint8_t tag) {
  if (open_.size() >= kMaxJsonDepth) return json_too_deep();
  TRY(add(tag, {}));
  open_.push_back(static_cast<uint32_t>(nodes_.size() - 1));
  return {};
}

Status JsonbBuilder::key(std::string_view key) {
  if (key.size() > kLargest) {
    return SqlError(sqlstate::kProgramLimitExceeded, "string too long to represent as jsonb string");
  }
  pending_key_ = arena_.copy(key);
  return {};
}

Status JsonbBuilder::string(std::string_view text) {
  if (text.size() > kLargest) {
    return SqlError(sqlstate::kProgramLimitExceeded, "string too long to represent as jsonb string");
  }
  return add(kStringTag, arena_.copy(text));
}

Status JsonbBuilder::number(std::string_view text) {
  TRY(const Slot numeric, numeric_info().parse(text, SqlType(numeric_info()), {}, arena_));
  return number(numeric);
}

Status JsonbBuilder::number(Slot numeric) { return add(kNumberTag, arena_.copy(numeric.view())); }

Status JsonbBuilder::boolean(bool value) { return add(value ? kTrueTag : kFalseTag, {}); }

Status JsonbBuilder::null() { return add(kNullTag, {}); }

Status JsonbBuilder::append(JsonbView value) { return add(kFinishedTag, arena_.copy(value.bytes())); }

Status JsonbBuilder::end(uint64_t content_bytes) {
  Node& node = nodes_[open_.back()];
  open_.pop_back();
  if (content_bytes > kLargest) return too_large(node.tag == kArrayTag ? "array elements" : "object elements");
  node.bytes = kHeaderBytes + content_bytes;
  return {};
}

Status JsonbBuilder::end_array() {
  const Node& array = nodes_[open_.back()];
  uint64_t bytes = 4 * uint64_t{array.count};
  for (uint32_t i = array.first_child; i != kNone; i = nodes_[i].next) bytes += nodes_[i].bytes;
  return end(bytes);
}

Status JsonbBuilder::end_object() {
  Node& object = nodes_[open_.back()];
  sort_pairs(object);
  uint64_t bytes = 8 * uint64_t{object.count};
  for (uint32_t i = object.first_child; i != kNone; i = nodes_[i].next) bytes += nodes_[i].bytes + nodes_[i].key.size();
  return end(bytes);
}

// Of several pairs with one key the last stays.
void JsonbBuilder::sort_pairs(Node& object) {
  pairs_.clear();
  for (uint32_t i = object.first_child; i != kNone; i = nodes_[i].next) pairs_.push_back(i);
  std::sort(pairs_.begin(), pairs_.end(), [&](uint32_t a, uint32_t b) {
    if (key_less(nodes_[a].key, nodes_[b].key)) return true;
    if (key_less(nodes_[b].key, nodes_[a].key)) return false;
    return a > b;  // children are numbered as they came
  });
  const auto end =
      std::unique(pairs_.begin(), pairs_.end(), [&](uint32_t a, uint32_t b) { return nodes_[a].key == nodes_[b].key; });
  pairs_.erase(end, pairs_.end());
  object.count = static_cast<uint32_t>(pairs_.size());
  object.first_child = kNone;
  for (size_t i = pairs_.size(); i-- > 0;) {
    nodes_[pairs_[i]].next = object.first_child;
    object.first_child = pairs_[i];
  }
}

char* JsonbBuilder::write(const Node& node, char* target) const {
  const auto put = [&](std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(target, bytes.data(), bytes.size());
    target += bytes.size();
  };
  if (node.tag != kFinishedTag) *target++ = static_cast<char>(node.tag);
  if (node.tag < kArrayTag || node.tag == kFinishedTag) {
    put(node.payload);
    return target;
  }
  const auto put_u32 = [&](uint64_t value) {
    const auto narrow = static_cast<uint32_t>(value);
    std::memcpy(target, &narrow, sizeof narrow);
    target += sizeof narrow;
  };
  const auto each = [&](const auto& visit) {
    for (uint32_t i = node.first_child; i != kNone; i = nodes_[i].next) visit(nodes_[i]);
  };
  put_u32(node.count);
  if (node.tag == kObjectTag) {
    uint64_t end = 0;
    each([&](const Node& child) { put_u32(end += child.key.size()); });
  }
  uint64_t end = 0;
  each([&](const Node& child) { put_u32(end += child.bytes); });
  if (node.tag == kObjectTag) each([&](const Node& child) { put(child.key); });
  each([&](const Node& child) { target = write(child, target); });
  return target;
}

Slot JsonbBuilder::finish(Arena& arena) {
  MILLRACE_CHECK(!nodes_.empty() && open_.empty(), "an unfinished jsonb value");
  const Node& root = nodes_.front();
  char* const target = arena.allocate(root.bytes, 1);
  MILLRACE_CHECK(write(root, target) == target + root.bytes, "size of a jsonb value");
  const Slot slot = Slot::of_bytes({target, root.bytes});
  clear();
  return slot;
}

void append_jsonb_text(JsonbView value, std::string& out) {
  switch (value.kind()) {
    case JsonbKind::kNull: out += "null"; return;
    case JsonbKind::kString: append_json_string(value.string(), out); return;
    case JsonbKind::kNumber: numeric_info().format(value.number(), SqlType(numeric_info()), {}, out); return;
    case JsonbKind::kBool: out += value.boolean() ? "true" : "false"; return;
    case JsonbKind::kArray:
      out += '[';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ", ";
        append_jsonb_text(value.element(i), out);
      }
      out += ']';
      return;
    case JsonbKind::kObject:
      out += '{';
      for (size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(value.key(i), out);
        out += ": ";
        append_jsonb_text(value.value(i), out);
      }
      out += '}';
      return;
  }
}

const char* jsonb_kind_name(JsonbKind kind) {
  switch (kind) {
    case JsonbKind::kNull: return "null";
    case JsonbKind::kString: return "string";
    case JsonbKind::kNumber: return "number";
    case JsonbKind::kBool: return "boolean";
    case JsonbKind::kArray: return "array";
    case JsonbKind::kObject: return "object";
  }
  return "";
}

Result<Slot> parse_jsonb(std::string_view text, Arena& arena) {
  TRY(check_utf8(text));
  JsonbBuilder builder;
  TRY(parse_json(text, builder));
  return builder.finish(arena);
}

}  // namespace millrace
