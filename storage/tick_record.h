// The bytes of one tick log record (the table is in tick_log.h) and what they prove.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace millrace::storage {

struct TickRecord {
  TickId tick;
  TickId synced_up_to;
  uint64_t chain = 0;
  std::string_view payload;
};

// The chain hash before the first tick.
inline constexpr uint64_t kChainSeed = 0x4d696c6c72616365ULL;
uint64_t next_chain(uint64_t chain, std::string_view payload);

std::string encode_tick_record(const TickRecord& record);
// Nothing when the header is not what encode_tick_record() made; whether the payload is, next_chain() of
// the record before tells. Borrows from `bytes`.
std::optional<TickRecord> decode_tick_record(std::string_view bytes);
// Searches raw bytes of a damaged log for headers of records and returns the newest tick one of them says
// was on disk. RocksDB gives up a block of 32 KiB for one flipped bit; the evidence in it is found here.
TickId newest_synced_claim(std::string_view raw);

std::string tick_key(TickId tick);  // 8 bytes big-endian
std::optional<TickId> decode_tick_key(std::string_view key);

}  // namespace millrace::storage
