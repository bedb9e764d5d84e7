// Reads a binary value of the wire protocol front to back; running out is the client's mistake (08P01).
#pragma once

#include "base/result.h"
#include "types/wire_order.h"

namespace millrace {

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  Result<T> read() {
    TRY(const std::string_view bytes, take(sizeof(T)));
    return read_big_endian<T>(bytes);
  }
  Result<std::string_view> take(size_t bytes) {
    if (bytes > rest_.size()) return SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::string_view rest() const { return rest_; }
  // 22P03 when something is left over. The last check of all: PostgreSQL looks at the value first.
  Status end() const {
    if (rest_.empty()) return {};
    return SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  }

 private:
  std::string_view rest_;
};

// Has a value of fixed size that size? 08P01 when bytes are missing, 22P03 when some are left over.
inline Status check_wire_size(std::string_view bytes, size_t size) {
  if (bytes.size() < size) return SqlError(sqlstate::kProtocolViolation, "insufficient data left in message");
  if (bytes.size() > size) return SqlError(sqlstate::kInvalidBinaryRepresentation, "incorrect binary data format");
  return {};
}

template <class T>
Result<T> read_whole(std::string_view bytes) {
  TRY(check_wire_size(bytes, sizeof(T)));
  return read_big_endian<T>(bytes);
}

}  // namespace millrace
