#include "dataflow/operators/stateful_call.h"

#include "dataflow/operators/kept_rows.h"

namespace millrace::dataflow {

using expr::AggregateLaw;
using expr::SequenceForm;

bool sees_distinct(const AggregateCall& call) {
  return (call.distinct || call.spec->form == SequenceForm::kDistinct) && call.spec->law != AggregateLaw::kOrdered;
}

size_t state_pieces(const AggregateCall& call) {
  const expr::AggregateSpec& spec = *call.spec;
  const bool counts = sees_distinct(call);
  const bool keeps_rows = spec.law == AggregateLaw::kOrdered || spec.law == AggregateLaw::kSequence;
  return (counts ? 2U : 0U) + (keeps_rows ? 2U : 0U);
}

std::unique_ptr<StatefulCall> make_stateful_call(const AggregateCall& call, const Columns& group,
                                                 const std::vector<SqlType>& input_types, StateParts& parts,
                                                 KeptRowsPool& pool) {
  switch (call.spec->law) {
    case AggregateLaw::kOrdered: return make_extreme_call(call, group, pool.get(call, group, input_types, parts));
    case AggregateLaw::kSequence:
      if (call.spec->form == SequenceForm::kByFrequency) return make_frequency_call(call, group, input_types, parts);
      return make_sequence_call(call, group, pool.get(call, group, input_types, parts));
    case AggregateLaw::kLinear: break;
  }
  return nullptr;
}

}  // namespace millrace::dataflow
