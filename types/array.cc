#include "types/array.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace millrace {
namespace {

constexpr uint8_t kHasNulls = 1;
constexpr uint8_t kHasLowerBounds = 2;
constexpr size_t kHeaderBytes = 4;

template <class T>
T read_at(const char* base, size_t index) {
  T value;
  std::memcpy(&value, base + index * sizeof(T), sizeof value);
  return value;
}

size_t element_width(SqlType type) { return type.physical() == Physical::kBytes ? 0 : physical_bytes(type.physical()); }

}  // namespace

ArrayView::ArrayView(std::string_view bytes, SqlType array_type)
    : element_type_(*array_type.info().element, array_type.typmod()), width_(element_width(element_type_)) {
  MILLRACE_CHECK(bytes.size() >= kHeaderBytes, "not an array");
  dimension_count_ = bytes[0];
  if (dimension_count_ == 0) return;
  const auto flags = static_cast<uint8_t>(bytes[1]);
  const char* at = bytes.data() + kHeaderBytes;
  lengths_ = at;
  size_ = 1;
  for (int i = 0; i < dimension_count_; ++i) size_ *= read_at<uint32_t>(lengths_, static_cast<size_t>(i));
  at += 4 * dimension_count_;
  if ((flags & kHasLowerBounds) != 0) {
    lower_bounds_ = at;
    at += 4 * dimension_count_;
  }
  if ((flags & kHasNulls) != 0) {
    nulls_ = at;
    at += (size_ + 7) / 8;
  }
  elements_ = at;
  heap_ = at + 4 * size_;
}

ArrayDimension ArrayView::dimension(int index) const {
  const auto i = static_cast<size_t>(index);
  return {.length = read_at<int32_t>(lengths_, i),
          .lower_bound = lower_bounds_ == nullptr ? 1 : read_at<int32_t>(lower_bounds_, i)};
}

std::vector<ArrayDimension> ArrayView::dimensions() const {
  std::vector<ArrayDimension> result;
  for (int i = 0; i < dimension_count_; ++i) result.push_back(dimension(i));
  return result;
}

Slot ArrayView::element(size_t index) const {
  if (width_ > 0) {
    Slot slot;
    std::memcpy(&slot, elements_ + index * width_, width_);
    return slot;
  }
  const uint32_t begin = index == 0 ? 0 : read_at<uint32_t>(elements_, index - 1);
  return Slot::of_bytes({heap_ + begin, read_at<uint32_t>(elements_, index) - begin});
}

std::optional<size_t> ArrayView::index_of(std::span<const int32_t> subscripts) const {
  if (dimension_count_ == 0 || subscripts.size() != static_cast<size_t>(dimension_count_)) return std::nullopt;
  size_t index = 0;
  for (int i = 0; i < dimension_count_; ++i) {
    const ArrayDimension place = dimension(i);
    const int64_t offset = int64_t{subscripts[static_cast<size_t>(i)]} - place.lower_bound;
    if (offset < 0 || offset >= place.length) return std::nullopt;
    index = index * static_cast<size_t>(place.length) + static_cast<size_t>(offset);
  }
  return index;
}

ArrayBuilder::ArrayBuilder(SqlType element_type) : element_type_(element_type), width_(element_width(element_type)) {}

void ArrayBuilder::clear() {
  has_nulls_ = false;
  null_.clear();
  values_.clear();
  ends_.clear();
}

void ArrayBuilder::append(Slot element) {
  null_.push_back(0);
  if (width_ > 0) {
    values_.append(reinterpret_cast<const char*>(&element), width_);
  } else {
    values_.append(element.view());
    ends_.push_back(static_cast<uint32_t>(values_.size()));
  }
}

void ArrayBuilder::append_null() {
  null_.push_back(1);
  has_nulls_ = true;
  if (width_ > 0) {
    values_.append(width_, '\0');
  } else {
    ends_.push_back(static_cast<uint32_t>(values_.size()));
  }
}

void ArrayBuilder::append_from(const ArrayView& source, size_t index) {
  if (source.is_null(index)) {
    append_null();
  } else {
    append(source.element(index));
  }
}

Slot ArrayBuilder::finish(Arena& arena) {
  const ArrayDimension one = {.length = static_cast<int32_t>(size()), .lower_bound = 1};
  return finish({&one, 1}, arena);
}

Slot ArrayBuilder::finish(std::span<const ArrayDimension> dimensions, Arena& arena) {
  MILLRACE_CHECK(dimensions.size() <= kMaxArrayDimensions, "too many dimensions");
  if (size() == 0) return Slot::of_bytes(std::string_view("\0\0\0\0", kHeaderBytes));
  size_t product = 1;
  bool has_lower_bounds = false;
  for (const ArrayDimension& dimension : dimensions) {
    product *= static_cast<size_t>(dimension.length);
    has_lower_bounds |= dimension.lower_bound != 1;
  }
  MILLRACE_CHECK(product == size(), "dimensions do not fit the elements");

  const size_t bound_bytes = 4 * dimensions.size() * (has_lower_bounds ? 2 : 1);
  const size_t null_bytes = has_nulls_ ? (size() + 7) / 8 : 0;
  const size_t end_bytes = 4 * ends_.size();
  const size_t bytes = kHeaderBytes + bound_bytes + null_bytes + end_bytes + values_.size();
  MILLRACE_CHECK(bytes <= UINT32_MAX, "array too large");
  char* const target = arena.allocate(bytes, 4);
  std::memset(target, 0, kHeaderBytes + bound_bytes + null_bytes);
  target[0] = static_cast<char>(dimensions.size());
  target[1] = static_cast<char>((has_nulls_ ? kHasNulls : 0) | (has_lower_bounds ? kHasLowerBounds : 0));
  char* at = target + kHeaderBytes;
  for (const ArrayDimension& dimension : dimensions) {
    std::memcpy(at, &dimension.length, 4);
    if (has_lower_bounds) std::memcpy(at + 4 * dimensions.size(), &dimension.lower_bound, 4);
    at += 4;
  }
  at = target + kHeaderBytes + bound_bytes;
  if (has_nulls_) {
    for (size_t i = 0; i < size(); ++i) at[i / 8] = static_cast<char>(at[i / 8] | null_[i] << (i % 8));
    at += null_bytes;
  }
  if (end_bytes > 0) std::memcpy(at, ends_.data(), end_bytes);
  if (!values_.empty()) std::memcpy(at + end_bytes, values_.data(), values_.size());
  clear();
  return Slot::of_bytes({target, bytes});
}

Result<size_t> array_size(std::span<const ArrayDimension> dimensions) {
  constexpr int64_t kLargest = 134217727;  // MaxArraySize
  const auto too_large = [&] {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    "array size exceeds the maximum allowed (" + std::to_string(kLargest) + ")");
  };
  if (dimensions.empty()) return 0;
  int64_t product = 1;
  for (const ArrayDimension& dimension : dimensions) {
    if (dimension.length < 0) return too_large();
    product *= dimension.length;
    if (product > INT32_MAX) return too_large();
  }
  if (product > kLargest) return too_large();
  for (const ArrayDimension& dimension : dimensions) {
    if (int64_t{dimension.lower_bound} + dimension.length > INT32_MAX) {
      return SqlError(sqlstate::kProgramLimitExceeded,
                      "array lower bound is too large: " + std::to_string(dimension.lower_bound));
    }
  }
  return static_cast<size_t>(product);
}

Slot array_slice(const ArrayView& array, std::span<const SliceBounds> bounds, Arena& arena) {
  ArrayBuilder builder(array.element_type());
  const auto count = static_cast<size_t>(array.dimension_count());
  if (count == 0 || bounds.size() > count) return builder.finish(arena);

  std::array<int64_t, kMaxArrayDimensions> first{}, stride{};
  std::vector<ArrayDimension> target;
  for (size_t i = 0; i < count; ++i) {
    const ArrayDimension source = array.dimension(static_cast<int>(i));
    const int64_t lowest = source.lower_bound;
    const int64_t highest = lowest + source.length - 1;
    int64_t lower = lowest;
    int64_t upper = highest;
    if (i < bounds.size()) {
      lower = std::max<int64_t>(lowest, bounds[i].lower.value_or(source.lower_bound));
      upper = bounds[i].upper ? std::min<int64_t>(highest, *bounds[i].upper) : highest;
    }
    if (lower > upper) return builder.finish(arena);
    first[i] = lower - lowest;
    target.push_back({.length = static_cast<int32_t>(upper - lower + 1), .lower_bound = 1});
  }
  for (size_t i = count; i-- > 0;) {
    stride[i] = i + 1 == count ? 1 : stride[i + 1] * array.dimension(static_cast<int>(i) + 1).length;
  }

  std::array<int64_t, kMaxArrayDimensions> position{};
  for (bool more = true; more;) {
    int64_t index = 0;
    for (size_t i = 0; i < count; ++i) index += (first[i] + position[i]) * stride[i];
    builder.append_from(array, static_cast<size_t>(index));
    more = false;
    for (size_t i = count; i-- > 0 && !more;) {
      more = ++position[i] < target[i].length;
      if (!more) position[i] = 0;
    }
  }
  return builder.finish(target, arena);
}

}  // namespace millrace
