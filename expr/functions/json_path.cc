#include "expr/functions/json_path.h"

#include <deque>

#include "expr/functions/json_path_item.h"
#include "types/json.h"
#include "types/numeric.h"

namespace millrace::expr {

Status PathProgram::add_regexes(const PathNode* node) {
  for (; node != nullptr; node = node->next.get()) {
    for (const PathNodePtr& operand : node->operands) TRY(add_regexes(operand.get()));
    if (node->op != PathOp::kLikeRegex) continue;
    const auto has = [&](char flag) { return node->flags.find(flag) != std::string::npos; };
    RegexFlags flags;
    flags.ignore_case = has('i');
    flags.literal = has('q');
    flags.dot_stops = !has('s');
    flags.anchors_at_lines = has('m');
    TRY(auto regex, RegexMatcher::compile(node->text, flags));
    regexes_.emplace(node, std::move(regex));
  }
  return {};
}

Result<std::shared_ptr<PathProgram>> PathProgram::compile(std::string_view text) {
  std::shared_ptr<PathProgram> program(new PathProgram());
  program->text_ = text;
  TRY(program->path_, parse_jsonpath(text));
  TRY(program->add_regexes(program->path_.root.get()));
  return program;
}

namespace {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

Truth truth_of(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

constexpr SqlState kSingleItemRequired("22038");
constexpr SqlState kArrayNotFound("22039");
constexpr SqlState kMemberNotFound("2203A");
constexpr SqlState kNumberNotFound("2203B");
constexpr SqlState kObjectNotFound("2203C");
constexpr SqlState kNonNumericItem("22036");
constexpr SqlState kInvalidMoment("22031");

using Items = std::vector<PathItem>;

// One run. Its steps answer whether they found anything; where `found` is null they stop at the first item.
class PathRun {
 public:
  explicit PathRun(const PathCall& call)
      : call_(call), lax_(!call.program.path().strict), root_{call.target.bytes(), std::nullopt, 0} {
    current_ = root_;
    ignore_structural_ = lax_;
  }

  Result<bool> run(Items* found) { return step(*call_.program.path().root, root_, found, lax_); }
  // An error that even a silent run shows.
  bool failed_hard() const { return hard_; }
  std::string bytes_of(const PathItem& item) {
    if (!item.moment) return std::string(item.bytes);
    JsonbBuilder builder;
    if (!builder.string(item.moment->text)) return {};
    Arena arena(64);
    return std::string(builder.finish(arena).view());
  }

 private:
  // --- results ---

  SqlError hard(SqlError error) {
    hard_ = true;
    return error;
  }

  // What `node` found, handed to what comes next.
  Result<bool> found_item(const PathNode& node, const PathItem& item, Items* found) {
    if (node.next != nullptr) return step(*node.next, item, found, lax_);
    if (found != nullptr) found->push_back(item);
    return true;
  }

  template <class Build>
  PathItem made(Build build) {
    JsonbBuilder builder;
    build(builder);
    Arena arena(64);
    return {made_.emplace_back(builder.finish(arena).view()), std::nullopt, 0};
  }
  PathItem made_number(const Numeric& number) {
    Arena arena(64);
    const Slot slot = NativeType<Numeric>::store(number, arena);
    return made([&](JsonbBuilder& out) { (void)out.number(slot); });
  }
  PathItem made_string(std::string_view text) {
    return made([&](JsonbBuilder& out) { (void)out.string(text); });
  }
  PathItem made_truth(Truth truth) {
    return made(
        [&](JsonbBuilder& out) { (void)(truth == Truth::kUnknown ? out.null() : out.boolean(truth == Truth::kTrue)); });
  }
  static Numeric number_of(const PathItem& item) {
    const Slot slot = item.view().number();
    return NativeType<Numeric>::load(slot);
  }

  // --- sequences ---

  // All items of an expression; arrays among them unwrapped in lax mode.
  Result<Items> items_of(const PathNode& node, const PathItem& item, bool unwrap) {
    Items found;
    TRY(step(node, item, &found, lax_));
    if (!unwrap || !lax_) return found;
    Items flat;
    for (const PathItem& each : found) {
      if (!each.is(JsonbKind::kArray)) {
        flat.push_back(each);
        continue;
      }
      for (size_t i = 0; i < each.view().size(); ++i) flat.push_back(inside(each, each.view().element(i)));
    }
    return flat;
  }

  // The same in a predicate: none when it fails, unless it fails hard.
  Result<std::optional<Items>> quiet_items_of(const PathNode& node, const PathItem& item, bool unwrap) {
    Result<Items> items = items_of(node, item, unwrap);
    if (items) return std::optional(std::move(*items));
    if (hard_) return std::move(items).error();
    return std::optional<Items>();
  }

  static PathItem inside(const PathItem& container, JsonbView part) {
    return {part.bytes(), std::nullopt, container.object_id};
  }

  // `node` (or, when null, nothing more) on the parts of a container from level `first` to `last`.
  Result<bool> on_parts(const PathNode* node, const PathItem& container, Items* found, uint32_t level, uint32_t first,
                        uint32_t last, bool ignore_structural, bool unwrap_next) {
    bool any = false;
    if (level > last) return any;
    const JsonbView json = container.view();
    for (size_t i = 0; i < json.size(); ++i) {
      const PathItem part = inside(container, json.kind() == JsonbKind::kObject ? json.value(i) : json.element(i));
      const bool leaf = !part.view().is_container();
      if (level >= first || (first == kPathLevelLast && last == kPathLevelLast && leaf)) {
        if (node != nullptr) {
          const bool saved = ignore_structural_;
          if (ignore_structural) ignore_structural_ = true;
          Result<bool> result = step(*node, part, found, unwrap_next);
          ignore_structural_ = saved;
          if (!result) return result;
          any |= *result;
        } else {
          any = true;
          if (found != nullptr) found->push_back(part);
        }
        if (any && found == nullptr) return any;
      }
      if (level < last && !leaf) {
        TRY(const bool below, on_parts(node, part, found, level + 1, first, last, ignore_structural, unwrap_next));
        any |= below;
        if (any && found == nullptr) return any;
      }
    }
    return any;
  }

  Result<bool> on_elements(const PathNode& node, const PathItem& array, Items* found, bool unwrap_elements) {
    return on_parts(&node, array, found, 1, 1, 1, false, unwrap_elements);
  }

  // --- steps ---

  Result<bool> structural_error(SqlState code, std::string message) {
    if (ignore_structural_) return false;
    return SqlError(code, std::move(message));
  }

  Result<bool> step(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    switch (node.op) {
      case PathOp::kNull:
      case PathOp::kTrue:
      case PathOp::kFalse:
      case PathOp::kNumber:
      case PathOp::kString:
      case PathOp::kVariable: {
        TRY(const PathItem value, value_of(node));
        return found_item(node, value, found);
      }
      case PathOp::kRoot: return found_item(node, root_, found);
      case PathOp::kCurrent: return found_item(node, current_, found);
      case PathOp::kLast: return last(node, found);
      case PathOp::kKey: return key(node, item, found, unwrap);
      case PathOp::kAnyKey: return any_key(node, item, found, unwrap);
      case PathOp::kAnyElement: return any_element(node, item, found);
      case PathOp::kSubscripts: return subscripts(node, item, found);
      case PathOp::kDescend: return descend(node, item, found);
      case PathOp::kFilter: return filter(node, item, found, unwrap);
      case PathOp::kType: return found_item(node, made_string(type_name(item)), found);
      case PathOp::kSize: return size(node, item, found);
      case PathOp::kAbs:
      case PathOp::kFloor:
      case PathOp::kCeiling: return numeric_method(node, item, found, unwrap);
      case PathOp::kDouble: return to_double(node, item, found, unwrap);
      case PathOp::kKeyValue: return key_value(node, item, found, unwrap);
      case PathOp::kDateTime: return date_time(node, item, found, unwrap);
      case PathOp::kAdd:
      case PathOp::kSubtract:
      case PathOp::kMultiply:
      case PathOp::kDivide:
      case PathOp::kModulo: return arithmetic(node, item, found);
      case PathOp::kPlus:
      case PathOp::kMinus: return sign(node, item, found);
      case PathOp::kEqual:
      case PathOp::kNotEqual:
      case PathOp::kLess:
      case PathOp::kGreater:
      case PathOp::kLessOrEqual:
      case PathOp::kGreaterOrEqual:
      case PathOp::kStartsWith:
      case PathOp::kLikeRegex:
      case PathOp::kAnd:
      case PathOp::kOr:
      case PathOp::kNot:
      case PathOp::kIsUnknown:
      case PathOp::kExists: {
        TRY(const Truth truth, predicate(node, item));
        if (node.next == nullptr && found == nullptr) return true;
        return found_item(node, made_truth(truth), found);
      }
    }
    return false;
  }

  Result<PathItem> value_of(const PathNode& node) {
    if (node.op == PathOp::kNull) return made_truth(Truth::kUnknown);
    if (node.op == PathOp::kTrue || node.op == PathOp::kFalse) return made_truth(truth_of(node.op == PathOp::kTrue));
    if (node.op == PathOp::kString) return made_string(node.text);
    if (node.op == PathOp::kNumber) return made([&](JsonbBuilder& out) { (void)out.number(node.text); });
    const auto value = call_.variables ? call_.variables->find(node.text) : std::nullopt;
    if (value) return PathItem{value->bytes(), std::nullopt, 1};
    return hard(SqlError(sqlstate::kUndefinedObject, "could not find jsonpath variable \"" + node.text + "\""));
  }

  Result<bool> last(const PathNode& node, Items* found) {
    return found_item(node, made_number(Numeric::from_int(innermost_size_ - 1)), found);
  }

  Result<bool> key(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (item.is(JsonbKind::kObject)) {
      if (const auto value = item.view().find(node.text)) return found_item(node, inside(item, *value), found);
      if (ignore_structural_) return false;
      return SqlError(kMemberNotFound, "JSON object does not contain key \"" + node.text + "\"");
    }
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    return structural_error(kMemberNotFound, "jsonpath member accessor can only be applied to an object");
  }

  Result<bool> any_key(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (item.is(JsonbKind::kObject)) {
      return on_parts(node.next.get(), item, found, 1, 1, 1, false, lax_);
    }
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    return structural_error(kObjectNotFound, "jsonpath wildcard member accessor can only be applied to an object");
  }

  Result<bool> any_element(const PathNode& node, const PathItem& item, Items* found) {
    if (item.is(JsonbKind::kArray)) return on_parts(node.next.get(), item, found, 1, 1, 1, false, lax_);
    if (lax_) return found_item(node, item, found);
    return structural_error(kArrayNotFound, "jsonpath wildcard array accessor can only be applied to an array");
  }

  Result<int64_t> subscript(const PathNode& node, const PathItem& item) {
    TRY(const Items items, items_of(node, item, false));
    if (items.size() != 1 || !items[0].is(JsonbKind::kNumber)) {
      return SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is not a single numeric value");
    }
    TRY(const Numeric whole, numeric::trunc(number_of(items[0]), 0));
    const Result<int32_t> index = numeric::to_int32(whole);
    if (!index) {
      return SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is out of integer range");
    }
    return int64_t{*index};
  }

  Result<bool> subscripts(const PathNode& node, const PathItem& item, Items* found) {
    const bool array = item.is(JsonbKind::kArray);
    if (!array && !lax_) {
      return structural_error(kArrayNotFound, "jsonpath array accessor can only be applied to an array");
    }
    const int64_t outer_size = innermost_size_;
    const int64_t size = array ? static_cast<int64_t>(item.view().size()) : 1;
    innermost_size_ = size;
    Result<bool> result = subscripts(node, item, found, array, size);
    innermost_size_ = outer_size;
    return result;
  }

  Result<bool> subscripts(const PathNode& node, const PathItem& item, Items* found, bool array, int64_t size) {
    bool any = false;
    for (size_t i = 0; i < node.operands.size(); i += 2) {
      TRY(int64_t from, subscript(*node.operands[i], item));
      int64_t to = from;
      if (node.operands[i + 1] != nullptr) {
        TRY(to, subscript(*node.operands[i + 1], item));
      }
      if (!ignore_structural_ && (from < 0 || from > to || to >= size)) {
        return SqlError(sqlstate::kInvalidSqlJsonSubscript, "jsonpath array subscript is out of bounds");
      }
      from = std::max<int64_t>(from, 0);
      to = std::min(to, size - 1);
      for (int64_t index = from; index <= to; ++index) {
        const PathItem part = array ? inside(item, item.view().element(static_cast<size_t>(index))) : item;
        TRY(const bool each, found_item(node, part, found));
        any |= each;
        if (any && found == nullptr) return any;
      }
    }
    return any;
  }

  Result<bool> descend(const PathNode& node, const PathItem& item, Items* found) {
    bool any = false;
    if (node.first == 0) {
      const bool saved = ignore_structural_;
      ignore_structural_ = true;
      Result<bool> result = found_item(node, item, found);
      ignore_structural_ = saved;
      if (!result) return result;
      any = *result;
      if (any && found == nullptr) return any;
    }
    if (item.moment || !item.view().is_container()) return any;
    TRY(const bool below, on_parts(node.next.get(), item, found, 1, node.first, node.last, true, lax_));
    return any || below;
  }

  Result<bool> filter(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    const PathItem outer = current_;
    current_ = item;
    Result<Truth> truth = predicate(*node.operands[0], item);
    current_ = outer;
    if (!truth) return std::move(truth).error();
    return *truth == Truth::kTrue ? found_item(node, item, found) : Result<bool>(false);
  }

  // --- methods ---

  static std::string type_name(const PathItem& item) {
    if (item.moment) return item.moment->type.without_typmod().to_string();
    return jsonb_kind_name(item.view().kind());
  }

  static std::string method_error(const PathNode& node, const char* what) {
    return std::string("jsonpath item method .") + path_op_name(node.op) + "() can only be applied to " + what;
  }

  Result<bool> size(const PathNode& node, const PathItem& item, Items* found) {
    int64_t size = 1;
    if (item.is(JsonbKind::kArray)) {
      size = static_cast<int64_t>(item.view().size());
    } else if (!lax_) {
      return structural_error(kArrayNotFound, method_error(node, "an array"));
    }
    return found_item(node, made_number(Numeric::from_int(size)), found);
  }

  Result<bool> numeric_method(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    if (!item.is(JsonbKind::kNumber)) return SqlError(kNonNumericItem, method_error(node, "a numeric value"));
    Numeric number = number_of(item);
    if (node.op == PathOp::kAbs) {
      number = numeric::abs(number);
    } else {
      TRY(number, node.op == PathOp::kFloor ? numeric::floor(number) : numeric::ceil(number));
    }
    return found_item(node, made_number(number), found);
  }

  Result<bool> to_double(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    const bool string = item.is(JsonbKind::kString);
    if (!string && !item.is(JsonbKind::kNumber)) {
      return SqlError(kNonNumericItem, method_error(node, "a string or numeric value"));
    }
    std::string text;
    string ? void(text = item.view().string()) : numeric::format(number_of(item), text);
    const SqlType float8 = type_of(oid::kFloat8);
    Arena arena(64);
    const Result<Slot> slot = float8.info().parse(text, float8, call_.context.text, arena);
    if (!slot || slot->f64 != slot->f64 || slot->f64 - slot->f64 != 0) {
      return SqlError(kNonNumericItem,
                      string ? "string argument of jsonpath item method .double() is not a valid representation of a "
                               "double precision number"
                             : "numeric argument of jsonpath item method .double() is out of range for type double "
                               "precision");
    }
    return found_item(node, string ? made_number(numeric::from_float8(slot->f64)) : item, found);
  }

  // Each pair as {"id": .., "key": .., "value": ..}; the id tells objects apart.
  Result<bool> key_value(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    if (!item.is(JsonbKind::kObject)) return SqlError(kObjectNotFound, method_error(node, "an object"));
    const JsonbView json = item.view();
    const char* const base = call_.target.bytes().data();
    const int64_t offset = json.bytes().data() >= base && json.bytes().data() < base + call_.target.bytes().size()
                               ? json.bytes().data() - base
                               : 0;
    const int64_t id = offset + item.object_id * 10'000'000'000;
    bool any = false;
    for (size_t i = 0; i < json.size(); ++i) {
      PathItem pair = made([&](JsonbBuilder& out) {
        (void)out.begin_object();
        (void)out.key("key");
        (void)out.string(json.key(i));
        (void)out.key("value");
        (void)out.append(json.value(i));
        (void)out.key("id");
        (void)out.number(std::to_string(id));
        (void)out.end_object();
      });
      pair.object_id = ++objects_;
      TRY(const bool each, found_item(node, pair, found));
      any |= each;
      if (any && found == nullptr) return any;
    }
    return any;
  }

  Result<bool> date_time(const PathNode& node, const PathItem& item, Items* found, bool unwrap) {
    if (unwrap && item.is(JsonbKind::kArray)) return on_elements(node, item, found, false);
    if (!item.is(JsonbKind::kString)) return SqlError(kInvalidMoment, method_error(node, "a string"));
    if (node.has_text) {
      return hard(not_supported("the template of jsonpath item method .datetime()", "Write the value in ISO 8601."));
    }
    PathItem moment = item;
    moment.moment = parse_path_moment(item.view().string(), call_.context);
    if (!moment.moment) {
      return SqlError(kInvalidMoment,
                      "datetime format is not recognized: \"" + std::string(item.view().string()) + "\"")
          .with_hint("Use a datetime template argument to specify the input data format.");
    }
    return found_item(node, moment, found);
  }

  // --- arithmetic ---

  Result<bool> arithmetic(const PathNode& node, const PathItem& item, Items* found) {
    TRY(const Items left_items, items_of(*node.operands[0], item, true));
    TRY(const Items right_items, items_of(*node.operands[1], item, true));
    const auto single = [&](const Items& items, const char* side) -> Result<Numeric> {
      if (items.size() == 1 && items[0].is(JsonbKind::kNumber)) return number_of(items[0]);
      return SqlError(kSingleItemRequired, std::string(side) + " operand of jsonpath operator " +
                                               path_op_name(node.op) + " is not a single numeric value");
    };
    TRY(const Numeric left, single(left_items, "left"));
    TRY(const Numeric right, single(right_items, "right"));
    Numeric result;
    if (node.op == PathOp::kAdd) {
      TRY(result, numeric::add(left, right));
    } else if (node.op == PathOp::kSubtract) {
      TRY(result, numeric::subtract(left, right));
    } else if (node.op == PathOp::kMultiply) {
      TRY(result, numeric::multiply(left, right));
    } else if (node.op == PathOp::kDivide) {
      TRY(result, numeric::divide(left, right));
    } else {
      TRY(result, numeric::mod(left, right));
    }
    return found_item(node, made_number(result), found);
  }

  Result<bool> sign(const PathNode& node, const PathItem& item, Items* found) {
    TRY(const Items items, items_of(*node.operands[0], item, true));
    bool any = false;
    for (const PathItem& each : items) {
      if (!each.is(JsonbKind::kNumber)) {
        if (found == nullptr && node.next == nullptr) continue;
        return SqlError(kNumberNotFound, std::string("operand of unary jsonpath operator ") + path_op_name(node.op) +
                                             " is not a numeric value");
      }
      if (found == nullptr && node.next == nullptr) return true;
      const Numeric number = number_of(each);
      const PathItem value = node.op == PathOp::kMinus ? made_number(numeric::negate(number)) : each;
      TRY(const bool one, found_item(node, value, found));
      any |= one;
      if (any && found == nullptr) return any;
    }
    return any;
  }

  // --- predicates ---

  Result<Truth> predicate(const PathNode& node, const PathItem& item) {
    const auto operand = [&](size_t index) { return predicate(*node.operands[index], item); };
    if (node.op == PathOp::kAnd || node.op == PathOp::kOr) {
      const Truth decisive = truth_of(node.op == PathOp::kOr);
      TRY(const Truth left, operand(0));
      if (left == decisive) return left;
      TRY(const Truth right, operand(1));
      if (right == decisive || left != Truth::kUnknown) return right;
      return left;
    }
    if (node.op == PathOp::kNot) {
      TRY(const Truth inner, operand(0));
      if (inner == Truth::kUnknown) return inner;
      return truth_of(inner == Truth::kFalse);
    }
    if (node.op == PathOp::kIsUnknown) {
      TRY(const Truth inner, operand(0));
      return truth_of(inner == Truth::kUnknown);
    }
    if (node.op == PathOp::kExists) return exists(node, item);
    return compare_sequences(node, item);
  }

  Result<Truth> exists(const PathNode& node, const PathItem& item) {
    if (!lax_) {  // every item counts: one may be an error
      TRY(const std::optional<Items> items, quiet_items_of(*node.operands[0], item, false));
      return items ? truth_of(!items->empty()) : Truth::kUnknown;
    }
    Result<bool> any = step(*node.operands[0], item, nullptr, lax_);
    if (any) return truth_of(*any);
    if (hard_) return std::move(any).error();
    return Truth::kUnknown;
  }

  // True of any pair of items.
  Result<Truth> compare_sequences(const PathNode& node, const PathItem& item) {
    TRY(const std::optional<Items> left, quiet_items_of(*node.operands[0], item, true));
    if (!left) return Truth::kUnknown;
    Items right(1);  // of like_regex: one, not looked at
    if (node.op != PathOp::kLikeRegex) {
      TRY(std::optional<Items> items, quiet_items_of(*node.operands[1], item, node.op != PathOp::kStartsWith));
      if (!items) return Truth::kUnknown;
      right = std::move(*items);
    }
    bool unknown = false, found = false;
    for (const PathItem& l : *left) {
      for (const PathItem& r : right) {
        TRY(const Truth truth, compare(node, l, r));
        if (truth == Truth::kUnknown) {
          if (!lax_) return truth;
          unknown = true;
        } else if (truth == Truth::kTrue) {
          if (lax_) return truth;
          found = true;
        }
      }
    }
    if (found) return Truth::kTrue;
    return unknown ? Truth::kUnknown : Truth::kFalse;
  }

  Result<Truth> compare(const PathNode& node, const PathItem& left, const PathItem& right) {
    if (node.op == PathOp::kLikeRegex) {
      if (!left.is(JsonbKind::kString)) return Truth::kUnknown;
      return truth_of(call_.program.regex(node).matches(left.view().string()));
    }
    if (node.op == PathOp::kStartsWith) {
      if (!left.is(JsonbKind::kString) || !right.is(JsonbKind::kString)) return Truth::kUnknown;
      return truth_of(left.view().string().starts_with(right.view().string()));
    }
    TRY(const std::optional<int> order, order_of(left, right));
    if (!order) {  // only null differs from what is of another kind
      const bool null = left.is(JsonbKind::kNull) != right.is(JsonbKind::kNull);
      if (!null) return Truth::kUnknown;
      return truth_of(node.op == PathOp::kNotEqual);
    }
    if (node.op == PathOp::kEqual) return truth_of(*order == 0);
    if (node.op == PathOp::kNotEqual) return truth_of(*order != 0);
    if (node.op == PathOp::kLess) return truth_of(*order < 0);
    if (node.op == PathOp::kGreater) return truth_of(*order > 0);
    return truth_of(node.op == PathOp::kLessOrEqual ? *order <= 0 : *order >= 0);
  }

  // None when they cannot be compared.
  Result<std::optional<int>> order_of(const PathItem& left, const PathItem& right) {
    using Answer = std::optional<int>;
    if (left.moment && right.moment) {
      Result<Answer> order = compare_path_moments(*left.moment, *right.moment, call_.time_zones, call_.context);
      if (!order) return hard(std::move(order).error());
      return order;
    }
    if (left.moment || right.moment || left.view().kind() != right.view().kind() || left.view().is_container()) {
      return Answer();
    }
    switch (left.view().kind()) {
      case JsonbKind::kNull: return Answer(0);
      case JsonbKind::kBool: return Answer(left.view().boolean() - right.view().boolean());
      case JsonbKind::kNumber: return Answer(numeric::compare(number_of(left), number_of(right)));
      case JsonbKind::kString: return Answer(left.view().string().compare(right.view().string()));
      case JsonbKind::kArray:
      case JsonbKind::kObject: break;
    }
    return Answer();
  }

  const PathCall& call_;
  const bool lax_;
  const PathItem root_;
  PathItem current_;             // @
  bool ignore_structural_;       // structural errors give nothing
  int64_t innermost_size_ = -1;  // of the array whose subscripts are read: last
  int64_t objects_ = 1;          // objects that .keyvalue() has made
  bool hard_ = false;
  std::deque<std::string> made_;  // values that are in no document
};

Status check_variables(const PathCall& call) {
  if (!call.variables || call.variables->kind() == JsonbKind::kObject) return {};
  return SqlError(sqlstate::kInvalidParameterValue, "\"vars\" argument is not an object")
      .with_detail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
}

}  // namespace

Result<std::vector<std::string>> run_path(const PathCall& call) {
  TRY(check_variables(call));
  PathRun run(call);
  Items found;
  Result<bool> result = run.run(&found);
  if (!result && (!call.silent || run.failed_hard())) return std::move(result).error();
  std::vector<std::string> values;
  for (const PathItem& item : found) values.push_back(run.bytes_of(item));
  return values;
}

Result<std::optional<bool>> path_finds(const PathCall& call) {
  using Answer = std::optional<bool>;
  TRY(check_variables(call));
  PathRun run(call);
  Items items;
  // In strict mode an error may come after the first item.
  Result<bool> result = run.run(call.program.path().strict ? &items : nullptr);
  if (result) return Answer(call.program.path().strict ? !items.empty() : *result);
  if (!call.silent || run.failed_hard()) return std::move(result).error();
  return Answer();
}

}  // namespace millrace::expr
