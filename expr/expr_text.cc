#include "expr/expr_text.h"

#include "expr/constant_set.h"

namespace millrace::expr {
namespace {

constexpr int kMaxPrintedDepth = 100;

class Printer {
 public:
  explicit Printer(const ColumnNamer& column_name) : column_name_(column_name) {}

  void print(const Expr& expr, int depth) {
    if (depth > kMaxPrintedDepth) {
      out_ += "...";
      return;
    }
    std::visit([&](const auto& node) { print_node(node, expr, depth); }, expr.node());
  }
  std::string take() { return std::move(out_); }

 private:
  // A part of a larger expression: in parentheses when it is one with operators.
  void part(const Expr& expr, int depth) {
    const auto* call = expr.as<Call>();
    const bool composed = expr.is<And>() || expr.is<Or>() || expr.is<Not>() || expr.is<IsNull>() ||
                          expr.is<IsDistinct>() || expr.is<InList>() || expr.is<AnyOrAll>() ||
                          (call != nullptr && call->function->kind == FunctionKind::kOperator);
    if (composed) out_ += '(';
    print(expr, depth + 1);
    if (composed) out_ += ')';
  }

  void list(const std::vector<ExprPtr>& items, size_t first, int depth) {
    for (size_t i = first; i < items.size(); ++i) {
      if (i > first) out_ += ", ";
      print(*items[i], depth + 1);
    }
  }

  void joined(const Expr& expr, const char* word, int depth) {
    for (size_t i = 0; i < expr.children().size(); ++i) {
      if (i > 0) out_ += word;
      part(*expr.child(i), depth);
    }
  }

  void value(const Value& value) {
    if (value.is_null()) {
      out_ += "NULL";
      return;
    }
    const char category = value.type().info().category;
    const std::string text = value.to_string();
    if (category == 'N') {
      out_ += text;
    } else if (category == 'B') {
      out_ += text == "t" ? "true" : "false";
    } else {
      out_ += '\'';
      for (const char c : text) out_.append(c == '\'' ? 2 : 1, c);
      out_ += '\'';
      if (category != 'S') out_ += "::" + value.type().to_string();
    }
  }

  void print_node(const ColumnRef& node, const Expr&, int) {
    out_ += column_name_ ? column_name_(node.index) : "#" + std::to_string(node.index);
  }
  void print_node(const Constant& node, const Expr&, int) { value(node.value); }
  void print_node(const Parameter& node, const Expr&, int) { out_ += "$" + std::to_string(node.number); }

  void print_node(const Call& node, const Expr& expr, int depth) {
    const ScalarFunction& function = *node.function;
    if (function.kind == FunctionKind::kCast) {
      part(*expr.child(0), depth);
      out_ += "::" + expr.type().to_string();
    } else if (function.kind == FunctionKind::kFunction) {
      out_ += function.name + "(";
      list(expr.children(), 0, depth);
      out_ += ')';
    } else if (expr.children().size() == 1) {
      out_ += function.name + " ";
      part(*expr.child(0), depth);
    } else {
      part(*expr.child(0), depth);
      out_ += " " + function.name + " ";
      part(*expr.child(1), depth);
    }
  }

  void print_node(const Case&, const Expr& expr, int depth) {
    out_ += "CASE";
    for (size_t i = 0; i + 1 < expr.children().size(); i += 2) {
      out_ += " WHEN ";
      print(*expr.child(i), depth + 1);
      out_ += " THEN ";
      print(*expr.child(i + 1), depth + 1);
    }
    out_ += " ELSE ";
    print(*expr.children().back(), depth + 1);
    out_ += " END";
  }

  void call_like(const char* name, const Expr& expr, int depth) {
    out_ += name;
    out_ += '(';
    list(expr.children(), 0, depth);
    out_ += ')';
  }

  void print_node(const Coalesce&, const Expr& expr, int depth) { call_like("COALESCE", expr, depth); }
  void print_node(const Extreme& node, const Expr& expr, int depth) {
    call_like(node.greatest ? "GREATEST" : "LEAST", expr, depth);
  }
  void print_node(const And&, const Expr& expr, int depth) { joined(expr, " AND ", depth); }
  void print_node(const Or&, const Expr& expr, int depth) { joined(expr, " OR ", depth); }
  void print_node(const Not&, const Expr& expr, int depth) {
    if (expr.child(0)->is<IsNull>()) {
      part(*expr.child(0)->child(0), depth);
      out_ += " IS NOT NULL";
      return;
    }
    out_ += "NOT ";
    part(*expr.child(0), depth);
  }
  void print_node(const IsNull&, const Expr& expr, int depth) {
    part(*expr.child(0), depth);
    out_ += " IS NULL";
  }
  void print_node(const IsDistinct&, const Expr& expr, int depth) { joined(expr, " IS DISTINCT FROM ", depth); }
  void print_node(const InList& node, const Expr& expr, int depth) {
    part(*expr.child(0), depth);
    out_ += " IN (";
    const auto& values = node.values->values();
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ", ";
      value(values[i]);
    }
    out_ += ')';
  }
  void print_node(const AnyOrAll& node, const Expr& expr, int depth) {
    part(*expr.child(0), depth);
    out_ += " " + node.function->name + (node.all ? " ALL (" : " ANY (");
    print(*expr.child(1), depth + 1);
    out_ += ')';
  }
  void print_node(const ArrayConstructor&, const Expr& expr, int depth) {
    out_ += "ARRAY[";
    list(expr.children(), 0, depth);
    out_ += ']';
  }
  void print_node(const RowConstructor&, const Expr& expr, int depth) { call_like("ROW", expr, depth); }
  void print_node(const FieldSelect& node, const Expr& expr, int depth) {
    out_ += '(';
    print(*expr.child(0), depth + 1);
    out_ += ")." + expr.child(0)->type().info().fields[node.field].name;
  }
  void print_node(const Subscript&, const Expr& expr, int depth) {
    part(*expr.child(0), depth);
    for (size_t i = 1; i < expr.children().size(); ++i) {
      out_ += '[';
      print(*expr.child(i), depth + 1);
      out_ += ']';
    }
  }

  const ColumnNamer& column_name_;
  std::string out_;
};

}  // namespace

std::string to_string(const Expr& expr, const ColumnNamer& column_name) {
  Printer printer(column_name);
  printer.print(expr, 0);
  return printer.take();
}

}  // namespace millrace::expr
