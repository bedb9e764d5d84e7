// The last step of planning: the optimized plan's circuit, its key, and whether it is a point read.
#pragma once

#include "catalog/catalog.h"
#include "sql/bound_statement.h"
#include "sql/plan/rel_expr.h"

namespace millrace::sql {

// Optimizes and lowers. The circuit's key is set when one can be proven.
Result<dataflow::CircuitPlan> plan_circuit(Plan plan, ColumnTable& columns, const catalog::CatalogSnapshot& catalog);

// Recognises an equality with constants or parameters on every key column of one served relation.
std::optional<PointRead> as_point_read(const dataflow::CircuitPlan& plan, const catalog::CatalogSnapshot& catalog);

// Columns of a relation that its served index is keyed by; nullopt: it has no key but the whole row.
std::optional<std::vector<uint32_t>> served_key(const catalog::Object& relation);

// Whether anything in the circuit can change from one execution to the next.
bool is_volatile_or_now(const dataflow::CircuitPlan& plan);

}  // namespace millrace::sql
