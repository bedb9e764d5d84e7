// From a typed lambda to a row of the function tables.
//
//   scalar("abs", [](int64_t x) -> Result<int64_t> { ... }, "Absolute value.", "abs(-3) = 3")
//
// The lambda's signature says everything, once:
//   parameter T                 a SQL type by NativeType<T>; NULL there makes the result NULL
//   parameter optional<T>       takes NULL itself
//   parameter Any<Oid>          polymorphic (anyelement, anyarray, any): a slot with its type
//   last parameter Variadic     one or more further arguments of any type, NULLs included
//   first parameter             `const EvalContext&` when it needs the session or the clock
//   `ResultType`                a parameter that hands over the call's type (modifier included)
//   `SiteCache`                 a parameter that hands over what this call site keeps, as a compiled pattern
//   `ResultArena`               a parameter that hands over where an InArena result is built
//   result T / optional<T>      NULL only when optional
//   result Result<...>          it may fail: the function is fallible
//
// A result that is built (std::string, bytes, InArena) and longer than a value may be (types/value_length.h) is the
// row's error; so such a function is fallible, and a lambda that only copies what it was given need not ask.
//
// The kernel is generated: over fixed-width types that cannot fail one branch-free loop over raw values,
// NULLs settled 64 rows at a time; otherwise a loop over the rows that are not NULL.
// Lambdas capture nothing.
#pragma once

#include <array>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "expr/scalar_function.h"
#include "types/array.h"
#include "types/native_type.h"
#include "types/value_length.h"

namespace millrace::expr {

// A value of a polymorphic parameter or result. Borrows like a Slot.
template <uint32_t TypeOid>
struct Any {
  Slot slot;
  SqlType type;
};
using AnyElement = Any<oid::kAnyElement>;
using AnyArray = Any<oid::kAnyArray>;
using AnyValue = Any<oid::kAny>;

// The arguments beyond the named ones; nullopt is NULL.
template <uint32_t TypeOid>
struct Variadic {
  std::span<const std::optional<AnyValue>> values;
};

// The type the call was resolved to.
struct ResultType {
  SqlType type;
};

// Where long results are built.
struct ResultArena {
  Arena& arena;
};

// A result of a type without a C++ form (an array, a polymorphic one) that lies in the ResultArena, or is
// short: it is not copied again.
template <uint32_t TypeOid>
struct InArena {
  Slot slot;
};

// Where a call site keeps one T between rows and batches.
struct SiteCache {
  CallState& state;

  // The T that make() made before, if `still_good` says so, else a fresh one from make().
  template <class T, class StillGood, class Make>
  Result<const T*> get(StillGood still_good, Make make) const {
    if (state == nullptr || !still_good(*static_cast<const T*>(state.get()))) {
      Result<std::shared_ptr<T>> made = make();
      if (!made) return std::move(made).error();
      state = *std::move(made);
    }
    return static_cast<const T*>(state.get());
  }
};

namespace typed {

// How values of T lie in a column, where that is known at compile time: loops need it.
template <class T>
struct RawForm {
  static constexpr bool kKnown = false;
};
template <class T, class Stored = T>
struct ArithmeticForm {
  static constexpr bool kKnown = true;
  using Raw = Stored;
  static T load(Stored raw) { return static_cast<T>(raw); }
  static Stored store(T value) { return static_cast<Stored>(value); }
};
template <>
struct RawForm<bool> : ArithmeticForm<bool, int8_t> {
  static bool load(int8_t raw) { return raw != 0; }
};
template <>
struct RawForm<int16_t> : ArithmeticForm<int16_t> {};
template <>
struct RawForm<int32_t> : ArithmeticForm<int32_t> {};
template <>
struct RawForm<int64_t> : ArithmeticForm<int64_t> {};
template <>
struct RawForm<float> : ArithmeticForm<float> {};
template <>
struct RawForm<double> : ArithmeticForm<double> {};

// --- Parameters ---

enum class Role { kContext, kResultType, kSiteCache, kArena, kValue, kOptional, kVariadic };

template <class P>
struct Parameter {
  static constexpr Role kRole = Role::kValue;
  static constexpr uint32_t kOid = NativeType<P>::kOid;
  using Value = P;
};
template <>
struct Parameter<EvalContext> {
  static constexpr Role kRole = Role::kContext;
};
template <>
struct Parameter<ResultType> {
  static constexpr Role kRole = Role::kResultType;
};
template <>
struct Parameter<SiteCache> {
  static constexpr Role kRole = Role::kSiteCache;
};
template <>
struct Parameter<ResultArena> {
  static constexpr Role kRole = Role::kArena;
};
template <uint32_t TypeOid>
struct Parameter<Any<TypeOid>> {
  static constexpr Role kRole = Role::kValue;
  static constexpr uint32_t kOid = TypeOid;
  using Value = Any<TypeOid>;
};
template <class T>
struct Parameter<std::optional<T>> : Parameter<T> {
  static constexpr Role kRole = Role::kOptional;
};
template <uint32_t TypeOid>
struct Parameter<Variadic<TypeOid>> {
  static constexpr Role kRole = Role::kVariadic;
  static constexpr uint32_t kOid = TypeOid;
};

template <class P>
constexpr bool takes_argument = Parameter<P>::kRole == Role::kValue || Parameter<P>::kRole == Role::kOptional ||
                                Parameter<P>::kRole == Role::kVariadic;

// --- Results ---

template <class R>
struct Output {
  using Value = R;
  static constexpr bool kFallible = false;
  static constexpr bool kNullable = false;
};
template <class R>
struct Output<std::optional<R>> : Output<R> {
  static constexpr bool kNullable = true;
};
template <class R>
struct Output<Result<R>> : Output<R> {
  static constexpr bool kFallible = true;
};

template <class T>
struct OidOf {
  static constexpr uint32_t value = NativeType<T>::kOid;
};
template <uint32_t TypeOid>
struct OidOf<Any<TypeOid>> {
  static constexpr uint32_t value = TypeOid;
};

template <uint32_t TypeOid>
struct OidOf<InArena<TypeOid>> {
  static constexpr uint32_t value = TypeOid;
};

template <uint32_t TypeOid>
Slot store_slot(const InArena<TypeOid>& value, Arena&) {
  return value.slot;
}

template <class T>
Slot store_slot(const T& value, Arena& arena) {
  if constexpr (requires {
                  value.slot;
                  value.type;
                }) {
    return value.type.physical() == Physical::kBytes ? Slot::copy_bytes(value.slot.view(), arena) : value.slot;
  } else {
    return NativeType<T>::store(value, arena);
  }
}

// Whether results are built for it, and so may be too long; else they are short, or part of an argument.
template <class T>
constexpr bool kIsBuilt = std::is_same_v<T, std::string> || requires(T v) { v.bytes.size(); } ||
                          (requires(T v) { v.slot; } && !requires(T v) { v.type; });

// Bytes of a result that was built for it; 0 of one that is part of an argument.
template <class T>
size_t built_bytes(const T& value, Physical physical) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value.size();
  } else if constexpr (requires { value.bytes.size(); }) {
    return value.bytes.size();
  } else if constexpr (requires { value.slot; }) {
    return physical == Physical::kBytes ? value.slot.bytes.size() : 0;
  } else {
    return 0;
  }
}

template <class T>
T load_slot(const Slot& slot, const Column& column) {
  if constexpr (requires(T v) {
                  v.slot;
                  v.type;
                }) {
    return T{slot, column.type()};
  } else {
    return NativeType<T>::load(slot);
  }
}

// Appends without copying what already lies in the builder's arena.
inline void append_stored(ColumnBuilder& out, const Slot& slot) {
  switch (out.type().physical()) {
    case Physical::kInt8: out.append(slot.i8); break;
    case Physical::kInt16: out.append(slot.i16); break;
    case Physical::kInt32: out.append(slot.i32); break;
    case Physical::kInt64: out.append(slot.i64); break;
    case Physical::kFloat32: out.append(slot.f32); break;
    case Physical::kFloat64: out.append(slot.f64); break;
    case Physical::kFixed16: out.append(slot.fixed); break;
    case Physical::kBytes: out.append(slot.bytes); break;
  }
}

template <class F>
struct LambdaTraits : LambdaTraits<decltype(&F::operator())> {};
template <class F, class R, class... Ps>
struct LambdaTraits<R (F::*)(Ps...) const> {
  using Return = R;
  using Parameters = std::tuple<std::remove_cvref_t<Ps>...>;
};

template <class F, class Parameters = typename LambdaTraits<F>::Parameters>
struct Kernel;

template <class F, class... Ps>
struct Kernel<F, std::tuple<Ps...>> {
  using Out = Output<typename LambdaTraits<F>::Return>;
  using OutValue = typename Out::Value;
  static constexpr size_t kParameters = sizeof...(Ps);
  static constexpr bool kStrict =
      ((Parameter<Ps>::kRole != Role::kOptional && Parameter<Ps>::kRole != Role::kVariadic) && ...);
  static constexpr bool kVariadic = ((Parameter<Ps>::kRole == Role::kVariadic) || ...);

  template <class P>
  static constexpr bool is_raw() {
    if constexpr (Parameter<P>::kRole != Role::kValue) {
      return false;
    } else {
      return RawForm<typename Parameter<P>::Value>::kKnown;
    }
  }
  static constexpr bool kAllRaw = (is_raw<Ps>() && ...) && RawForm<OutValue>::kKnown && kParameters >= 1;
  static constexpr bool kBranchFree = kAllRaw && !Out::kFallible && !Out::kNullable;

  static void run(const KernelCall& call, ColumnBuilder& out) {
    if constexpr (kBranchFree) {
      run_branch_free(call, out, std::index_sequence_for<Ps...>{});
    } else if constexpr (kAllRaw) {
      run_raw(call, out, std::index_sequence_for<Ps...>{});
    } else {
      run_rows<false>(call, out, std::index_sequence_for<Ps...>{});
    }
  }

  // The same where the last argument is an array of the variadic ones; NULL when it is.
  static void run_spread(const KernelCall& call, ColumnBuilder& out) {
    run_rows<true>(call, out, std::index_sequence_for<Ps...>{});
  }

 private:
  // A raw argument: its values, and 0 or 1 as the step from row to row.
  template <class P>
  struct RawArgument {
    using Form = RawForm<typename Parameter<P>::Value>;
    explicit RawArgument(const Column& column)
        : values(&column.value<typename Form::Raw>(0)), step(column.is_constant() ? 0 : 1) {}
    const typename Form::Raw* values;
    size_t step;
  };

  template <size_t... I>
  static void run_branch_free(const KernelCall& call, ColumnBuilder& out, std::index_sequence<I...>) {
    using OutForm = RawForm<OutValue>;
    const F f{};
    auto* target = out.append_uninitialized<typename OutForm::Raw>(call.rows);
    if (call.rows == 0) return;
    const auto loop = [&](auto... values) {
      for (size_t row = 0; row < call.rows; ++row) target[row] = OutForm::store(f(values(row)...));
    };
    const auto flat = []<class P>(const RawArgument<P>& a) {
      return [values = a.values](size_t row) { return RawArgument<P>::Form::load(values[row]); };
    };
    const auto fixed = []<class P>(const RawArgument<P>& a) {
      return [value = RawArgument<P>::Form::load(a.values[0])](size_t) { return value; };
    };
    const std::tuple<RawArgument<Ps>...> raw{RawArgument<Ps>(*call.arguments[I])...};
    if constexpr (kParameters == 2) {  // the shapes that matter are loops the compiler vectorises
      const auto& [a, b] = raw;
      if (a.step == 1 && b.step == 1) {
        loop(flat(a), flat(b));
      } else if (a.step == 1) {
        loop(flat(a), fixed(b));
      } else if (b.step == 1) {
        loop(fixed(a), flat(b));
      } else {
        loop(fixed(a), fixed(b));
      }
    } else if constexpr (kParameters == 1) {
      const auto& [a] = raw;
      a.step == 1 ? loop(flat(a)) : loop(fixed(a));
    } else {
      for (size_t row = 0; row < call.rows; ++row) {
        target[row] =
            OutForm::store(f(RawArgument<Ps>::Form::load(std::get<I>(raw).values[row * std::get<I>(raw).step])...));
      }
    }
    for (const ColumnPtr& argument : call.arguments) null_where_null(*argument, call.rows, out);
  }

  // Fixed width, but a row may fail or be NULL: rows with a NULL argument are passed over.
  template <size_t... I>
  static void run_raw(const KernelCall& call, ColumnBuilder& out, std::index_sequence<I...>) {
    using OutForm = RawForm<OutValue>;
    const F f{};
    auto* target = out.append_uninitialized<typename OutForm::Raw>(call.rows);
    if (call.rows == 0) return;
    const bool has_nulls = (call.arguments[I]->has_nulls() || ...);
    const std::tuple<RawArgument<Ps>...> raw{RawArgument<Ps>(*call.arguments[I])...};
    for (size_t row = 0; row < call.rows; ++row) {
      target[row] = {};
      if (has_nulls && (call.arguments[I]->is_null(row) || ...)) {
        out.set_null(row);
        continue;
      }
      auto result = f(RawArgument<Ps>::Form::load(std::get<I>(raw).values[row * std::get<I>(raw).step])...);
      const OutValue* value = nullptr;
      if constexpr (Out::kFallible) {
        if (!result) [[unlikely]] {
          call.errors.add(static_cast<uint32_t>(row), std::move(result).error());
        } else if constexpr (Out::kNullable) {
          if (*result) value = &**result;
        } else {
          value = &*result;
        }
      } else if (result) {
        value = &*result;
      }
      if (value != nullptr) {
        target[row] = OutForm::store(*value);
      } else {
        out.set_null(row);
      }
    }
  }

  static void null_where_null(const Column& argument, size_t rows, ColumnBuilder& out) {
    if (!argument.has_nulls()) return;
    if (!argument.is_constant()) {
      out.set_null_where(argument.validity());
      return;
    }
    for (size_t row = 0; row < rows; ++row) out.set_null(row);
  }

  // Position of parameter i among the call's arguments.
  template <size_t I>
  static constexpr size_t argument_index() {
    constexpr bool takes[] = {takes_argument<Ps>...};
    size_t index = 0;
    for (size_t i = 0; i < I; ++i) index += takes[i];
    return index;
  }

  template <size_t I>
  using ParameterAt = std::tuple_element_t<I, std::tuple<Ps...>>;

  template <size_t I>
  static bool null_argument(const KernelCall& call, size_t row) {
    using P = ParameterAt<I>;
    if constexpr (Parameter<P>::kRole == Role::kValue) {
      return call.arguments[argument_index<I>()]->is_null(row);
    } else {
      return false;
    }
  }

  static void add_elements(const Slot& slot, SqlType type, std::vector<std::optional<AnyValue>>& rest) {
    const ArrayView array(slot, type);
    for (size_t i = 0; i < array.size(); ++i) {
      rest.push_back(array.is_null(i) ? std::nullopt : std::optional(AnyValue{array.element(i), array.element_type()}));
    }
  }

  // Reads parameter I of a row. `slot` holds what a view may point into while the lambda runs.
  template <size_t I, bool kSpread>
  static auto read(const KernelCall& call, size_t row, Slot& slot, std::vector<std::optional<AnyValue>>& rest,
                   Arena& arena) {
    using P = ParameterAt<I>;
    if constexpr (Parameter<P>::kRole == Role::kContext) {
      return std::cref(call.context);
    } else if constexpr (Parameter<P>::kRole == Role::kResultType) {
      return ResultType{call.result_type};
    } else if constexpr (Parameter<P>::kRole == Role::kSiteCache) {
      return SiteCache{call.state};
    } else if constexpr (Parameter<P>::kRole == Role::kArena) {
      return ResultArena{arena};
    } else if constexpr (Parameter<P>::kRole == Role::kVariadic) {
      rest.clear();
      if constexpr (kSpread) {
        slot = call.arguments.back()->slot(row);  // short arrays lie in it
        add_elements(slot, call.arguments.back()->type(), rest);
        return P{rest};
      }
      for (size_t i = argument_index<I>(); i < call.arguments.size(); ++i) {
        const Column& column = *call.arguments[i];
        rest.push_back(column.is_null(row) ? std::nullopt : std::optional(AnyValue{column.slot(row), column.type()}));
      }
      return P{rest};
    } else {
      using V = typename Parameter<P>::Value;
      const Column& column = *call.arguments[argument_index<I>()];
      if constexpr (Parameter<P>::kRole == Role::kOptional) {
        if (column.is_null(row)) return std::optional<V>();
      }
      if constexpr (RawForm<V>::kKnown) {
        return P(RawForm<V>::load(column.value<typename RawForm<V>::Raw>(row)));
      } else {
        slot = column.slot(row);
        return P(load_slot<V>(slot, column));
      }
    }
  }

  template <bool kSpread, size_t... I>
  static void run_rows(const KernelCall& call, ColumnBuilder& out, std::index_sequence<I...>) {
    const F f{};
    out.reserve(call.rows);
    std::array<Slot, kParameters + 1> slots;
    [[maybe_unused]] std::vector<std::optional<AnyValue>> rest;
    for (size_t row = 0; row < call.rows; ++row) {
      if ((null_argument<I>(call, row) || ...) || (kSpread && call.arguments.back()->is_null(row))) {
        out.append_null();
        continue;
      }
      auto result = f(read<I, kSpread>(call, row, slots[I], rest, out.arena())...);
      if constexpr (Out::kFallible) {
        if (!result) [[unlikely]] {
          call.errors.add(static_cast<uint32_t>(row), std::move(result).error());
          out.append_null();
        } else {
          append_value(*result, call, row, out);
        }
      } else {
        append_value(result, call, row, out);
      }
    }
  }

  template <class T>
  static void append_value(const T& value, const KernelCall& call, size_t row, ColumnBuilder& out) {
    if constexpr (Out::kNullable) {
      if (!value) {
        out.append_null();
        return;
      }
      append_present(*value, call, row, out);
    } else {
      append_present(value, call, row, out);
    }
  }

  static void append_present(const OutValue& value, [[maybe_unused]] const KernelCall& call,
                             [[maybe_unused]] size_t row, ColumnBuilder& out) {
    if constexpr (RawForm<OutValue>::kKnown) {
      out.append(RawForm<OutValue>::store(value));
    } else if (built_bytes(value, out.type().physical()) > kValueBytesMax) [[unlikely]] {
      call.errors.add(static_cast<uint32_t>(row), value_too_long());
      out.append_null();
    } else {
      append_stored(out, store_slot(value, out.arena()));
    }
  }

 public:
  static std::vector<uint32_t> argument_oids() {
    std::vector<uint32_t> oids;
    ((takes_argument<Ps> ? add_oid<Ps>(oids) : void()), ...);
    return oids;
  }

 private:
  template <class P>
  static void add_oid(std::vector<uint32_t>& oids) {
    if constexpr (takes_argument<P>) oids.push_back(Parameter<P>::kOid);
  }
};

}  // namespace typed

// A function row. Volatility is immutable unless said otherwise by stable() or is_volatile(); a lambda that
// takes the EvalContext is stable.
template <class F>
ScalarFunction scalar(std::string name, F, std::string doc, std::string example) {
  using K = typed::Kernel<F>;
  ScalarFunction row;
  row.kind = FunctionKind::kFunction;
  row.name = std::move(name);
  row.arguments = K::argument_oids();
  row.result = typed::OidOf<typename K::OutValue>::value;
  row.variadic = K::kVariadic;
  row.strict = K::kStrict;
  row.fallible = K::Out::kFallible || typed::kIsBuilt<typename K::OutValue>;
  row.kernel = &K::run;
  if constexpr (K::kVariadic) row.spread_kernel = &K::run_spread;
  row.doc = std::move(doc);
  row.example = std::move(example);
  using Parameters = typename typed::LambdaTraits<F>::Parameters;
  if constexpr (std::tuple_size_v<Parameters> > 0) {
    if constexpr (std::is_same_v<std::tuple_element_t<0, Parameters>, EvalContext>)
      row.volatility = Volatility::kStable;
  }
  return row;
}

// An operator row: one operand prefix, two infix.
template <class F>
ScalarFunction op(std::string name, F f, std::string doc, std::string example) {
  ScalarFunction row = scalar(std::move(name), f, std::move(doc), std::move(example));
  row.kind = FunctionKind::kOperator;
  return row;
}

inline ScalarFunction immutable(ScalarFunction row) {
  row.volatility = Volatility::kImmutable;
  return row;
}
inline ScalarFunction stable(ScalarFunction row) {
  row.volatility = Volatility::kStable;
  return row;
}
inline ScalarFunction is_volatile(ScalarFunction row) {
  row.volatility = Volatility::kVolatile;
  return row;
}
// The same function for other types of the same physical form: varchar for text, oid for int4.
ScalarFunction retyped(ScalarFunction row, std::vector<uint32_t> arguments, uint32_t result);

}  // namespace millrace::expr
