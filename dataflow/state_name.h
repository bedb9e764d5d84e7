// Names the state of one operator: the same plan finds it again after a restart.
#pragma once

#include "dataflow/circuit.h"

namespace millrace::dataflow {

struct StateName {
  ObjectId view;
  NodeIndex node;

  // `part` tells the pieces of one operator's state apart.
  ArrangementId part(uint32_t part) const { return arrangement_id(view, node, part); }
};

}  // namespace millrace::dataflow
