// jsonpath: the language of jsonb_path_query(), `$.track[*] ? (@.hr > 100).time`, as a type.
//
// A value is stored as its text in the one spelling that PostgreSQL prints, so equal paths have equal bytes; who runs
// a path parses it again, once a call site. Nesting, chains of accessors and chains of operators are refused beyond
// kMaxJsonpathDepth (54001): who walks a path may recurse.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "types/native_type.h"

namespace millrace {

inline constexpr uint32_t kJsonpathOid = 4072;
inline constexpr int kMaxJsonpathDepth = 500;

enum class PathOp : uint8_t {
  // values
  kNull,
  kTrue,
  kFalse,
  kNumber,    // text
  kString,    // text
  kVariable,  // $text
  kRoot,      // $
  kCurrent,   // @
  kLast,
  // accessors: what they are applied to is the node whose `next` they are
  kKey,         // .text
  kAnyKey,      // .*
  kAnyElement,  // [*]
  kSubscripts,  // [from to to, ..]: pairs of operands, the second null of a single subscript
  kDescend,     // .**{first to last}
  kFilter,      // ?(operand)
  kType,
  kSize,
  kAbs,
  kFloor,
  kCeiling,
  kDouble,
  kKeyValue,
  kDateTime,  // text: the template, when has_text
  // arithmetic
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPlus,  // of one operand
  kMinus,
  // predicates
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessOrEqual,
  kGreaterOrEqual,
  kStartsWith,
  kLikeRegex,  // text: the pattern; flags
  kAnd,
  kOr,
  kNot,
  kIsUnknown,
  kExists,
};

struct PathNode;
using PathNodePtr = std::unique_ptr<PathNode>;

inline constexpr uint32_t kPathLevelLast = UINT32_MAX;

struct PathNode {
  PathOp op;
  std::string text;
  bool has_text = false;
  std::string flags;             // of kLikeRegex, in the order "isxmq"'s letters are printed: i, s, m, x, q
  uint32_t first = 0, last = 0;  // levels of kDescend; kPathLevelLast is `last`
  std::vector<PathNodePtr> operands;
  PathNodePtr next;  // applied to each item of the result
  int height = 1;    // of the tree below, with what is applied to it
};

struct Jsonpath {
  bool strict = false;
  PathNodePtr root;
};

bool is_path_predicate(PathOp op);
// "==", "+", "starts with": of operators of two operands; "type", "size": of methods.
const char* path_op_name(PathOp op);

// 42601 with PostgreSQL's words.
Result<Jsonpath> parse_jsonpath(std::string_view text);
// The one spelling.
std::string jsonpath_text(const Jsonpath& path);

// As a parameter or result of SQL functions: the stored text.
struct JsonpathText {
  std::string_view text;
};

template <>
struct NativeType<JsonpathText> {
  static constexpr uint32_t kOid = kJsonpathOid;
  static JsonpathText load(const Slot& slot) { return {slot.view()}; }
  static Slot store(JsonpathText value, Arena& arena) { return Slot::copy_bytes(value.text, arena); }
};

}  // namespace millrace
