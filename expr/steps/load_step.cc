// Columns of the batch, and parameters.
#include "expr/program_plan.h"

namespace millrace::expr {
namespace {

class LoadColumn final : public Step {
 public:
  LoadColumn(uint32_t index, Register target) : index_(index), target_(target) {}
  void run(Frame& frame, size_t) const override {
    MILLRACE_CHECK(index_ < frame.batch->column_count(), "the batch lacks a column");
    frame.registers[target_] = frame.batch->column_ptr(index_);
  }

 private:
  const uint32_t index_;
  const Register target_;
};

class LoadParameter final : public Step {
 public:
  LoadParameter(uint32_t number, SqlType type, Register target) : number_(number), type_(type), target_(target) {}
  void run(Frame& frame, size_t rows) const override {
    const auto values = frame.context->parameters;
    MILLRACE_CHECK(number_ >= 1 && number_ <= values.size(), "no value for a parameter");
    const Value& value = values[number_ - 1];
    MILLRACE_CHECK(value.type().physical() == type_.physical(), "parameter of another type");
    const Slot slot = value.is_null() ? Slot() : value.slot();
    frame.registers[target_] = Column::constant(type_, rows, value.is_null() ? nullptr : &slot);
  }

 private:
  const uint32_t number_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> load_column_step(uint32_t index, Register target) {
  return std::make_unique<LoadColumn>(index, target);
}

std::unique_ptr<Step> load_parameter_step(uint32_t number, SqlType type, Register target) {
  return std::make_unique<LoadParameter>(number, type, target);
}

}  // namespace millrace::expr
