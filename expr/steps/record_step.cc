// ROW(...) and (row).field.
#include "expr/program_plan.h"
#include "types/record.h"

namespace millrace::expr {
namespace {

class MakeRecord final : public Step {
 public:
  MakeRecord(std::vector<Register> fields, SqlType type, Register target)
      : fields_(std::move(fields)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    ColumnBuilder& out = frame.builder(target_, type_);
    std::vector<Slot> slots(fields_.size());
    std::vector<const Slot*> present(fields_.size());
    for (size_t row = 0; row < rows; ++row) {
      for (size_t i = 0; i < fields_.size(); ++i) {
        const Column& column = *frame[fields_[i]];
        present[i] = nullptr;
        if (column.is_null(row)) continue;
        slots[i] = column.slot(row);
        present[i] = &slots[i];
      }
      out.append(make_record(present, type_, out.arena()).bytes);
    }
    frame.registers[target_] = out.finish();
  }

 private:
  const std::vector<Register> fields_;
  const SqlType type_;
  const Register target_;
};

class SelectField final : public Step {
 public:
  SelectField(Register record, uint32_t field, SqlType type, Register target)
      : record_(record), field_(field), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    const ColumnPtr& records = frame[record_];
    ColumnBuilder& out = frame.builder(target_, type_);
    if (type_.physical() == Physical::kBytes) out.keep_alive(records);
    for (size_t row = 0; row < rows; ++row) {
      if (records->is_null(row)) {
        out.append_null();
        continue;
      }
      const Slot slot = records->slot(row);
      const RecordView view(slot, records->type());
      if (view.is_null(field_)) {
        out.append_null();
      } else {
        append_borrowed(view.field(field_), out);
      }
    }
    frame.registers[target_] = out.finish();
  }

 private:
  const Register record_;
  const uint32_t field_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> record_step(std::vector<Register> fields, SqlType type, Register target) {
  return std::make_unique<MakeRecord>(std::move(fields), type, target);
}

std::unique_ptr<Step> field_step(Register record, uint32_t field, SqlType type, Register target) {
  return std::make_unique<SelectField>(record, field, type, target);
}

}  // namespace millrace::expr
