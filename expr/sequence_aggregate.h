// From a function over rows in order to a row of the aggregate table.
#pragma once

#include <string>

#include "expr/aggregate.h"
#include "expr/ordered_rows.h"

namespace millrace::expr {

using SequenceRead = Result<std::optional<Slot>> (*)(const SequenceCall& call);

inline AggregateSpec sequence_aggregate(std::string name, std::vector<uint32_t> arguments, uint32_t result,
                                        SequenceRead read, std::string doc, std::string example) {
  AggregateSpec row;
  row.kind = FunctionKind::kAggregate;
  row.name = std::move(name);
  row.arguments = std::move(arguments);
  row.result = result;
  row.doc = std::move(doc);
  row.example = std::move(example);
  row.law = AggregateLaw::kSequence;
  row.read = read;
  return row;
}

inline AggregateSpec of_whole_group(AggregateSpec row) {
  row.whole_group = true;
  return row;
}

}  // namespace millrace::expr
