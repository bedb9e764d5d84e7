// The grammar of jsonpath, by recursive descent. Predicates and expressions are read by the same functions and told
// apart by what came out, since a parenthesis may open either.
#include <algorithm>
#include <charconv>

#include "types/jsonpath.h"
#include "types/jsonpath_lexer.h"
#include "types/numeric.h"

namespace millrace {
namespace {

using Parsed = Result<PathNodePtr>;

PathNodePtr make_node(PathOp op) {
  auto node = std::make_unique<PathNode>();
  node->op = op;
  return node;
}

// Of the operands; what is applied to it comes later.
void set_height(PathNode& node) {
  for (const PathNodePtr& operand : node.operands) {
    if (operand != nullptr) node.height = std::max(node.height, operand->height + 1);
  }
}

PathNodePtr make_node(PathOp op, PathNodePtr left, PathNodePtr right = nullptr) {
  PathNodePtr node = make_node(op);
  node->operands.push_back(std::move(left));
  if (right != nullptr) node->operands.push_back(std::move(right));
  set_height(*node);
  return node;
}

bool is_predicate(const PathNodePtr& node) { return node->next == nullptr && is_path_predicate(node->op); }

struct Method {
  std::string_view name;
  PathOp op;
};
constexpr Method kMethods[] = {
    {"type", PathOp::kType},         {"size", PathOp::kSize},     {"abs", PathOp::kAbs},
    {"floor", PathOp::kFloor},       {"double", PathOp::kDouble}, {"ceiling", PathOp::kCeiling},
    {"keyvalue", PathOp::kKeyValue},
};

class PathParser {
 public:
  explicit PathParser(std::string_view text) : text_(text), lexer_(text) {}

  Result<Jsonpath> run() {
    Jsonpath path;
    TRY(lexer_.next());
    if (lexer_.token() == PathToken::kEnd) {
      return SqlError(sqlstate::kInvalidTextRepresentation,
                      "invalid input syntax for type jsonpath: \"" + std::string(text_) + "\"");
    }
    if (lexer_.is_word("strict") || lexer_.is_word("lax")) {
      path.strict = lexer_.is_word("strict");
      TRY(lexer_.next());
    }
    TRY(path.root, disjunction());
    if (lexer_.token() != PathToken::kEnd) return lexer_.syntax_error();
    return path;
  }

 private:
  // Counts levels of nesting while it lives.
  class Level {
   public:
    explicit Level(int& depth) : depth_(depth) { ++depth_; }
    ~Level() { --depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    int& depth_;
  };

  Status too_deep() const { return check_height(depth_); }

  static Status check_height(int height) {
    if (height <= kMaxJsonpathDepth) return {};
    return SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
  }

  Status expect(std::string_view symbol) {
    if (!lexer_.is_symbol(symbol)) return lexer_.syntax_error();
    return lexer_.next();
  }

  Status want(const PathNodePtr& node, bool predicate) const {
    if (is_predicate(node) == predicate) return {};
    return lexer_.syntax_error();
  }

  Parsed disjunction() {
    TRY(PathNodePtr left, conjunction());
    while (lexer_.is_symbol("||")) {
      TRY(check_height(left->height));
      TRY(want(left, true));
      TRY(lexer_.next());
      TRY(PathNodePtr right, conjunction());
      TRY(want(right, true));
      left = make_node(PathOp::kOr, std::move(left), std::move(right));
    }
    return left;
  }

  Parsed conjunction() {
    TRY(PathNodePtr left, negation());
    while (lexer_.is_symbol("&&")) {
      TRY(check_height(left->height));
      TRY(want(left, true));
      TRY(lexer_.next());
      TRY(PathNodePtr right, negation());
      TRY(want(right, true));
      left = make_node(PathOp::kAnd, std::move(left), std::move(right));
    }
    return left;
  }

  Parsed negation() {
    if (!lexer_.is_symbol("!")) return comparison();
    TRY(lexer_.next());
    const bool delimited = lexer_.is_symbol("(") || lexer_.is_word("exists");
    if (!delimited) return lexer_.syntax_error();
    TRY(PathNodePtr operand, primary());
    TRY(want(operand, true));
    return make_node(PathOp::kNot, std::move(operand));
  }

  std::optional<PathOp> comparison_op() const {
    if (lexer_.is_symbol("==")) return PathOp::kEqual;
    if (lexer_.is_symbol("!=")) return PathOp::kNotEqual;
    if (lexer_.is_symbol("<")) return PathOp::kLess;
    if (lexer_.is_symbol(">")) return PathOp::kGreater;
    if (lexer_.is_symbol("<=")) return PathOp::kLessOrEqual;
    if (lexer_.is_symbol(">=")) return PathOp::kGreaterOrEqual;
    return std::nullopt;
  }

  Parsed comparison() {
    TRY(PathNodePtr left, sum());
    if (is_predicate(left)) return left;
    if (const auto op = comparison_op()) {
      TRY(lexer_.next());
      TRY(PathNodePtr right, sum());
      TRY(want(right, false));
      return make_node(*op, std::move(left), std::move(right));
    }
    if (lexer_.is_word("starts")) {
      TRY(lexer_.next());
      if (!lexer_.is_word("with")) return lexer_.syntax_error();
      TRY(lexer_.next());
      const bool string = lexer_.token() == PathToken::kString;
      if (!string && lexer_.token() != PathToken::kVariable) return lexer_.syntax_error();
      PathNodePtr prefix = make_node(string ? PathOp::kString : PathOp::kVariable);
      prefix->text = lexer_.value();
      TRY(lexer_.next());
      return make_node(PathOp::kStartsWith, std::move(left), std::move(prefix));
    }
    if (lexer_.is_word("like_regex")) return like_regex(std::move(left));
    return left;
  }

  Parsed like_regex(PathNodePtr left) {
    TRY(lexer_.next());
    if (lexer_.token() != PathToken::kString) return lexer_.syntax_error();
    PathNodePtr node = make_node(PathOp::kLikeRegex, std::move(left));
    node->text = lexer_.value();
    TRY(lexer_.next());
    if (!lexer_.is_word("flag")) return node;
    TRY(lexer_.next());
    if (lexer_.token() != PathToken::kString) return lexer_.syntax_error();
    const std::string given = lexer_.value();
    for (const char flag : given) {
      if (std::string_view("ismxq").find(flag) == std::string_view::npos) {
        return SqlError(sqlstate::kSyntaxError, "invalid input syntax for type jsonpath")
            .with_detail(std::string("Unrecognized flag character \"") + flag + "\" in LIKE_REGEX predicate.");
      }
    }
    for (const char flag : std::string_view("ismxq")) {
      if (given.find(flag) != std::string::npos) node->flags += flag;
    }
    if (node->flags.find('x') != std::string::npos && node->flags.find('q') == std::string::npos) {
      return SqlError(sqlstate::kFeatureNotSupported,
                      "XQuery \"x\" flag (expanded regular expressions) is not implemented");
    }
    TRY(lexer_.next());
    return node;
  }

  Parsed sum() {
    TRY(PathNodePtr left, product());
    while (lexer_.is_symbol("+") || lexer_.is_symbol("-")) {
      TRY(check_height(left->height));
      TRY(want(left, false));
      const PathOp op = lexer_.is_symbol("+") ? PathOp::kAdd : PathOp::kSubtract;
      TRY(lexer_.next());
      TRY(PathNodePtr right, product());
      TRY(want(right, false));
      left = make_node(op, std::move(left), std::move(right));
    }
    return left;
  }

  Parsed product() {
    TRY(PathNodePtr left, unary());
    while (lexer_.is_symbol("*") || lexer_.is_symbol("/") || lexer_.is_symbol("%")) {
      TRY(check_height(left->height));
      TRY(want(left, false));
      const PathOp op = lexer_.is_symbol("*")   ? PathOp::kMultiply
                        : lexer_.is_symbol("/") ? PathOp::kDivide
                                                : PathOp::kModulo;
      TRY(lexer_.next());
      TRY(PathNodePtr right, unary());
      TRY(want(right, false));
      left = make_node(op, std::move(left), std::move(right));
    }
    return left;
  }

  Parsed unary() {
    if (!lexer_.is_symbol("+") && !lexer_.is_symbol("-")) return primary();
    const Level level(depth_);
    TRY(too_deep());
    const bool minus = lexer_.is_symbol("-");
    TRY(lexer_.next());
    TRY(PathNodePtr operand, unary());
    TRY(want(operand, false));
    if (operand->op == PathOp::kNumber && operand->next == nullptr) {  // the sign is the number's
      if (!minus) return operand;
      TRY(const Numeric number, numeric::parse(operand->text));
      operand->text.clear();
      numeric::format(numeric::negate(number), operand->text);
      return operand;
    }
    return make_node(minus ? PathOp::kMinus : PathOp::kPlus, std::move(operand));
  }

  // A value or a parenthesis, with its accessors. All nesting but that of signs comes through here.
  Parsed primary() {
    const Level level(depth_);
    TRY(too_deep());
    if (lexer_.is_symbol("(")) {
      TRY(lexer_.next());
      TRY(PathNodePtr inner, disjunction());
      TRY(expect(")"));
      if (is_predicate(inner) && lexer_.is_word("is")) {
        TRY(lexer_.next());
        if (!lexer_.is_word("unknown")) return lexer_.syntax_error();
        TRY(lexer_.next());
        return make_node(PathOp::kIsUnknown, std::move(inner));
      }
      return accessors(std::move(inner));
    }
    if (lexer_.is_word("exists")) {
      TRY(lexer_.next());
      TRY(expect("("));
      TRY(PathNodePtr inner, sum());
      TRY(want(inner, false));
      TRY(expect(")"));
      return make_node(PathOp::kExists, std::move(inner));
    }
    TRY(PathNodePtr value, value_node());
    return accessors(std::move(value));
  }

  Parsed value_node() {
    PathNodePtr node;
    switch (lexer_.token()) {
      case PathToken::kString: node = make_node(PathOp::kString); break;
      case PathToken::kVariable: node = make_node(PathOp::kVariable); break;
      case PathToken::kInteger:
      case PathToken::kNumber: {
        node = make_node(PathOp::kNumber);
        TRY(const Numeric number, numeric::parse(lexer_.value()));
        numeric::format(number, node->text);
        TRY(lexer_.next());
        return node;
      }
      case PathToken::kName:
        if (lexer_.value() == "null") node = make_node(PathOp::kNull);
        if (lexer_.value() == "true") node = make_node(PathOp::kTrue);
        if (lexer_.value() == "false") node = make_node(PathOp::kFalse);
        if (lexer_.is_word("last")) {
          if (subscripts_ == 0) {
            return SqlError(sqlstate::kSyntaxError, "LAST is allowed only in array subscripts");
          }
          node = make_node(PathOp::kLast);
        }
        break;
      case PathToken::kSymbol:
        if (lexer_.is_symbol("$")) node = make_node(PathOp::kRoot);
        if (lexer_.is_symbol("@")) {
          if (filters_ == 0) return SqlError(sqlstate::kSyntaxError, "@ is not allowed in root expressions");
          node = make_node(PathOp::kCurrent);
        }
        break;
      case PathToken::kEnd: break;
    }
    if (node == nullptr) return lexer_.syntax_error();
    if (node->op == PathOp::kString || node->op == PathOp::kVariable) node->text = lexer_.value();
    TRY(lexer_.next());
    return node;
  }

  Parsed accessors(PathNodePtr node) {
    PathNode* end = node.get();
    while (end->next != nullptr) end = end->next.get();
    while (lexer_.is_symbol(".") || lexer_.is_symbol("[") || lexer_.is_symbol("?")) {
      TRY(end->next, accessor());
      end = end->next.get();
      node->height += end->height;
      TRY(check_height(node->height));
    }
    return node;
  }

  Parsed accessor() {
    const bool bracket = lexer_.is_symbol("[");
    const bool filter = lexer_.is_symbol("?");
    TRY(lexer_.next());
    if (bracket) return subscripts();
    if (filter) {
      TRY(expect("("));
      ++filters_;
      Parsed predicate = disjunction();
      --filters_;
      if (!predicate) return predicate;
      TRY(want(*predicate, true));
      TRY(expect(")"));
      return make_node(PathOp::kFilter, std::move(*predicate));
    }
    if (lexer_.is_symbol("*")) {
      TRY(lexer_.next());
      return make_node(PathOp::kAnyKey);
    }
    if (lexer_.is_symbol("**")) return descend();
    const bool name = lexer_.token() == PathToken::kName;
    if (!name && lexer_.token() != PathToken::kString) return lexer_.syntax_error();
    PathNodePtr key = make_node(PathOp::kKey);
    key->text = lexer_.value();
    std::optional<PathOp> method;
    for (const Method& each : kMethods) {
      if (lexer_.is_word(each.name)) method = each.op;
    }
    if (lexer_.is_word("datetime")) method = PathOp::kDateTime;
    TRY(lexer_.next());
    if (!name || !lexer_.is_symbol("(")) return key;
    if (!method) return lexer_.syntax_error();
    TRY(lexer_.next());
    PathNodePtr call = make_node(*method);
    if (*method == PathOp::kDateTime && lexer_.token() == PathToken::kString) {
      call->text = lexer_.value();
      call->has_text = true;
      TRY(lexer_.next());
    }
    TRY(expect(")"));
    return call;
  }

  Result<uint32_t> level() {
    uint32_t number = kPathLevelLast;
    if (lexer_.token() == PathToken::kInteger) {
      const std::string& text = lexer_.value();
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || number > INT32_MAX) {
        return SqlError(sqlstate::kNumericValueOutOfRange, "value \"" + text + "\" is out of range for type integer");
      }
    } else if (!lexer_.is_word("last")) {
      return lexer_.syntax_error();
    }
    TRY(lexer_.next());
    return number;
  }

  // At **.
  Parsed descend() {
    TRY(lexer_.next());
    PathNodePtr node = make_node(PathOp::kDescend);
    node->last = kPathLevelLast;
    if (!lexer_.is_symbol("{")) return node;
    TRY(lexer_.next());
    TRY(node->first, level());
    node->last = node->first;
    if (lexer_.is_word("to")) {
      TRY(lexer_.next());
      TRY(node->last, level());
    }
    TRY(expect("}"));
    return node;
  }

  // Behind [.
  Parsed subscripts() {
    if (lexer_.is_symbol("*")) {
      TRY(lexer_.next());
      TRY(expect("]"));
      return make_node(PathOp::kAnyElement);
    }
    PathNodePtr node = make_node(PathOp::kSubscripts);
    for (bool more = true; more;) {
      TRY(PathNodePtr from, subscript());
      node->operands.push_back(std::move(from));
      node->operands.push_back(nullptr);
      if (lexer_.is_word("to")) {
        TRY(lexer_.next());
        TRY(node->operands.back(), subscript());
      }
      more = lexer_.is_symbol(",");
      if (more) TRY(lexer_.next());
    }
    TRY(expect("]"));
    set_height(*node);
    return node;
  }

  Parsed subscript() {
    ++subscripts_;
    Parsed index = sum();
    --subscripts_;
    if (index) TRY(want(*index, false));
    return index;
  }

  std::string_view text_;
  PathLexer lexer_;
  int depth_ = 0;
  int filters_ = 0;     // around what is being read: @ has a meaning
  int subscripts_ = 0;  // and so has last
};

}  // namespace

Result<Jsonpath> parse_jsonpath(std::string_view text) { return PathParser(text).run(); }

}  // namespace millrace
