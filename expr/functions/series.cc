// generate_series over integers.
#include "expr/table_function.h"
#include "types/native_type.h"

namespace millrace::expr {
namespace {

template <class T>
class IntegerSeries final : public RowStream {
 public:
  IntegerSeries(T start, T stop, T step) : next_(start), stop_(stop), step_(step) {}

  Result<bool> next(size_t rows, DeltaBuilder& out) override {
    for (size_t i = 0; i < rows; ++i) {
      if (done_ || (step_ > 0 ? next_ > stop_ : next_ < stop_)) return false;
      out.column(0).append(next_);
      out.end_row(1);
      done_ = __builtin_add_overflow(next_, step_, &next_);  // the last value of the type ends it too
    }
    return true;
  }

 private:
  T next_;
  const T stop_;
  const T step_;
  bool done_ = false;
};

template <class T>
Result<std::unique_ptr<RowStream>> open_series(const TableCall& call) {
  const auto argument = [&](size_t i) { return NativeType<T>::load(call.arguments[i].slot()); };
  const T step = call.arguments.size() > 2 ? argument(2) : T{1};
  if (step == 0) return SqlError(sqlstate::kInvalidParameterValue, "step size cannot equal zero");
  return std::unique_ptr<RowStream>(new IntegerSeries<T>(argument(0), argument(1), step));
}

template <class T>
std::vector<CompositeField> series_column(std::span<const SqlType>) {
  return {{"generate_series", type_of(NativeType<T>::kOid)}};
}

template <class T>
TableFunction series(size_t arguments) {
  TableFunction row;
  row.name = "generate_series";
  row.arguments.assign(arguments, NativeType<T>::kOid);
  row.result = NativeType<T>::kOid;
  row.columns = series_column<T>;
  row.open = open_series<T>;
  row.doc =
      arguments == 2 ? "Every integer from the first to the second." : "From the first to the second by the third.";
  row.example = "(SELECT count(*) FROM generate_series(1, 3)) = 3";
  return row;
}

}  // namespace

std::vector<TableFunction> series_functions() {
  return {series<int32_t>(2), series<int32_t>(3), series<int64_t>(2), series<int64_t>(3)};
}

}  // namespace millrace::expr
