// Vectorised evaluation against a row-at-a-time interpreter, over random trees with NULLs and errors.
#include "expr/program.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "expr/constant_set.h"
#include "expr/expr_text.h"
#include "expr/function_registry.h"
#include "expr/overload_resolution.h"

namespace millrace::expr {
namespace {

const SqlType kInt = type_of(oid::kInt4);
const SqlType kBool = type_of(oid::kBool);
const SqlType kText = type_of(oid::kText);
const EvalContext kContext;

ExprPtr operator_call(const std::string& name, std::vector<ExprPtr> arguments) {
  std::vector<SqlType> types;
  for (const ExprPtr& argument : arguments) types.push_back(argument->type());
  const auto resolved = resolve_operator(name, types);
  return make_call(*resolved->candidate.scalar, std::move(arguments), resolved->result_type);
}

ExprPtr integer(int32_t value) { return make_constant(Value(kInt, Slot::of_i32(value))); }
ExprPtr string(std::string_view value) { return make_constant(Value(kText, Slot::of_bytes(value))); }

// --- The oracle: the definition of each node, one row at a time. ---

Result<Value> interpret(const Expr& expr, const DeltaBatch& batch, size_t row);

Result<Value> interpret_call(const Expr& expr, const DeltaBatch& batch, size_t row) {
  std::vector<ColumnPtr> columns;
  for (const ExprPtr& child : expr.children()) {
    TRY(const Value value, interpret(*child, batch, row));
    ColumnBuilder builder(child->type());
    if (value.is_null()) {
      builder.append_null();
    } else {
      builder.append_slot(value.slot());
    }
    columns.push_back(builder.finish());
  }
  ErrorSink errors;
  CallState state;
  ColumnBuilder out(expr.type());
  expr.as<Call>()->function->kernel({kContext, columns, 1, expr.type(), errors, state}, out);
  if (!errors.empty()) return errors.take_first();
  const ColumnPtr result = out.finish();
  return result->is_null(0) ? Value::null(expr.type()) : Value(expr.type(), result->slot(0));
}

Value boolean(std::optional<bool> value) { return value ? Value(kBool, Slot::of_bool(*value)) : Value::null(kBool); }

Result<Value> interpret_connective(const Expr& expr, bool decisive, const DeltaBatch& batch, size_t row) {
  bool unknown = false;
  for (const ExprPtr& child : expr.children()) {
    TRY(const Value value, interpret(*child, batch, row));
    if (value.is_null()) {
      unknown = true;
    } else if (value.slot().boolean() == decisive) {
      return boolean(decisive);
    }
  }
  return unknown ? boolean(std::nullopt) : boolean(!decisive);
}

Result<Value> interpret(const Expr& expr, const DeltaBatch& batch, size_t row) {
  if (const auto* column = expr.as<ColumnRef>()) {
    const Column& values = batch.column(column->index);
    return values.is_null(row) ? Value::null(expr.type()) : Value(expr.type(), values.slot(row));
  }
  if (const auto* constant = expr.as<Constant>()) return constant->value;
  if (expr.is<Call>()) return interpret_call(expr, batch, row);
  if (expr.is<And>()) return interpret_connective(expr, false, batch, row);
  if (expr.is<Or>()) return interpret_connective(expr, true, batch, row);
  if (expr.is<Case>()) {
    size_t i = 0;
    for (; i + 1 < expr.children().size(); i += 2) {
      TRY(const Value condition, interpret(*expr.child(i), batch, row));
      if (!condition.is_null() && condition.slot().boolean()) return interpret(*expr.child(i + 1), batch, row);
    }
    return interpret(*expr.child(i), batch, row);
  }
  if (expr.is<Coalesce>()) {
    for (const ExprPtr& child : expr.children()) {
      TRY(Value value, interpret(*child, batch, row));
      if (!value.is_null()) return value;
    }
    return Value::null(expr.type());
  }
  std::vector<Value> values;
  for (const ExprPtr& child : expr.children()) {
    TRY(Value value, interpret(*child, batch, row));
    values.push_back(std::move(value));
  }
  if (expr.is<Not>()) return values[0].is_null() ? values[0] : boolean(!values[0].slot().boolean());
  if (expr.is<IsNull>()) return boolean(values[0].is_null());
  if (expr.is<IsDistinct>()) return boolean(!(values[0] == values[1]));
  if (const auto* in = expr.as<InList>()) {
    if (values[0].is_null()) return boolean(std::nullopt);
    bool unknown = false;
    for (const Value& value : in->values->values()) {
      if (value.is_null()) {
        unknown = true;
      } else if (value == values[0]) {
        return boolean(true);
      }
    }
    return unknown ? boolean(std::nullopt) : boolean(false);
  }
  const auto* extreme = expr.as<Extreme>();
  EXPECT_NE(extreme, nullptr);
  Value best = Value::null(expr.type());
  for (const Value& value : values) {
    if (value.is_null()) continue;
    const auto compare = expr.type().info().compare;
    if (best.is_null() || (compare(value.slot(), best.slot(), expr.type()) > 0) == extreme->greatest) best = value;
  }
  return best;
}

// --- Random input: columns 0, 1 integer, 2 text, 3 boolean. ---

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}

  ExprPtr integer_expr(int depth) {
    switch (random_.below(depth <= 0 ? 3 : 10)) {
      case 0: return integer(static_cast<int32_t>(random_.between(-3, 3)));
      case 1: return random_.one_in(8) ? make_null(kInt) : make_column(0, kInt);
      case 2: return make_column(1, kInt);
      case 3: return operator_call("+", {integer_expr(depth - 1), integer_expr(depth - 1)});
      case 4: return operator_call("/", {integer_expr(depth - 1), integer_expr(depth - 1)});
      case 5: return operator_call("*", {integer_expr(depth - 1), integer_expr(depth - 1)});
      case 6: return make_coalesce({integer_expr(depth - 1), integer_expr(depth - 1), integer_expr(depth - 1)});
      case 7: return make_greatest({integer_expr(depth - 1), integer_expr(depth - 1)});
      case 8: return operator_call("&", {integer_expr(depth - 1), integer_expr(depth - 1)});
      default:
        return make_case(
            {{bool_expr(depth - 1), integer_expr(depth - 1)}, {bool_expr(depth - 1), integer_expr(depth - 1)}},
            random_.one_in(2) ? integer_expr(depth - 1) : nullptr);
    }
  }

  ExprPtr text_expr(int depth) {
    switch (random_.below(depth <= 0 ? 2 : 4)) {
      case 0: return string(random_.one_in(2) ? "ab" : "a string longer than twelve bytes");
      case 1: return make_column(2, kText);
      case 2: return make_least({text_expr(depth - 1), text_expr(depth - 1)});
      default: return make_case({{bool_expr(depth - 1), text_expr(depth - 1)}}, text_expr(depth - 1));
    }
  }

  ExprPtr bool_expr(int depth) {
    switch (random_.below(depth <= 0 ? 2 : 10)) {
      case 0: return make_column(3, kBool);
      case 1: return random_.one_in(4) ? make_null(kBool) : make_bool(random_.one_in(2));
      case 2: return make_and({bool_expr(depth - 1), bool_expr(depth - 1), bool_expr(depth - 1)});
      case 3: return make_or({bool_expr(depth - 1), bool_expr(depth - 1)});
      case 4: return make_not(bool_expr(depth - 1));
      case 5: return make_is_null(integer_expr(depth - 1));
      case 6: return make_is_distinct(text_expr(depth - 1), text_expr(depth - 1));
      case 7: {
        std::vector<Value> values{Value(kInt, Slot::of_i32(1)), Value(kInt, Slot::of_i32(-2))};
        if (random_.one_in(3)) values.push_back(Value::null(kInt));
        return make_in_list(integer_expr(depth - 1), std::move(values));
      }
      case 8: return operator_call("=", {text_expr(depth - 1), text_expr(depth - 1)});
      default: return operator_call("<", {integer_expr(depth - 1), integer_expr(depth - 1)});
    }
  }

  DeltaBatch batch(size_t rows) {
    DeltaBuilder builder({kInt, kInt, kText, kBool});
    for (size_t row = 0; row < rows; ++row) {
      for (size_t column = 0; column < 4; ++column) {
        if (random_.one_in(5)) {
          builder.column(column).append_null();
        } else if (column < 2) {
          builder.column(column).append_slot(Slot::of_i32(random_.one_in(20) ? 2147483647 : random_.between(-3, 3)));
        } else if (column == 2) {
          builder.column(column).append_bytes(random_.one_in(2) ? "ab" : "another string beyond twelve");
        } else {
          builder.column(column).append_slot(Slot::of_bool(random_.one_in(2)));
        }
      }
      builder.end_row(1);
    }
    return builder.finish();
  }

  size_t below(size_t bound) { return random_.below(bound); }

 private:
  SplitMix64 random_;
};

void expect_same(const ExprPtr& expr, const DeltaBatch& batch, const ColumnPtr& column, ErrorSink& sink) {
  std::vector<std::optional<SqlError>> errors(batch.rows());
  for (ErrorSink::RowError& error : sink.take()) errors[error.row] = std::move(error.error);
  ASSERT_EQ(column->size(), batch.rows());
  for (size_t row = 0; row < batch.rows(); ++row) {
    const Result<Value> expected = interpret(*expr, batch, row);
    ASSERT_EQ(!expected.has_value(), errors[row].has_value()) << to_string(*expr) << " row " << row;
    if (!expected) continue;
    const Value actual = column->is_null(row) ? Value::null(expr->type()) : Value(expr->type(), column->slot(row));
    ASSERT_EQ(*expected, actual) << to_string(*expr) << " row " << row;
  }
}

TEST(ProgramTest, EqualsRowAtATimeInterpretation) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const ExprPtr exprs[] = {random.integer_expr(4), random.text_expr(4), random.bool_expr(5)};
    for (const ExprPtr& expr : exprs) {
      auto program = ExprProgram::compile({expr});
      ASSERT_TRUE(program);
      for (const size_t rows : {size_t{0}, size_t{1}, random.below(200)}) {  // buffers are used again
        const DeltaBatch batch = random.batch(rows);
        std::vector<ColumnPtr> results;
        ErrorSink errors;
        program->evaluate(batch, kContext, results, errors);
        expect_same(expr, batch, results[0], errors);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(ProgramTest, FoldingKeepsTheMeaning) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const ExprPtr expr = random.bool_expr(5);
    const ExprPtr folded = fold_constants(expr);
    const DeltaBatch batch = random.batch(50);
    for (size_t row = 0; row < batch.rows(); ++row) {
      const auto before = interpret(*expr, batch, row);
      if (!before) continue;  // folding may take an error away, as PostgreSQL's does
      const auto after = interpret(*folded, batch, row);
      ASSERT_TRUE(after) << to_string(*expr) << " -> " << to_string(*folded);
      ASSERT_EQ(*before, *after) << to_string(*expr) << " -> " << to_string(*folded);
    }
  }
}

TEST(ProgramTest, AResultOutlivesTheNextBatch) {
  Random random(7);
  auto program = ExprProgram::compile({operator_call("&", {make_column(0, kInt), make_column(1, kInt)})});
  const DeltaBatch batches[] = {random.batch(100), random.batch(100), random.batch(100)};
  std::vector<ColumnPtr> kept;
  for (const DeltaBatch& batch : batches) {
    std::vector<ColumnPtr> results;
    ErrorSink errors;
    program->evaluate(batch, kContext, results, errors);
    kept.push_back(results[0]);
  }
  for (size_t i = 0; i < 3; ++i) {
    for (size_t row = 0; row < 100; ++row) {
      const Column& a = batches[i].column(0);
      const Column& b = batches[i].column(1);
      ASSERT_EQ(kept[i]->is_null(row), a.is_null(row) || b.is_null(row));
      if (!kept[i]->is_null(row)) {
        ASSERT_EQ(kept[i]->value<int32_t>(row), a.value<int32_t>(row) & b.value<int32_t>(row));
      }
    }
  }
}

TEST(ProgramTest, FilterKeepsRowsThatAreTrue) {
  Random random(11);
  const ExprPtr expr = random.bool_expr(5);
  auto program = ExprProgram::compile({expr});
  const DeltaBatch batch = random.batch(300);
  std::vector<uint32_t> rows, expected;
  ErrorSink errors;
  program->filter(batch, kContext, rows, errors);
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    const auto value = interpret(*expr, batch, row);
    if (value && !value->is_null() && value->slot().boolean()) expected.push_back(row);
  }
  EXPECT_EQ(rows, expected);
}

TEST(ProgramTest, AnErrorOfAConstantIsEveryRows) {
  const ExprPtr expr = operator_call("/", {integer(1), integer(0)});
  auto program = ExprProgram::compile({expr});
  std::vector<ColumnPtr> results;
  ErrorSink errors;
  program->evaluate(DeltaBatch(3, {}), kContext, results, errors);
  const auto all = errors.take();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].error.message(), "division by zero");
}

TEST(ProgramTest, DeepTreesAreRefusedAndFreed) {
  ExprPtr deep = make_column(0, kInt);
  for (int i = 0; i < 200000; ++i) deep = operator_call("+", {deep, make_column(0, kInt)});
  const auto program = ExprProgram::compile({deep});
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().state(), sqlstate::kStatementTooComplex);
  ExprPtr copy = make_column(0, kInt);
  for (int i = 0; i < 200000; ++i) copy = operator_call("+", {copy, make_column(0, kInt)});
  EXPECT_TRUE(structurally_equal(*deep, *copy));
}

TEST(ProgramTest, LongChainsAreFlat) {
  std::vector<ExprPtr> terms;
  for (int i = 0; i < 5000; ++i) {
    terms.push_back(operator_call("<>", {operator_call("+", {make_column(0, kInt), integer(i)}), integer(-1)}));
  }
  auto program = ExprProgram::compile({make_and(std::move(terms))});
  ASSERT_TRUE(program);
  Random random(3);
  const DeltaBatch batch = random.batch(20);
  std::vector<ColumnPtr> results;
  ErrorSink errors;
  program->evaluate(batch, kContext, results, errors);
  for (size_t row = 0; row < 20; ++row) {
    if (!batch.column(0).is_null(row) && batch.column(0).value<int32_t>(row) == -3) {
      EXPECT_EQ(results[0]->value<int8_t>(row), 0);
    }
  }
}

TEST(ProgramTest, ParametersComeWithTheContext) {
  const ExprPtr expr = operator_call("+", {make_column(0, kInt), make_parameter(1, kInt)});
  auto program = ExprProgram::compile({expr});
  const Value values[] = {Value(kInt, Slot::of_i32(5))};
  EvalContext context;
  context.parameters = values;
  ColumnBuilder builder(kInt);
  builder.append(int32_t{2});
  std::vector<ColumnPtr> results;
  ErrorSink errors;
  program->evaluate(DeltaBatch(1, {builder.finish()}), context, results, errors);
  EXPECT_EQ(results[0]->value<int32_t>(0), 7);
}

}  // namespace
}  // namespace millrace::expr
