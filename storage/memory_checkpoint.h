// A checkpoint in a map: the test double of checkpoint.h. For tests and simulation.
#pragma once

#include <map>
#include <string>

#include "storage/checkpoint.h"
#include "storage/segment_image.h"

namespace millrace::storage {

struct MemoryCheckpoint {
  TickId tick;
  std::map<std::pair<ArrangementId, SegmentId>, std::string> segments;
  std::map<std::string, std::string, std::less<>> blobs;
  size_t puts = 0;  // since the beginning
};

class MemoryCheckpointWriter final : public CheckpointWriter {
 public:
  MemoryCheckpointWriter(MemoryCheckpoint& target, TickId tick) : target_(&target), next_(target) {
    next_.tick = tick;
    next_.blobs.clear();
  }

  TickId tick() const override { return next_.tick; }
  Status put_segment(ArrangementId arrangement, SegmentId segment, std::string_view bytes) override {
    next_.segments[{arrangement, segment}] = bytes;
    ++next_.puts;
    return {};
  }
  Status erase_segment(ArrangementId arrangement, SegmentId segment) override {
    next_.segments.erase({arrangement, segment});
    return {};
  }
  void drop_arrangement(ArrangementId arrangement) override {
    std::erase_if(next_.segments, [&](const auto& entry) { return entry.first.first == arrangement; });
  }
  void put_blob(std::string_view name, std::string_view bytes) override { next_.blobs[std::string(name)] = bytes; }
  Status commit() override {
    *target_ = next_;
    return {};
  }

 private:
  MemoryCheckpoint* target_;
  MemoryCheckpoint next_;
};

class MemoryCheckpointReader final : public CheckpointReader {
 public:
  explicit MemoryCheckpointReader(const MemoryCheckpoint& source) : source_(&source) {}

  TickId tick() const override { return source_->tick; }
  std::vector<ArrangementId> arrangements() override {
    std::vector<ArrangementId> ids;
    for (const auto& [key, bytes] : source_->segments) {
      if (ids.empty() || ids.back() != key.first) ids.push_back(key.first);
    }
    return ids;
  }
  std::optional<std::string> blob(std::string_view name) override {
    const auto found = source_->blobs.find(name);
    if (found == source_->blobs.end()) return std::nullopt;
    return found->second;
  }
  Result<std::vector<SegmentId>> segments(ArrangementId arrangement) override {
    std::vector<SegmentId> ids;
    for (const auto& [key, bytes] : source_->segments) {
      if (key.first == arrangement) ids.push_back(key.second);
    }
    return ids;
  }
  Result<std::string> segment(ArrangementId arrangement, SegmentId segment) override {
    const auto found = source_->segments.find({arrangement, segment});
    if (found == source_->segments.end()) return corrupted_segment(arrangement, segment, "it is missing");
    return found->second;
  }

 private:
  const MemoryCheckpoint* source_;
};

}  // namespace millrace::storage
