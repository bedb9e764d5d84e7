// The algebra that incremental aggregation rests on, as concepts: an aggregate says which laws its
// state obeys, and the compiler refuses one that claims too much.
#pragma once

#include <concepts>

namespace millrace::expr {

// merge() is associative and commutative, a default-constructed state is its zero:
//   merge(a, merge(b, c)) = merge(merge(a, b), c)     merge(a, b) = merge(b, a)     merge(a, 0) = a
template <class State>
concept Monoid = std::default_initializable<State> && requires(State& into, const State& from) {
  { into.merge(from) } -> std::same_as<void>;
};

// A monoid in which everything has an inverse, exactly: merge(a, negated(a)) = 0. A retraction is then
// an addition, no operator needs the rows it came from, and nothing drifts.
template <class State>
concept Group = Monoid<State> && requires(State& state) {
  { state.negate() } -> std::same_as<void>;
};

// A group whose elements are made from weighted rows: add(v, w) is w times the element of v, so
// add(v, 1) then add(v, -1) is zero.
template <class State, class... Arguments>
concept LinearState = Group<State> && requires(State& state, Arguments... arguments, long weight) {
  { state.add(arguments..., weight) } -> std::same_as<void>;
};

}  // namespace millrace::expr
