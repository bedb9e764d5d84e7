#include "ingest/generator/generator_reader.h"

#include <algorithm>

#include "ingest/generator/generator.h"

namespace millrace::ingest {
namespace {

constexpr int32_t kPartition = 0;
constexpr double kNexmarkRate = 10'000;  // of event times, when no RATE is given

int64_t offset_of(const OffsetVector& offsets) {
  const auto found = offsets.find(kPartition);
  return found == offsets.end() ? 0 : found->second;
}

class GeneratorReader final : public SourceReader {
 public:
  GeneratorReader(const catalog::GeneratorSource& source, std::unique_ptr<Generator> generator,
                  const SourceDescription& description, const OffsetVector& from,
                  const std::optional<OffsetVector>& until, Clock& clock)
      : source_(source),
        generator_(std::move(generator)),
        clock_(clock),
        next_(offset_of(from)),
        first_(next_),
        opened_ns_(clock.monotonic_ns()),
        paced_(!until) {
    if (until) end_ = offset_of(*until);
    if (source.max_rows) end_ = std::min(end_, static_cast<int64_t>(*source.max_rows));
    for (const auto& columns : description.relations) {
      std::vector<SqlType> types;
      for (const catalog::ColumnDefinition& column : columns) types.push_back(column.type);
      outputs_.emplace_back(types);
    }
  }

  Result<SourceBatch> poll(size_t rows_max, int64_t wait_ms) override {
    SourceBatch batch;
    int64_t ready = std::min(due(), end_);
    if (ready <= next_ && next_ < end_) {
      clock_.sleep_us(std::min<int64_t>(wait_ms, kLongestNapMs) * 1000);
      ready = std::min(due(), end_);
    }
    const int64_t stop = std::min(ready, next_ + static_cast<int64_t>(rows_max));
    batch.outputs.resize(outputs_.size());
    for (; next_ < stop; ++next_) {
      generator_->append(static_cast<uint64_t>(next_), outputs_);
      ++batch.records;
      if (batch.records % kBatchRows == 0) take(batch);
    }
    take(batch);
    batch.next[kPartition] = next_;
    batch.finished = next_ >= end_;
    return batch;
  }

  std::vector<PartitionStatus> partitions() const override {
    PartitionStatus status{.partition = kPartition, .next_offset = next_, .end_offset = {}};
    if (end_ != INT64_MAX) status.end_offset = end_;
    return {status};
  }
  std::string trouble() const override { return {}; }
  bool caught_up() const override { return true; }

 private:
  static constexpr int64_t kLongestNapMs = 10;

  void take(SourceBatch& batch) {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].rows() > 0) batch.outputs[i].push_back(outputs_[i].finish());
    }
  }

  // How many events there should be by now.
  int64_t due() const {
    if (!paced_ || (!source_.rate && unpaced_kind())) return INT64_MAX;
    const double rate = source_.rate ? *source_.rate : 1e6 / static_cast<double>(source_.tick_interval_us);
    const double seconds = static_cast<double>(clock_.monotonic_ns() - opened_ns_) / 1e9;
    const auto initial = static_cast<int64_t>(generator_->initial_events());
    return std::max(first_, initial) + static_cast<int64_t>(seconds * rate);
  }

  // NEXMARK without RATE runs as fast as the engine takes it; the others tick.
  bool unpaced_kind() const { return source_.kind == catalog::GeneratorKind::kNexmark; }

  const catalog::GeneratorSource source_;
  std::unique_ptr<Generator> generator_;
  Clock& clock_;
  int64_t next_;
  const int64_t first_;
  const int64_t opened_ns_;
  const bool paced_;
  int64_t end_ = INT64_MAX;
  std::vector<DeltaBuilder> outputs_;
};

}  // namespace

Result<std::unique_ptr<SourceReader>> open_generator(const SourceDescription& description, const OffsetVector& from,
                                                     const std::optional<OffsetVector>& until, Clock& clock) {
  const auto& source = std::get<catalog::GeneratorSource>(description.source->as<catalog::Source>()->from);
  std::unique_ptr<Generator> generator;
  switch (source.kind) {
    case catalog::GeneratorKind::kCounter: generator = make_counter(); break;
    case catalog::GeneratorKind::kAuction:
      generator =
          make_auction(source.seed, source.rate ? static_cast<int64_t>(1e6 / *source.rate) : source.tick_interval_us);
      break;
    case catalog::GeneratorKind::kNexmark:
      generator = make_nexmark(source.seed, source.rate.value_or(kNexmarkRate));
      break;
    case catalog::GeneratorKind::kClock:
    case catalog::GeneratorKind::kTpch:
    case catalog::GeneratorKind::kKeyValue:
    case catalog::GeneratorKind::kBank:
      return not_supported("this load generator", "COUNTER, AUCTION and NEXMARK are built.");
  }
  return std::unique_ptr<SourceReader>(
      std::make_unique<GeneratorReader>(source, std::move(generator), description, from, until, clock));
}

}  // namespace millrace::ingest
