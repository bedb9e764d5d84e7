// A type for each identity, so that swapped arguments do not compile.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace millrace {

template <class Tag, class Rep = uint64_t>
class StrongId {
 public:
  using rep = Rep;
  constexpr StrongId() = default;
  explicit constexpr StrongId(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_ = 0;
};

// A step of the whole database. Tick 0 is the empty database; each later tick is its predecessor
// plus one. Readers see a tick whole or not at all.
using TickId = StrongId<struct TickTag>;
constexpr TickId next(TickId tick) { return TickId(tick.value() + 1); }

// A catalogued object (table, view, source, index, schema, type). Doubles as its pg_class oid, so it
// fits 32 bits; ids below 16384 are PostgreSQL's own.
using ObjectId = StrongId<struct ObjectTag, uint32_t>;

using ColumnIndex = StrongId<struct ColumnTag, uint32_t>;
using NodeId = StrongId<struct NodeTag, uint32_t>;                // an operator of a circuit
using ArrangementId = StrongId<struct ArrangementTag, uint64_t>;  // names state on disk; never reused
using SessionId = StrongId<struct SessionTag, uint32_t>;

}  // namespace millrace

template <class Tag, class Rep>
struct std::hash<millrace::StrongId<Tag, Rep>> {
  size_t operator()(millrace::StrongId<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value()); }
};
