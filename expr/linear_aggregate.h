// From a C++ state that is a group to a row of the aggregate table.
//
//   struct Sum {                                     // zero is Sum{}
//     void add(int32_t value, int64_t weight);       // weight times the element of `value`
//     void merge(const Sum& other);
//     void negate();
//     Result<std::optional<int64_t>> finish() const; // or optional<int64_t>, or a Result
//   };
//   linear_aggregate<Sum, int32_t>("sum", "...", "...")
//
// States that own memory also have `void save(std::string&) const` and `void load(std::string_view)`.
#pragma once

#include <cstring>
#include <new>

#include "base/check.h"
#include "expr/aggregate.h"
#include "expr/algebra.h"
#include "expr/eval_context.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace typed {

template <class State, class... Arguments>
struct LinearKernels {
  static void construct(std::byte* state) { new (state) State(); }
  static void destroy(std::byte* state) { reinterpret_cast<State*>(state)->~State(); }
  static void merge(std::byte* into, const std::byte* from) {
    reinterpret_cast<State*>(into)->merge(*reinterpret_cast<const State*>(from));
  }

  static void update(const AggregateInput& input) { update_rows(input, std::index_sequence_for<Arguments...>{}); }

  static Result<std::optional<Slot>> finish(const std::byte* state, SqlType, Arena& arena) {
    auto value = reinterpret_cast<const State*>(state)->finish();
    using Returned = decltype(value);
    if constexpr (Output<Returned>::kFallible) {
      if (!value) return std::move(value).error();
      return stored(*value, arena);
    } else {
      return stored(value, arena);
    }
  }

  static void finish_rows(const AggregateOutput& output) {
    using Value = typename Output<decltype(std::declval<const State&>().finish())>::Value;
    if constexpr (RawForm<Value>::kKnown) {
      using Raw = typename RawForm<Value>::Raw;
      const size_t first = output.values.size();
      Raw* target = output.values.append_uninitialized<Raw>(output.states.size());
      for (uint32_t i = 0; i < output.states.size(); ++i) {
        const std::optional<Value> value = finished(output, i);
        target[i] = value ? RawForm<Value>::store(*value) : Raw{};
        if (!value) output.values.set_null(first + i);
      }
    } else {
      for (uint32_t i = 0; i < output.states.size(); ++i) {
        const std::optional<Value> value = finished(output, i);
        if (value) {
          append_stored(output.values, store_slot(*value, output.values.arena()));
        } else {
          output.values.append_null();
        }
      }
    }
  }

  static void save(const std::byte* state, std::string& out) {
    if constexpr (std::is_trivially_copyable_v<State>) {
      out.append(reinterpret_cast<const char*>(state), sizeof(State));
    } else {
      reinterpret_cast<const State*>(state)->save(out);
    }
  }
  static void load(std::string_view bytes, std::byte* state) {
    if constexpr (std::is_trivially_copyable_v<State>) {
      MILLRACE_CHECK(bytes.size() == sizeof(State), "aggregate state of another size");
      std::memcpy(state, bytes.data(), sizeof(State));
    } else {
      reinterpret_cast<State*>(state)->load(bytes);
    }
  }

 private:
  static auto finished(const AggregateOutput& output, uint32_t i) {
    auto value = reinterpret_cast<const State*>(output.states[i])->finish();
    using Returned = Output<decltype(value)>;
    if constexpr (Returned::kFallible) {
      if (!value) {
        output.failed.add(i, std::move(value).error());
        return std::optional<typename Returned::Value>();
      }
      return std::optional<typename Returned::Value>(*std::move(value));
    } else {
      return std::optional<typename Returned::Value>(std::move(value));
    }
  }

  template <class T>
  static std::optional<Slot> stored(const std::optional<T>& value, Arena& arena) {
    if (!value) return std::nullopt;
    return store_slot(*value, arena);
  }

  template <class T>
  static T read(const Column& column, size_t row, Slot& slot) {
    if constexpr (RawForm<T>::kKnown) {
      return RawForm<T>::load(column.value<typename RawForm<T>::Raw>(row));
    } else {
      slot = column.slot(row);
      return load_slot<T>(slot, column);
    }
  }

  template <size_t... I>
  static void update_rows(const AggregateInput& input, std::index_sequence<I...>) {
    std::array<Slot, sizeof...(Arguments) + 1> slots;
    bool has_nulls = false;
    for (const ColumnPtr& argument : input.arguments) has_nulls |= argument->has_nulls();
    for (size_t row = 0; row < input.states.size(); ++row) {
      if (has_nulls) {
        bool is_null = false;
        for (const ColumnPtr& argument : input.arguments) is_null |= argument->is_null(row);
        if (is_null) continue;
      }
      auto* state = reinterpret_cast<State*>(input.states[row]);
      state->add(read<Arguments>(*input.arguments[I], row, slots[I])...,
                 input.weights == nullptr ? int64_t{1} : input.weights[row]);
    }
  }
};

template <class State>
using FinishedValue = typename Output<decltype(std::declval<const State&>().finish())>::Value;

}  // namespace typed

template <class State, class... Arguments>
  requires LinearState<State, Arguments...>
AggregateSpec linear_aggregate(std::string name, std::string doc, std::string example) {
  using K = typed::LinearKernels<State, Arguments...>;
  AggregateSpec row;
  row.kind = FunctionKind::kAggregate;
  row.name = std::move(name);
  row.arguments = {typed::Parameter<Arguments>::kOid...};
  row.result = typed::OidOf<typed::FinishedValue<State>>::value;
  row.doc = std::move(doc);
  row.example = std::move(example);
  row.law = AggregateLaw::kLinear;
  row.state_bytes = sizeof(State);
  row.state_alignment = alignof(State);
  row.trivial = std::is_trivially_copyable_v<State>;
  row.construct = K::construct;
  row.destroy = K::destroy;
  row.update = K::update;
  row.merge = K::merge;
  row.finish = K::finish;
  row.finish_rows = K::finish_rows;
  row.save = K::save;
  row.load = K::load;
  return row;
}

}  // namespace millrace::expr
