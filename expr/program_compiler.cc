#include "expr/program_compiler.h"

#include <unordered_map>

#include "base/check.h"

namespace millrace::expr {
namespace {

// A block under construction. Knows what its own registers and, through `outer`, those of the blocks
// around it hold.
struct Scope {
  Block* block;
  Scope* outer;
  std::unordered_map<ExprPtr, Register, ExprHash, ExprEqual> computed;
};

// Whether an operand must not run where its value is not needed.
bool needs_block(const Expr& expr) { return expr.fallible() || expr.volatility() == Volatility::kVolatile; }

class Compiler {
 public:
  Compiler() : plan_(std::make_shared<ProgramPlan>()) {}

  Result<std::shared_ptr<const ProgramPlan>> run(const std::vector<ExprPtr>& outputs) {
    Scope root{&plan_->root, nullptr, {}};
    for (const ExprPtr& output : outputs) {
      if (output->depth() > kMaxDepth) {
        return SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
            .with_hint("An expression may be nested at most " + std::to_string(kMaxDepth) + " levels deep.");
      }
      TRY(const Register result, compile(output, root));
      plan_->outputs.push_back(result);
      plan_->output_types.push_back(output->type());
    }
    return std::shared_ptr<const ProgramPlan>(plan_);
  }

 private:
  Register new_register() {
    plan_->initial.emplace_back();
    return static_cast<Register>(plan_->initial.size() - 1);
  }

  // The register of `expr` in this scope if it has been computed here or further out.
  std::optional<Register> find(const ExprPtr& expr, Scope& scope) {
    if (const auto found = scope.computed.find(expr); found != scope.computed.end()) return found->second;
    if (scope.outer == nullptr) return std::nullopt;
    const std::optional<Register> outer = find(expr, *scope.outer);
    if (!outer) return std::nullopt;
    Register inner = *outer;
    if (plan_->initial[*outer] == nullptr) {  // constants are the same everywhere
      inner = new_register();
      scope.block->imports.push_back({*outer, inner});
    }
    scope.computed.emplace(expr, inner);
    return inner;
  }

  Result<Register> compile(const ExprPtr& expr, Scope& scope) {
    const bool shareable = expr->volatility() != Volatility::kVolatile;
    if (shareable) {
      if (const auto found = find(expr, scope)) return *found;
    }
    // Columns are loaded by the outermost block and imported from there.
    if (expr->is<ColumnRef>() && scope.outer != nullptr) {
      TRY(compile(expr, *scope.outer));
      return *find(expr, scope);
    }
    TRY(const Register target, std::visit([&](const auto& node) { return build(node, *expr, scope); }, expr->node()));
    if (shareable) scope.computed.emplace(expr, target);
    return target;
  }

  Result<std::vector<Register>> compile_children(const Expr& expr, Scope& scope) {
    std::vector<Register> registers;
    for (const ExprPtr& child : expr.children()) {
      TRY(const Register child_register, compile(child, scope));
      registers.push_back(child_register);
    }
    return registers;
  }

  Result<Operand> operand(const ExprPtr& expr, Scope& scope) {
    Operand operand;
    if (!needs_block(*expr)) {
      TRY(operand.plain, compile(expr, scope));
      return operand;
    }
    operand.block = std::make_unique<Block>();
    Scope inner{operand.block.get(), &scope, {}};
    TRY(operand.block->result, compile(expr, inner));
    return operand;
  }

  // The first operand runs for every row anyway.
  Result<Operand> first_operand(const ExprPtr& expr, Scope& scope) {
    Operand operand;
    TRY(operand.plain, compile(expr, scope));
    return operand;
  }

  Result<std::vector<Operand>> operands(const Expr& expr, Scope& scope) {
    std::vector<Operand> result;
    for (size_t i = 0; i < expr.children().size(); ++i) {
      TRY(Operand next, i == 0 ? first_operand(expr.child(0), scope) : operand(expr.child(i), scope));
      result.push_back(std::move(next));
    }
    return result;
  }

  Register emit(std::unique_ptr<Step> step, Register target, Scope& scope) {
    scope.block->steps.push_back(std::move(step));
    return target;
  }

  Result<Register> build(const ColumnRef& node, const Expr&, Scope& scope) {
    const Register target = new_register();
    return emit(load_column_step(node.index, target), target, scope);
  }

  Result<Register> build(const Constant& node, const Expr& expr, Scope&) {
    const Register target = new_register();
    const Slot slot = node.value.is_null() ? Slot() : node.value.slot();
    plan_->initial[target] = Column::constant(expr.type(), 1, node.value.is_null() ? nullptr : &slot);
    return target;
  }

  Result<Register> build(const Parameter& node, const Expr& expr, Scope& scope) {
    const Register target = new_register();
    return emit(load_parameter_step(node.number, expr.type(), target), target, scope);
  }

  Result<Register> build(const Call& node, const Expr& expr, Scope& scope) {
    TRY(std::vector<Register> arguments, compile_children(expr, scope));
    const Register target = new_register();
    return emit(call_step(*node.function, std::move(arguments), expr.type(), target), target, scope);
  }

  Result<Register> build(const Case&, const Expr& expr, Scope& scope) {
    std::vector<CaseOperands> branches;
    for (size_t i = 0; i + 1 < expr.children().size(); i += 2) {
      CaseOperands branch;
      TRY(branch.condition, i == 0 ? first_operand(expr.child(0), scope) : operand(expr.child(i), scope));
      TRY(branch.result, operand(expr.child(i + 1), scope));
      branches.push_back(std::move(branch));
    }
    TRY(Operand otherwise, operand(expr.children().back(), scope));
    const Register target = new_register();
    return emit(case_step(std::move(branches), std::move(otherwise), expr.type(), target), target, scope);
  }

  Result<Register> build(const Coalesce&, const Expr& expr, Scope& scope) {
    TRY(std::vector<Operand> arguments, operands(expr, scope));
    const Register target = new_register();
    return emit(coalesce_step(std::move(arguments), expr.type(), target), target, scope);
  }

  Result<Register> build(const Extreme& node, const Expr& expr, Scope& scope) {
    TRY(std::vector<Register> arguments, compile_children(expr, scope));
    const Register target = new_register();
    return emit(extreme_step(node.greatest, std::move(arguments), expr.type(), target), target, scope);
  }

  Result<Register> build(const And&, const Expr& expr, Scope& scope) { return build_connective(false, expr, scope); }
  Result<Register> build(const Or&, const Expr& expr, Scope& scope) { return build_connective(true, expr, scope); }
  Result<Register> build_connective(bool decisive, const Expr& expr, Scope& scope) {
    TRY(std::vector<Operand> terms, operands(expr, scope));
    const Register target = new_register();
    return emit(connective_step(decisive, std::move(terms), expr.type(), target), target, scope);
  }

  Result<Register> build(const Not&, const Expr& expr, Scope& scope) {
    TRY(const Register argument, compile(expr.child(0), scope));
    const Register target = new_register();
    return emit(not_step(argument, expr.type(), target), target, scope);
  }

  Result<Register> build(const IsNull&, const Expr& expr, Scope& scope) {
    TRY(const Register argument, compile(expr.child(0), scope));
    const Register target = new_register();
    return emit(is_null_step(argument, expr.type(), target), target, scope);
  }

  Result<Register> build(const IsDistinct&, const Expr& expr, Scope& scope) {
    TRY(const std::vector<Register> sides, compile_children(expr, scope));
    const Register target = new_register();
    return emit(is_distinct_step(sides[0], sides[1], expr.type(), target), target, scope);
  }

  Result<Register> build(const InList& node, const Expr& expr, Scope& scope) {
    TRY(const Register argument, compile(expr.child(0), scope));
    const Register target = new_register();
    return emit(in_list_step(node.values, argument, expr.type(), target), target, scope);
  }

  Result<Register> build(const AnyOrAll& node, const Expr& expr, Scope& scope) {
    TRY(const std::vector<Register> sides, compile_children(expr, scope));
    const Register target = new_register();
    return emit(any_or_all_step(*node.function, node.all, sides[0], sides[1], expr.type(), target), target, scope);
  }

  Result<Register> build(const ArrayConstructor& node, const Expr& expr, Scope& scope) {
    TRY(std::vector<Register> elements, compile_children(expr, scope));
    const Register target = new_register();
    return emit(array_step(node.nested, std::move(elements), expr.type(), target), target, scope);
  }

  Result<Register> build(const RowConstructor&, const Expr& expr, Scope& scope) {
    TRY(std::vector<Register> fields, compile_children(expr, scope));
    const Register target = new_register();
    return emit(record_step(std::move(fields), expr.type(), target), target, scope);
  }

  Result<Register> build(const FieldSelect& node, const Expr& expr, Scope& scope) {
    TRY(const Register record, compile(expr.child(0), scope));
    const Register target = new_register();
    return emit(field_step(record, node.field, expr.type(), target), target, scope);
  }

  Result<Register> build(const Subscript&, const Expr& expr, Scope& scope) {
    TRY(std::vector<Register> arguments, compile_children(expr, scope));
    const Register target = new_register();
    return emit(subscript_step(std::move(arguments), expr.type(), target), target, scope);
  }

  std::shared_ptr<ProgramPlan> plan_;
};

}  // namespace

Result<std::shared_ptr<const ProgramPlan>> compile_plan(const std::vector<ExprPtr>& outputs) {
  return Compiler().run(outputs);
}

}  // namespace millrace::expr
