#include "storage/segment_image.h"

#include <cstring>

namespace millrace::storage {
namespace {

constexpr char kImageVersion = 1;

std::string with_header(char kind, uint64_t count, ByteWriter records) {
  ByteWriter image;
  image.fixed(kImageVersion);
  image.fixed(kind);
  image.varint(count);
  std::string bytes = image.take();
  bytes += records.bytes();
  return bytes;
}

// The number of records, or an error.
Result<uint64_t> read_header(ByteReader& reader, char kind, ArrangementId arrangement, SegmentId segment) {
  const char version = reader.fixed<char>();
  const char found = reader.fixed<char>();
  const uint64_t count = reader.count();
  if (!reader.ok() || version != kImageVersion || found != kind) {
    return corrupted_segment(arrangement, segment, "its header is not of a known form");
  }
  return count;
}

}  // namespace

SqlError corrupted_segment(ArrangementId arrangement, SegmentId segment, const std::string& what) {
  std::string name = "segment " + std::to_string(segment.number);
  if (segment.hot) name += " of hot key " + std::to_string(segment.key_hash);
  return SqlError(sqlstate::kDataCorrupted,
                  name + " of arrangement " + std::to_string(arrangement.value()) + " is corrupted: " + what)
      .with_hint("Restore the data directory from a backup, or drop the relation that owns the arrangement.");
}

void RowImageWriter::add(PackedRow row, int64_t weight) {
  records_.signed_varint(weight);
  records_.string(row);
  ++count_;
}

std::string RowImageWriter::take() { return with_header('r', count_, std::move(records_)); }

void GroupImageWriter::add(PackedRow key, std::string_view payload) {
  records_.string(key);
  records_.string(payload);
  ++count_;
}

std::string GroupImageWriter::take() { return with_header('g', count_, std::move(records_)); }

bool is_packed_row(const RowLayout& layout, std::string_view bytes) {
  const size_t fixed = layout.fixed_bytes();
  if (bytes.size() < fixed) return false;
  if (!layout.has_variable_columns()) return bytes.size() == fixed;
  size_t variable_columns = 0;
  for (const SqlType type : layout.types()) variable_columns += type.physical() == Physical::kBytes ? 1 : 0;
  uint32_t previous = 0;
  for (size_t i = 0; i < variable_columns; ++i) {
    uint32_t end;
    std::memcpy(&end, bytes.data() + fixed - 4 * (variable_columns - i), sizeof end);
    if (end < previous) return false;
    previous = end;
  }
  return bytes.size() == fixed + previous;
}

Status read_rows(std::string_view image, const RowLayout& layout, ArrangementId arrangement, SegmentId segment,
                 const std::function<void(PackedRow row, int64_t weight)>& visit) {
  ByteReader reader(image);
  TRY(const uint64_t count, read_header(reader, 'r', arrangement, segment));
  for (uint64_t i = 0; i < count; ++i) {
    const int64_t weight = reader.signed_varint();
    const PackedRow row = reader.string();
    if (!reader.ok() || weight == 0 || !is_packed_row(layout, row)) {
      return corrupted_segment(arrangement, segment, "record " + std::to_string(i) + " is not a row");
    }
    visit(row, weight);
  }
  if (!reader.at_end()) return corrupted_segment(arrangement, segment, "bytes follow its last record");
  return {};
}

Status read_groups(std::string_view image, const RowLayout& key_layout, ArrangementId arrangement, SegmentId segment,
                   const std::function<void(PackedRow key, std::string_view payload)>& visit) {
  ByteReader reader(image);
  TRY(const uint64_t count, read_header(reader, 'g', arrangement, segment));
  for (uint64_t i = 0; i < count; ++i) {
    const PackedRow key = reader.string();
    const std::string_view payload = reader.string();
    if (!reader.ok() || !is_packed_row(key_layout, key)) {
      return corrupted_segment(arrangement, segment, "record " + std::to_string(i) + " is not a group");
    }
    visit(key, payload);
  }
  if (!reader.at_end()) return corrupted_segment(arrangement, segment, "bytes follow its last record");
  return {};
}

}  // namespace millrace::storage
