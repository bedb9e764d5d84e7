#include "types/jsonpath.h"

#include "types/byte_string.h"
#include "types/json.h"
#include "types/registry.h"
#include "types/utf8.h"

namespace millrace {

bool is_path_predicate(PathOp op) { return op >= PathOp::kEqual; }

const char* path_op_name(PathOp op) {
  switch (op) {
    case PathOp::kType: return "type";
    case PathOp::kSize: return "size";
    case PathOp::kAbs: return "abs";
    case PathOp::kFloor: return "floor";
    case PathOp::kCeiling: return "ceiling";
    case PathOp::kDouble: return "double";
    case PathOp::kKeyValue: return "keyvalue";
    case PathOp::kDateTime: return "datetime";
    case PathOp::kAdd:
    case PathOp::kPlus: return "+";
    case PathOp::kSubtract:
    case PathOp::kMinus: return "-";
    case PathOp::kMultiply: return "*";
    case PathOp::kDivide: return "/";
    case PathOp::kModulo: return "%";
    case PathOp::kEqual: return "==";
    case PathOp::kNotEqual: return "!=";
    case PathOp::kLess: return "<";
    case PathOp::kGreater: return ">";
    case PathOp::kLessOrEqual: return "<=";
    case PathOp::kGreaterOrEqual: return ">=";
    case PathOp::kStartsWith: return "starts with";
    case PathOp::kLikeRegex: return "like_regex";
    case PathOp::kAnd: return "&&";
    case PathOp::kOr: return "||";
    case PathOp::kNot: return "!";
    case PathOp::kNull:
    case PathOp::kTrue:
    case PathOp::kFalse:
    case PathOp::kNumber:
    case PathOp::kString:
    case PathOp::kVariable:
    case PathOp::kRoot:
    case PathOp::kCurrent:
    case PathOp::kLast:
    case PathOp::kKey:
    case PathOp::kAnyKey:
    case PathOp::kAnyElement:
    case PathOp::kSubscripts:
    case PathOp::kDescend:
    case PathOp::kFilter:
    case PathOp::kIsUnknown:
    case PathOp::kExists: break;
  }
  return "";
}

namespace {

// How tightly an operator binds, for the parentheses.
int priority(PathOp op) {
  if (op == PathOp::kOr) return 0;
  if (op == PathOp::kAnd) return 1;
  if (op >= PathOp::kEqual && op <= PathOp::kStartsWith) return 2;
  if (op == PathOp::kAdd || op == PathOp::kSubtract) return 3;
  if (op == PathOp::kMultiply || op == PathOp::kDivide || op == PathOp::kModulo) return 4;
  return op == PathOp::kPlus || op == PathOp::kMinus ? 5 : 6;
}

class PathWriter {
 public:
  explicit PathWriter(std::string& out) : out_(out) {}

  // `inside`: behind another accessor, where a key has its point. `brackets`: around operators.
  void write(const PathNode& node, bool inside, bool brackets) {
    write_node(node, inside, brackets);
    if (node.next != nullptr) write(*node.next, true, true);
  }

 private:
  void operand(const PathNode& operand, const PathNode& of) {
    write(operand, false, priority(operand.op) <= priority(of.op));
  }

  void number(uint32_t level) { out_ += level == kPathLevelLast ? "last" : std::to_string(level); }

  void descend(const PathNode& node, bool inside) {
    if (inside) out_ += '.';
    out_ += "**";
    if (node.first == 0 && node.last == kPathLevelLast) return;
    out_ += '{';
    number(node.first);
    if (node.first != node.last) {
      out_ += " to ";
      number(node.last);
    }
    out_ += '}';
  }

  void subscripts(const PathNode& node) {
    out_ += '[';
    for (size_t i = 0; i < node.operands.size(); i += 2) {
      if (i > 0) out_ += ',';
      write(*node.operands[i], false, false);
      if (node.operands[i + 1] == nullptr) continue;
      out_ += " to ";
      write(*node.operands[i + 1], false, false);
    }
    out_ += ']';
  }

  void method(const PathNode& node) {
    out_ += std::string(".") + path_op_name(node.op) + "(";
    if (node.has_text) append_json_string(node.text, out_);
    out_ += ')';
  }

  void infix(const PathNode& node, bool brackets) {
    if (brackets) out_ += '(';
    operand(*node.operands[0], node);
    out_ += std::string(" ") + path_op_name(node.op) + " ";
    if (node.op == PathOp::kLikeRegex) {
      append_json_string(node.text, out_);
      if (!node.flags.empty()) out_ += " flag \"" + node.flags + "\"";
    } else {
      operand(*node.operands[1], node);
    }
    if (brackets) out_ += ')';
  }

  void wrapped(const char* open, const PathNode& node, const char* close) {
    out_ += open;
    write(*node.operands[0], false, false);
    out_ += close;
  }

  void write_node(const PathNode& node, bool inside, bool brackets) {
    switch (node.op) {
      case PathOp::kNull: out_ += "null"; return;
      case PathOp::kTrue: out_ += "true"; return;
      case PathOp::kFalse: out_ += "false"; return;
      case PathOp::kNumber: out_ += node.next == nullptr ? node.text : "(" + node.text + ")"; return;
      case PathOp::kString: append_json_string(node.text, out_); return;
      case PathOp::kVariable:
        out_ += '$';
        append_json_string(node.text, out_);
        return;
      case PathOp::kRoot: out_ += '$'; return;
      case PathOp::kCurrent: out_ += '@'; return;
      case PathOp::kLast: out_ += "last"; return;
      case PathOp::kKey:
        if (inside) out_ += '.';
        append_json_string(node.text, out_);
        return;
      case PathOp::kAnyKey: out_ += inside ? ".*" : "*"; return;
      case PathOp::kAnyElement: out_ += "[*]"; return;
      case PathOp::kSubscripts: subscripts(node); return;
      case PathOp::kDescend: descend(node, inside); return;
      case PathOp::kFilter: wrapped("?(", node, ")"); return;
      case PathOp::kType:
      case PathOp::kSize:
      case PathOp::kAbs:
      case PathOp::kFloor:
      case PathOp::kCeiling:
      case PathOp::kDouble:
      case PathOp::kKeyValue:
      case PathOp::kDateTime: method(node); return;
      case PathOp::kPlus:
      case PathOp::kMinus:
        out_ += std::string(brackets ? "(" : "") + path_op_name(node.op);
        operand(*node.operands[0], node);
        if (brackets) out_ += ')';
        return;
      case PathOp::kNot: wrapped("!(", node, ")"); return;
      case PathOp::kIsUnknown: wrapped("(", node, ") is unknown"); return;
      case PathOp::kExists: wrapped("exists (", node, ")"); return;
      case PathOp::kAdd:
      case PathOp::kSubtract:
      case PathOp::kMultiply:
      case PathOp::kDivide:
      case PathOp::kModulo:
      case PathOp::kEqual:
      case PathOp::kNotEqual:
      case PathOp::kLess:
      case PathOp::kGreater:
      case PathOp::kLessOrEqual:
      case PathOp::kGreaterOrEqual:
      case PathOp::kStartsWith:
      case PathOp::kLikeRegex:
      case PathOp::kAnd:
      case PathOp::kOr: infix(node, brackets); return;
    }
  }

  std::string& out_;
};

Result<Slot> parse(std::string_view text, SqlType, const TextContext&, Arena& arena) {
  TRY(const Jsonpath path, parse_jsonpath(text));
  return Slot::copy_bytes(jsonpath_text(path), arena);
}

// The wire form: a version, then the text.
constexpr char kWireVersion = 1;

Result<Slot> receive(std::string_view bytes, SqlType type, Arena& arena) {
  if (bytes.empty() || bytes[0] != kWireVersion) {
    return SqlError(sqlstate::kInternalError, "unsupported jsonpath version number: " +
                                                  std::to_string(bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0])));
  }
  TRY(check_utf8(bytes.substr(1)));
  return parse(bytes.substr(1), type, {}, arena);
}

void send(Slot value, SqlType, std::string& out) {
  out += kWireVersion;
  out += value.view();
}

}  // namespace

std::string jsonpath_text(const Jsonpath& path) {
  std::string text = path.strict ? "strict " : "";
  PathWriter(text).write(*path.root, false, true);
  return text;
}

// No order, as in PostgreSQL.
TypeInfo jsonpath_type() {
  TypeInfo info = text_like_type(kJsonpathOid, "jsonpath", "jsonpath", 4073);
  info.category = 'U';
  info.parse = parse;
  info.receive = receive;
  info.send = send;
  info.compare = nullptr;
  return info;
}

}  // namespace millrace
