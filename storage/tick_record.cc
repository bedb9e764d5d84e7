#include "storage/tick_record.h"

#include <algorithm>

#include "base/byte_stream.h"
#include "base/hash.h"

namespace millrace::storage {
namespace {

constexpr uint32_t kMagic = 0x4c54524d;  // "MRTL"
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 40;

uint64_t check(std::string_view header) { return hash_bytes(header.substr(4, 28)); }

}  // namespace

uint64_t next_chain(uint64_t chain, std::string_view payload) { return hash_combine(chain, hash_bytes(payload)); }

std::string encode_tick_record(const TickRecord& record) {
  ByteWriter writer;
  writer.fixed(kMagic);
  writer.fixed(kVersion);
  writer.fixed(record.tick.value());
  writer.fixed(record.synced_up_to.value());
  writer.fixed(record.chain);
  writer.fixed(check(writer.bytes()));
  std::string bytes = writer.take();
  bytes += record.payload;
  return bytes;
}

std::optional<TickRecord> decode_tick_record(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  ByteReader reader(bytes);
  if (reader.fixed<uint32_t>() != kMagic || reader.fixed<uint32_t>() != kVersion) return std::nullopt;
  TickRecord record;
  record.tick = TickId(reader.fixed<uint64_t>());
  record.synced_up_to = TickId(reader.fixed<uint64_t>());
  record.chain = reader.fixed<uint64_t>();
  record.payload = bytes.substr(kHeaderBytes);
  if (reader.fixed<uint64_t>() != check(bytes)) return std::nullopt;
  return record;
}

TickId newest_synced_claim(std::string_view raw) {
  TickId newest;
  const std::string_view magic("MRTL");
  for (size_t at = raw.find(magic); at != std::string_view::npos; at = raw.find(magic, at + 1)) {
    if (const auto record = decode_tick_record(raw.substr(at))) newest = std::max(newest, record->synced_up_to);
  }
  return newest;
}

std::string tick_key(TickId tick) {
  std::string key(8, '\0');
  for (int i = 0; i < 8; ++i) key[static_cast<size_t>(i)] = static_cast<char>(tick.value() >> (56 - 8 * i));
  return key;
}

std::optional<TickId> decode_tick_key(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  uint64_t tick = 0;
  for (const char c : key) tick = tick << 8 | static_cast<uint8_t>(c);
  return TickId(tick);
}

}  // namespace millrace::storage
