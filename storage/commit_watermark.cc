#include "storage/commit_watermark.h"

#include "base/byte_stream.h"
#include "base/hash.h"

namespace millrace::storage {
namespace {

constexpr std::string_view kMagic = "MRWATERM";
constexpr uint32_t kVersion = 1;
constexpr size_t kSlotBytes = 4096;
constexpr size_t kCheckedBytes = 48;

struct SlotValue {
  uint64_t turn;
  WatermarkValue value;
};

std::string encode(uint64_t turn, const WatermarkValue& value) {
  ByteWriter writer;
  for (const char c : kMagic) writer.fixed(c);
  writer.fixed(kVersion);
  writer.fixed(uint32_t{0});
  writer.fixed(turn);
  writer.fixed(value.tick.value());
  writer.fixed(value.chain);
  writer.fixed(value.written.micros);
  const uint64_t hash = hash_bytes(writer.bytes());
  writer.fixed(hash);
  std::string slot = writer.take();
  slot.resize(kSlotBytes, '\0');
  return slot;
}

std::optional<SlotValue> decode(std::string_view slot) {
  if (slot.size() < kCheckedBytes + 8 || slot.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  ByteReader reader(slot.substr(kMagic.size()));
  if (reader.fixed<uint32_t>() != kVersion) return std::nullopt;
  reader.fixed<uint32_t>();
  SlotValue decoded;
  decoded.turn = reader.fixed<uint64_t>();
  decoded.value.tick = TickId(reader.fixed<uint64_t>());
  decoded.value.chain = reader.fixed<uint64_t>();
  decoded.value.written.micros = reader.fixed<int64_t>();
  if (reader.fixed<uint64_t>() != hash_bytes(slot.substr(0, kCheckedBytes))) return std::nullopt;
  return decoded;
}

}  // namespace

Result<std::unique_ptr<CommitWatermark>> CommitWatermark::open(Fs& fs, const std::string& path) {
  std::string contents;
  if (fs.exists(path)) {
    TRY(contents, fs.read(path));
  } else {
    TRY(fs.replace(path, std::string(2 * kSlotBytes, '\0')));
    contents.assign(2 * kSlotBytes, '\0');
  }
  TRY(std::unique_ptr<DurableFile> file, fs.open_durable(path));
  std::unique_ptr<CommitWatermark> watermark(new CommitWatermark(std::move(file)));
  if (contents == std::string(2 * kSlotBytes, '\0')) return watermark;
  const std::string_view bytes = contents;
  for (const size_t offset : {size_t{0}, kSlotBytes}) {
    if (offset >= bytes.size()) continue;
    const std::optional<SlotValue> slot = decode(bytes.substr(offset, kSlotBytes));
    if (!slot || slot->turn < watermark->turn_) continue;
    watermark->turn_ = slot->turn;
    watermark->value_ = slot->value;
  }
  if (!watermark->value_) {
    return SqlError(sqlstate::kDataCorrupted, "the commit watermark \"" + path + "\" is damaged")
        .with_hint(
            "It is the witness of what was acknowledged. Restore a backup; or, to trust the tick log alone, start once "
            "with --recover-to and the last tick you know of.");
  }
  return watermark;
}

Status CommitWatermark::write(const WatermarkValue& value) {
  const uint64_t turn = turn_ + 1;
  TRY(file_->write_at((turn % 2) * kSlotBytes, encode(turn, value)));
  TRY(file_->sync());
  turn_ = turn;
  value_ = value;
  return {};
}

}  // namespace millrace::storage
