// Reads the small part of SQL that examples in the function tables are written in, so that tests of expr/
// need no sql/: operators with PostgreSQL's precedence, calls, casts, typed literals, ARRAY[], IN-less
// predicates. Binding goes through resolve_function(), resolve_operator() and coerce(), as the binder's does.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

#include "expr/coercion.h"
#include "expr/expr.h"
#include "expr/overload_resolution.h"
#include "expr/program.h"
#include "types/array.h"
#include "types/type_name.h"

namespace millrace::expr {

class ExampleReader {
 public:
  explicit ExampleReader(std::string_view text) : text_(text) {}

  Result<ExprPtr> read() {
    next();
    TRY(ExprPtr expr, expression(0));
    if (!token_.empty()) return fail("unexpected " + token_);
    return expr;
  }

 private:
  enum class Kind { kWord, kQuotedWord, kNumber, kString, kSymbol, kEnd };

  static SqlError fail(const std::string& what) { return SqlError(sqlstate::kSyntaxError, "example: " + what); }

  static bool is_operator_char(char c) {
    return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
  }

  void next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    token_.clear();
    kind_ = Kind::kEnd;
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    const auto rest_is = [&](char a) { return at_ + 1 < text_.size() && text_[at_ + 1] == a; };
    if (c == '\'' || ((c == 'E' || c == 'e') && rest_is('\''))) {
      const bool escapes = c != '\'';
      at_ += escapes ? 2 : 1;
      kind_ = Kind::kString;
      while (at_ < text_.size()) {
        if (text_[at_] == '\'' && rest_is('\'')) {
          ++at_;
        } else if (text_[at_] == '\'') {
          break;
        } else if (escapes && text_[at_] == '\\') {
          ++at_;
          token_ += text_[at_] == 'n' ? '\n' : text_[at_];
          ++at_;
          continue;
        }
        token_ += text_[at_++];
      }
      ++at_;
      return;
    }
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      kind_ = Kind::kNumber;
      while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.' ||
                                    (text_[at_] == 'e' && at_ + 1 < text_.size()))) {
        token_ += text_[at_++];
      }
      return;
    }
    if (c == '"') {
      kind_ = Kind::kQuotedWord;
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) token_ += text_[at_];
      ++at_;
      return;
    }
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') {
      kind_ = Kind::kWord;
      while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
        token_ += static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_++])));
      }
      return;
    }
    kind_ = Kind::kSymbol;
    if (is_operator_char(c)) {
      while (at_ < text_.size() && is_operator_char(text_[at_])) token_ += text_[at_++];
      // An operator ends in + or - only when it has one of ~ ! @ # % ^ & | ` ?
      while (token_.size() > 1 && (token_.back() == '-' || token_.back() == '+') &&
             token_.find_first_of("~!@#%^&|`?") == std::string::npos) {
        token_.pop_back();
        --at_;
      }
      return;
    }
    token_ = c;
    ++at_;
    if (c == ':' && at_ < text_.size() && text_[at_] == ':') {
      token_ = "::";
      ++at_;
    }
  }

  bool is_word(std::string_view word) const { return kind_ == Kind::kWord && token_ == word; }
  bool take_word(std::string_view word) {
    if (!is_word(word)) return false;
    next();
    return true;
  }
  bool take_symbol(std::string_view symbol) {
    if (kind_ != Kind::kSymbol || token_ != symbol) return false;
    next();
    return true;
  }

  // Binding powers, lowest first: OR, AND, NOT, IS, comparison, LIKE, other operators, + -, * / %, ^, AT, unary.
  enum Power { kOr = 1, kAnd, kNot, kIs, kComparison, kLike, kOther, kSum, kProduct, kPower, kAtZone, kUnary };

  Power power_of_operator() const {
    if (kind_ == Kind::kWord) {
      if (token_ == "or") return kOr;
      if (token_ == "and") return kAnd;
      if (token_ == "is") return kIs;
      if (token_ == "like" || token_ == "ilike" || token_ == "not") return kLike;
      if (token_ == "at") return kAtZone;
      return Power(0);
    }
    if (kind_ != Kind::kSymbol || !is_operator_char(token_[0])) return Power(0);
    if (token_ == "=" || token_ == "<" || token_ == ">" || token_ == "<=" || token_ == ">=" || token_ == "<>") {
      return kComparison;
    }
    if (token_ == "+" || token_ == "-") return kSum;
    if (token_ == "*" || token_ == "/" || token_ == "%") return kProduct;
    if (token_ == "^") return kPower;
    return kOther;
  }

  Result<ExprPtr> expression(int minimum) {
    TRY(ExprPtr left, operand());
    while (true) {
      const Power power = power_of_operator();
      if (power == Power(0) || power <= minimum) return left;
      if (take_word("or")) {
        TRY(ExprPtr right, expression(power));
        left = make_or({left, right});
      } else if (take_word("and")) {
        TRY(ExprPtr right, expression(power));
        left = make_and({left, right});
      } else if (take_word("is")) {
        const bool negated = take_word("not");
        if (!take_word("null")) return fail("IS what?");
        left = make_is_null(left);
        if (negated) left = make_not(left);
      } else if (take_word("at")) {
        take_word("time");
        take_word("zone");
        TRY(ExprPtr zone, expression(power));
        TRY(left, call(FunctionKind::kFunction, "timezone", {zone, left}));
      } else {
        std::string name = token_;
        next();
        if (name == "not") {
          name = token_ == "like" ? "!~~" : "!~~*";
          next();
        } else if (name == "like" || name == "ilike") {
          name = name == "like" ? "~~" : "~~*";
        }
        if (is_word("any") || is_word("all")) {
          TRY(left, array_comparison(name, left));
          continue;
        }
        TRY(ExprPtr right, expression(power));
        TRY(left, call(FunctionKind::kOperator, name, {left, right}));
      }
    }
  }

  Result<ExprPtr> array_comparison(const std::string& name, ExprPtr left) {
    const bool all = token_ == "all";
    next();
    if (!take_symbol("(")) return fail("ANY needs parentheses");
    TRY(ExprPtr array, expression(0));
    if (!take_symbol(")")) return fail("missing )");
    if (is_unknown(array->type())) {
      TRY(array, coerce(array, array_of(left->type().info()), CastContext::kExplicit));
    }
    const SqlType element(*array->type().info().element);
    TRY(ResolvedCall resolved, resolve_operator(name, {left->type(), element}));
    TRY(left, coerce(left, resolved.argument_types[0], CastContext::kImplicit));
    TRY(array, coerce(array, array_of(resolved.argument_types[1].info()), CastContext::kImplicit));
    return all ? make_all(*resolved.candidate.scalar, left, array) : make_any(*resolved.candidate.scalar, left, array);
  }

  Result<ExprPtr> operand() {
    TRY(ExprPtr expr, primary());
    while (true) {
      if (take_symbol("::")) {
        TRY(const SqlType type, type_name());
        TRY(expr, coerce(expr, type, CastContext::kExplicit));
      } else if (take_symbol("[")) {
        std::vector<ExprPtr> subscripts;
        do {
          TRY(ExprPtr subscript, expression(0));
          subscripts.push_back(subscript);
          if (!take_symbol("]")) return fail("missing ]");
        } while (take_symbol("["));
        expr = make_subscript(expr, subscripts);
      } else {
        return expr;
      }
    }
  }

  Result<SqlType> type_name() {
    std::string name = token_;
    next();
    const auto more = [&](std::initializer_list<std::string_view> words) {
      for (const std::string_view word : words) {
        if (!is_word(word)) return;
        name += " " + token_;
        next();
      }
    };
    if (name == "double") more({"precision"});
    if (name == "character") more({"varying"});
    std::string modifiers;
    if (kind_ == Kind::kSymbol && token_ == "(") {
      while (!take_symbol(")")) {
        modifiers += token_;
        next();
      }
      modifiers += ")";
    }
    if (name == "timestamp" || name == "time") {
      more({"with", "time", "zone"});
      more({"without", "time", "zone"});
    }
    std::string dimensions;
    while (take_symbol("[")) {
      if (!take_symbol("]")) return fail("missing ]");
      dimensions = "[]";
    }
    return parse_type_name(name + modifiers + dimensions);
  }

  Result<ExprPtr> primary() {
    if (kind_ == Kind::kString) {
      ExprPtr literal = make_constant(Value(type_of(oid::kUnknown), Slot::of_bytes(token_)));
      next();
      return literal;
    }
    if (kind_ == Kind::kNumber) {
      const std::string digits = token_;
      next();
      return number(digits);
    }
    if (take_symbol("(")) {
      TRY(ExprPtr inner, expression(0));
      if (!take_symbol(")")) return fail("missing )");
      return inner;
    }
    if (kind_ == Kind::kSymbol && is_operator_char(token_[0])) {
      const std::string name = token_;
      next();
      TRY(ExprPtr argument, expression(name == "-" || name == "+" ? kPower : kOther));
      if (name == "-" && argument->is<Constant>()) return negative(argument);
      return call(FunctionKind::kOperator, name, {argument});
    }
    if (kind_ != Kind::kWord && kind_ != Kind::kQuotedWord) return fail("expected an operand, found " + token_);
    return word();
  }

  Result<ExprPtr> negative(const ExprPtr& argument) {
    TRY(ExprPtr negated, call(FunctionKind::kOperator, "-", {argument}));
    return fold_constants(negated);
  }

  Result<ExprPtr> number(const std::string& digits) {
    for (const uint32_t type : {oid::kInt4, oid::kInt8, oid::kNumeric}) {
      auto value = Value::parse(type_of(type), digits, {});
      if (value) return make_constant(*std::move(value));
    }
    return fail("number " + digits);
  }

  Result<ExprPtr> word() {
    const std::string name = token_;
    next();
    if (name == "null") return make_constant(Value::null(type_of(oid::kUnknown)));
    if (name == "true") return make_bool(true);
    if (name == "false") return make_bool(false);
    if (name == "not") {
      TRY(ExprPtr argument, expression(kNot));
      return make_not(argument);
    }
    if (name == "array" && take_symbol("[")) return array();
    if (kind_ == Kind::kString) {  // date '2020-01-01'
      const std::string text = token_;
      next();
      TRY(const SqlType type, parse_type_name(name));
      TRY(Value value, Value::parse(type, text, {}));
      return make_constant(std::move(value));
    }
    if (!take_symbol("(")) {
      if (name.starts_with("current_") || name == "localtimestamp") return call(FunctionKind::kFunction, name, {});
      return fail("name " + name);
    }
    std::vector<ExprPtr> arguments;
    while (!take_symbol(")")) {
      if (!arguments.empty() && !take_symbol(",")) {
        if (name == "extract" && take_word("from")) {
        } else if (name == "position" && take_word("in")) {
        } else {
          return fail("missing , in " + name);
        }
      }
      if (name == "extract" && arguments.empty() && kind_ == Kind::kWord) {
        arguments.push_back(make_constant(Value(type_of(oid::kText), Slot::of_bytes(token_))));
        next();
        continue;
      }
      TRY(ExprPtr argument, expression(0));
      arguments.push_back(argument);
    }
    if (name == "position") std::swap(arguments[0], arguments[1]);
    return call(FunctionKind::kFunction, name, std::move(arguments));
  }

  Result<ExprPtr> array() {
    std::vector<ExprPtr> elements;
    std::vector<SqlType> types;
    while (!take_symbol("]")) {
      if (!elements.empty() && !take_symbol(",")) return fail("missing , in ARRAY");
      TRY(ExprPtr element, expression(0));
      types.push_back(element->type());
      elements.push_back(element);
    }
    TRY(const SqlType element_type, common_type("ARRAY", types));
    for (ExprPtr& element : elements) {
      TRY(element, coerce(element, element_type, CastContext::kImplicit));
    }
    const bool nested = element_type.info().element != nullptr;
    return make_array(elements, nested ? element_type : array_of(element_type.info()));
  }

  Result<ExprPtr> call(FunctionKind kind, const std::string& name, std::vector<ExprPtr> arguments) {
    std::vector<SqlType> types;
    for (const ExprPtr& argument : arguments) types.push_back(argument->type());
    TRY(const ResolvedCall resolved,
        kind == FunctionKind::kOperator ? resolve_operator(name, types) : resolve_function(name, types));
    if (resolved.candidate.scalar == nullptr) return fail(name + " is no scalar function");
    for (size_t i = 0; i < arguments.size(); ++i) {
      TRY(arguments[i], coerce(arguments[i], resolved.argument_types[i], CastContext::kImplicit));
    }
    return make_call(*resolved.candidate.scalar, std::move(arguments), resolved.result_type);
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string token_;
  Kind kind_ = Kind::kEnd;
};

// The value of a SQL expression without columns, as text; "NULL"; or the error's message.
inline std::string answer(std::string_view sql, const EvalContext& context = {}) {
  auto expr = ExampleReader(sql).read();
  if (!expr) return expr.error().to_string();
  if (is_unknown((*expr)->type())) expr = coerce(*expr, type_of(oid::kText), CastContext::kExplicit);
  auto value = evaluate_one(*expr, context);
  if (!value) return value.error().to_string();
  return value->to_string(context.text);
}

}  // namespace millrace::expr
