// What an ordered tree adds up over the entries of each of its subtrees, besides their weights: sums for the
// frames of windows, extremes.
//
//   state(run of entries) = merge(state(first part), state(second part))
//
// so that the state of any run is made of a few subtrees' states, O(log n) of them.
//
// A state lives in state_bytes() bytes aligned to 16, which construct() makes the state of no entries and
// destroy() ends. Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "storage/ordered_entry.h"

namespace millrace::storage {

class TreeSummary {
 public:
  virtual ~TreeSummary() = default;

  virtual size_t state_bytes() const = 0;
  virtual void construct(std::byte* state) const = 0;
  virtual void destroy(std::byte* state) const = 0;
  // Adds entries with their weights. False: what a negative weight took away cannot be told from the state,
  // which is then to be thrown away and made anew; never so when all weights are positive.
  virtual bool update(std::byte* state, std::span<const OrderedEntry> entries) const = 0;
  virtual void merge(std::byte* into, const std::byte* from) const = 0;
};

// Owns one state.
class SummaryState {
 public:
  explicit SummaryState(const TreeSummary& summary)
      : summary_(&summary), bytes_(new(std::align_val_t{16}) std::byte[summary.state_bytes()]) {
    summary.construct(bytes_);
  }
  SummaryState(SummaryState&& other) noexcept
      : summary_(other.summary_), bytes_(std::exchange(other.bytes_, nullptr)) {}
  SummaryState& operator=(SummaryState&& other) noexcept {
    std::swap(summary_, other.summary_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~SummaryState() {
    if (bytes_ == nullptr) return;
    summary_->destroy(bytes_);
    ::operator delete[](bytes_, std::align_val_t{16});
  }

  std::byte* bytes() { return bytes_; }
  const std::byte* bytes() const { return bytes_; }
  void clear() {
    summary_->destroy(bytes_);
    summary_->construct(bytes_);
  }
  bool update(std::span<const OrderedEntry> entries) { return summary_->update(bytes_, entries); }
  void merge(const SummaryState& other) { summary_->merge(bytes_, other.bytes_); }

 private:
  const TreeSummary* summary_;
  std::byte* bytes_;
};

}  // namespace millrace::storage
