#include "expr/program.h"

#include "expr/program_compiler.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {

void append_shared(const Column& column, size_t row, ColumnBuilder& out) {
  if (column.is_null(row)) {
    out.append_null();
    return;
  }
  switch (physical_bytes(out.type().physical())) {
    case 1: out.append(column.value<uint8_t>(row)); break;
    case 2: out.append(column.value<uint16_t>(row)); break;
    case 4: out.append(column.value<uint32_t>(row)); break;
    case 8: out.append(column.value<uint64_t>(row)); break;
    default: out.append(column.value<Fixed16>(row)); break;
  }
}

void append_borrowed(const Slot& slot, ColumnBuilder& out) { typed::append_stored(out, slot); }

const ColumnPtr& Block::run(Frame& frame, std::span<const uint32_t> selection, size_t rows) const {
  const bool all = selection.size() == rows;
  for (const Import& import : imports) {
    const ColumnPtr& outer = frame[import.outer];
    if (all || outer->is_constant()) {
      frame.registers[import.inner] = outer;
      continue;
    }
    ColumnBuilder& gathered = frame.builder(import.inner, outer->type());
    gathered.append_rows(outer, selection);
    frame.registers[import.inner] = gathered.finish();
  }
  const ErrorSink::Selected selected(*frame.errors, selection);
  run_steps(frame, selection.size());
  return frame[result];
}

struct ExprProgram::Instance {
  explicit Instance(std::shared_ptr<const ProgramPlan> shared) : plan(std::move(shared)) {
    frame.registers = plan->initial;
    frame.builders.resize(plan->initial.size());
    frame.states.resize(plan->initial.size());
  }

  // Lets go of this batch's columns, so that their buffers can be used again once the caller does.
  void release() {
    for (size_t i = 0; i < frame.registers.size(); ++i) {
      if (plan->initial[i] == nullptr) frame.registers[i].reset();
    }
  }

  std::shared_ptr<const ProgramPlan> plan;
  Frame frame;
};

ExprProgram::ExprProgram(std::unique_ptr<Instance> instance) : instance_(std::move(instance)) {}
ExprProgram::~ExprProgram() = default;
ExprProgram::ExprProgram(ExprProgram&&) noexcept = default;
ExprProgram& ExprProgram::operator=(ExprProgram&&) noexcept = default;

Result<ExprProgram> ExprProgram::compile(const std::vector<ExprPtr>& outputs) {
  TRY(auto plan, compile_plan(outputs));
  return ExprProgram(std::make_unique<Instance>(std::move(plan)));
}

ExprProgram ExprProgram::clone() const { return ExprProgram(std::make_unique<Instance>(instance_->plan)); }

size_t ExprProgram::output_count() const { return instance_->plan->outputs.size(); }
SqlType ExprProgram::output_type(size_t index) const { return instance_->plan->output_types[index]; }

void ExprProgram::evaluate(const DeltaBatch& batch, const EvalContext& context, std::vector<ColumnPtr>& results,
                           ErrorSink& errors) {
  results.clear();
  const ProgramPlan& plan = *instance_->plan;
  const size_t rows = batch.rows();
  if (rows == 0) {
    for (const SqlType type : plan.output_types) results.push_back(ColumnBuilder(type).finish());
    return;
  }
  Frame& frame = instance_->frame;
  frame.context = &context;
  frame.batch = &batch;
  frame.errors = &errors;
  plan.root.run_steps(frame, rows);
  for (size_t i = 0; i < plan.outputs.size(); ++i) {
    const ColumnPtr& column = frame[plan.outputs[i]];
    if (!column->is_constant() || column->size() == rows) {
      results.push_back(column);
      continue;
    }
    const bool is_null = column->is_null(0);
    const Slot slot = is_null ? Slot() : column->slot(0);
    results.push_back(Column::constant(column->type(), rows, is_null ? nullptr : &slot));
  }
  instance_->release();
}

void ExprProgram::filter(const DeltaBatch& batch, const EvalContext& context, std::vector<uint32_t>& rows,
                         ErrorSink& errors) {
  std::vector<ColumnPtr> results;
  evaluate(batch, context, results, errors);
  rows.clear();
  const Column& condition = *results[0];
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    if (!condition.is_null(row) && condition.value<int8_t>(row) != 0) rows.push_back(row);
  }
}

Result<Value> evaluate_one(const ExprPtr& expr, const EvalContext& context) {
  TRY(ExprProgram program, ExprProgram::compile({expr}));
  std::vector<ColumnPtr> results;
  ErrorSink errors;
  program.evaluate(DeltaBatch(1, {}), context, results, errors);
  if (!errors.empty()) return errors.take_first();
  const Column& column = *results[0];
  return column.is_null(0) ? Value::null(expr->type()) : Value(expr->type(), column.slot(0));
}

}  // namespace millrace::expr
