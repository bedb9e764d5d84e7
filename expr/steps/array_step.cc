// ARRAY[...], array[i], and comparisons with the elements of an array (ANY, ALL).
#include "expr/program_plan.h"
#include "types/array.h"
#include "types/value_length.h"

namespace millrace::expr {
namespace {

// ARRAY[a, b, ...] of scalars.
class FlatArray final : public Step {
 public:
  FlatArray(std::vector<Register> elements, SqlType type, Register target)
      : elements_(std::move(elements)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    ColumnBuilder& out = frame.builder(target_, type_);
    ArrayBuilder array(SqlType(*type_.info().element, type_.typmod()));
    for (uint32_t row = 0; row < rows; ++row) {
      for (const Register element : elements_) {
        const Column& column = *frame[element];
        if (column.is_null(row)) {
          array.append_null();
        } else {
          array.append(column.slot(row));
        }
        if (array.bytes() > kValueBytesMax) break;
      }
      if (array.bytes() > kValueBytesMax) {
        frame.errors->add(row, value_too_long());
        array.clear();
      }
      out.append(array.finish(out.arena()).bytes);
    }
    frame.registers[target_] = out.finish();
  }

 private:
  const std::vector<Register> elements_;
  const SqlType type_;
  const Register target_;
};

// ARRAY[a, b, ...] of arrays: one dimension more. All have the same dimensions; a NULL counts as empty.
class NestedArray final : public Step {
 public:
  NestedArray(std::vector<Register> parts, SqlType type, Register target)
      : parts_(std::move(parts)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    ColumnBuilder& out = frame.builder(target_, type_);
    ArrayBuilder array(SqlType(*type_.info().element, type_.typmod()));
    for (uint32_t row = 0; row < rows; ++row) {
      array.clear();
      const Status joined = join(frame, row, array, out);
      if (joined) continue;
      frame.errors->add(row, joined.error());
      out.append_null();
    }
    frame.registers[target_] = out.finish();
  }

 private:
  Status join(Frame& frame, size_t row, ArrayBuilder& array, ColumnBuilder& out) const {
    std::vector<ArrayDimension> inner;
    size_t full = 0;
    for (const Register part : parts_) {
      const Column& column = *frame[part];
      if (column.is_null(row)) continue;
      const Slot slot = column.slot(row);
      const ArrayView view(slot, column.type());
      if (view.empty()) continue;
      if (full == 0) inner = view.dimensions();
      if (view.dimensions() != inner) return mismatch();
      ++full;
      for (size_t i = 0; i < view.size(); ++i) array.append_from(view, i);
      if (array.bytes() > kValueBytesMax) return value_too_long();
    }
    if (full != 0 && full != parts_.size()) return mismatch();
    if (full == 0) {
      out.append(array.finish(out.arena()).bytes);
      return {};
    }
    if (inner.size() + 1 > kMaxArrayDimensions) {
      return SqlError(sqlstate::kProgramLimitExceeded,
                      "number of array dimensions (" + std::to_string(inner.size() + 1) +
                          ") exceeds the maximum allowed (" + std::to_string(kMaxArrayDimensions) + ")");
    }
    inner.insert(inner.begin(), ArrayDimension{static_cast<int32_t>(full), 1});
    TRY(array_size(inner));
    out.append(array.finish(inner, out.arena()).bytes);
    return {};
  }

  static SqlError mismatch() {
    return SqlError(sqlstate::kArraySubscriptError,
                    "multidimensional arrays must have array expressions with matching dimensions");
  }

  const std::vector<Register> parts_;
  const SqlType type_;
  const Register target_;
};

// array[i][j]...: NULL where there is no such element.
class ElementOf final : public Step {
 public:
  ElementOf(std::vector<Register> arguments, SqlType type, Register target)
      : arguments_(std::move(arguments)), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    const ColumnPtr& arrays = frame[arguments_[0]];
    ColumnBuilder& out = frame.builder(target_, type_);
    if (type_.physical() == Physical::kBytes) out.keep_alive(arrays);
    for (size_t row = 0; row < rows; ++row) {
      const std::optional<Slot> element = find(frame, row);
      if (element) {
        append_borrowed(*element, out);
      } else {
        out.append_null();
      }
    }
    frame.registers[target_] = out.finish();
  }

 private:
  std::optional<Slot> find(const Frame& frame, size_t row) const {
    const Column& arrays = *frame[arguments_[0]];
    if (arrays.is_null(row)) return std::nullopt;
    std::array<int32_t, kMaxArrayDimensions> subscripts;
    const size_t count = arguments_.size() - 1;
    if (count > subscripts.size()) return std::nullopt;
    for (size_t i = 0; i < count; ++i) {
      const Column& subscript = *frame[arguments_[i + 1]];
      if (subscript.is_null(row)) return std::nullopt;
      subscripts[i] = subscript.value<int32_t>(row);
    }
    const Slot slot = arrays.slot(row);
    const ArrayView view(slot, arrays.type());
    const auto index = view.index_of(std::span(subscripts).first(count));
    if (!index || view.is_null(*index)) return std::nullopt;
    return view.element(*index);
  }

  const std::vector<Register> arguments_;
  const SqlType type_;
  const Register target_;
};

// left op ANY (array): OR over the elements; ALL: AND. The operator runs once over the elements of all rows.
// As with OR, elements after the deciding one do not count, nor do their errors.
class AnyOrAllStep final : public Step {
 public:
  AnyOrAllStep(const ScalarFunction& function, bool all, Register left, Register array, SqlType type, Register target)
      : function_(function), all_(all), left_(left), array_(array), type_(type), target_(target) {}

  void run(Frame& frame, size_t rows) const override {
    const Column& left = *frame[left_];
    const Column& arrays = *frame[array_];
    ColumnBuilder lefts(left.type());
    ColumnBuilder elements(SqlType(*arrays.type().info().element));
    std::vector<uint32_t> counts(rows, 0);
    for (size_t row = 0; row < rows; ++row) {
      if (arrays.is_null(row)) continue;
      const Slot slot = arrays.slot(row);
      const ArrayView view(slot, arrays.type());
      counts[row] = static_cast<uint32_t>(view.size());
      for (size_t i = 0; i < view.size(); ++i) {
        append_shared(left, row, lefts);
        if (view.is_null(i)) {
          elements.append_null();
        } else {
          elements.append_slot(view.element(i));
        }
      }
    }
    lefts.keep_alive(frame[left_]);
    ErrorSink errors;
    const size_t total = elements.size();
    const ColumnPtr arguments[] = {lefts.finish(), elements.finish()};
    ColumnBuilder answers(type_);
    if (total > 0) {
      function_.kernel({*frame.context, arguments, total, type_, errors, frame.states[target_]}, answers);
    }
    reduce(frame, arrays, counts, *answers.finish(), errors.take());
  }

 private:
  void reduce(Frame& frame, const Column& arrays, const std::vector<uint32_t>& counts, const Column& answers,
              std::vector<ErrorSink::RowError> errors) const {
    ColumnBuilder& out = frame.builder(target_, type_);
    uint32_t at = 0;
    size_t next_error = 0;
    for (uint32_t row = 0; row < counts.size(); ++row) {
      const uint32_t end = at + counts[row];
      bool unknown = arrays.is_null(row);
      bool decided = false;
      for (; at < end && !decided; ++at) {
        while (next_error < errors.size() && errors[next_error].row < at) ++next_error;
        if (next_error < errors.size() && errors[next_error].row == at) {
          frame.errors->add(row, std::move(errors[next_error].error));
          unknown = true;
          break;
        }
        if (answers.is_null(at)) {
          unknown = true;
        } else {
          decided = (answers.value<int8_t>(at) != 0) != all_;
        }
      }
      at = end;
      if (unknown && !decided) {
        out.append_null();
      } else {
        out.append(static_cast<int8_t>(decided != all_));
      }
    }
    frame.registers[target_] = out.finish();
  }

  const ScalarFunction& function_;
  const bool all_;
  const Register left_;
  const Register array_;
  const SqlType type_;
  const Register target_;
};

}  // namespace

std::unique_ptr<Step> array_step(bool nested, std::vector<Register> elements, SqlType type, Register target) {
  if (nested) return std::make_unique<NestedArray>(std::move(elements), type, target);
  return std::make_unique<FlatArray>(std::move(elements), type, target);
}

std::unique_ptr<Step> subscript_step(std::vector<Register> arguments, SqlType type, Register target) {
  return std::make_unique<ElementOf>(std::move(arguments), type, target);
}

std::unique_ptr<Step> any_or_all_step(const ScalarFunction& function, bool all, Register left, Register array,
                                      SqlType type, Register target) {
  return std::make_unique<AnyOrAllStep>(function, all, left, array, type, target);
}

}  // namespace millrace::expr
