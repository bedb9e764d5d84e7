// The ten greatest values of each key, with deletions.
#include "bench/grouped_rows.h"

namespace millrace::bench {
namespace {

using namespace dataflow;

class TopK final : public GroupedRows {
 public:
  using GroupedRows::GroupedRows;

 private:
  CircuitPlan plan() const override {
    PlanWriter plan;
    const NodeIndex rows = plan.input(kLeft, types());
    TopKNode top;
    top.input = rows;
    top.partition = {0};
    top.order = {{.column = 1, .descending = true}};
    top.limit = 10;
    plan.add(std::move(top), types());
    return plan.finish();
  }
};

}  // namespace

std::unique_ptr<Workload> make_top_k(const Options& options) {
  return std::make_unique<TopK>(options, options.workload == "top_k_sliding");
}

}  // namespace millrace::bench
