// Tests whose result is a boolean of each row alone: NOT, IS NULL, IS DISTINCT FROM, IN (constants).
#include "expr/constant_set.h"
#include "expr/program_plan.h"
#include "types/record.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

// `test(frame, row)` gives 0, 1 or kUnknown.
constexpr int8_t kUnknown = 2;

template <class Test>
class TestStep final : public Step {
 public:
  TestStep(Test test, SqlType type, Register target) : test_(std::move(test)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    ColumnBuilder& out = frame.builder(target_, type_);
    int8_t* target = out.append_uninitialized<int8_t>(rows);
    for (size_t row = 0; row < rows; ++row) target[row] = test_(frame, row);
    for (size_t row = 0; row < rows; ++row) {
      if (target[row] != kUnknown) continue;
      target[row] = 0;
      out.set_null(row);
    }
    frame.registers[target_] = out.finish();
  }

 private:
  const Test test_;
  const SqlType type_;
  const Register target_;
};

template <class Test>
std::unique_ptr<Step> test_step(Test test, SqlType type, Register target) {
  return std::make_unique<TestStep<Test>>(std::move(test), type, target);
}

}  // namespace

std::unique_ptr<Step> not_step(Register argument, SqlType type, Register target) {
  return test_step(
      [argument](const Frame& frame, size_t row) -> int8_t {
        const Column& column = *frame[argument];
        return column.is_null(row) ? kUnknown : column.value<int8_t>(row) == 0;
      },
      type, target);
}

std::unique_ptr<Step> is_null_step(Register argument, SqlType type, Register target) {
  return test_step(
      [argument](const Frame& frame, size_t row) -> int8_t {
        const Column& column = *frame[argument];
        if (column.is_null(row)) return 1;
        if (column.type().info().fields.empty()) return 0;
        const Slot slot = column.slot(row);
        const RecordView record(slot, column.type());
        for (size_t i = 0; i < record.size(); ++i) {
          if (!record.is_null(i)) return 0;
        }
        return 1;
      },
      type, target);
}

std::unique_ptr<Step> is_distinct_step(Register left, Register right, SqlType type, Register target) {
  return test_step(
      [left, right](const Frame& frame, size_t row) -> int8_t {
        const Column& a = *frame[left];
        const Column& b = *frame[right];
        if (a.is_null(row) || b.is_null(row)) return a.is_null(row) != b.is_null(row);
        return a.type().info().compare(a.slot(row), b.slot(row), a.type()) != 0;
      },
      type, target);
}

std::unique_ptr<Step> in_list_step(std::shared_ptr<const ConstantSet> values, Register argument, SqlType type,
                                   Register target) {
  return test_step(
      [values = std::move(values), argument](const Frame& frame, size_t row) -> int8_t {
        const Column& column = *frame[argument];
        if (column.is_null(row)) return values->values().empty() ? int8_t{0} : kUnknown;
        if (values->contains(column.slot(row))) return 1;
        return values->has_null() ? kUnknown : int8_t{0};
      },
      type, target);
}

}  // namespace millrace::expr
