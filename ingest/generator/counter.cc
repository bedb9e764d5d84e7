// COUNTER: 1, 2, 3, ...
#include "ingest/generator/generator.h"

namespace millrace::ingest {
namespace {

class Counter final : public Generator {
 public:
  void append(uint64_t number, std::vector<DeltaBuilder>& outputs) override {
    outputs[0].column(0).append(static_cast<int64_t>(number + 1));
    outputs[0].end_row(1);
  }
};

}  // namespace

std::unique_ptr<Generator> make_counter() { return std::make_unique<Counter>(); }

}  // namespace millrace::ingest
