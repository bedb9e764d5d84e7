// Cuts a byte stream into messages.
//
//   offset  size  meaning
//   0       1     tag (startup packets have none)
//   1       4     length, big-endian, of itself and the body; at least 4
//   5       ...   body
//
// A length is judged as soon as its four bytes are there, before any of the body is waited for, so a
// claimed length never makes anyone allocate.
#pragma once

#include <string_view>

#include "base/result.h"
#include "pgwire/limits.h"

namespace millrace::pgwire {

struct Frame {
  char tag = 0;
  std::string_view body;
  size_t bytes = 0;  // the whole frame's
  bool complete = false;
};

// The first message of `input`; not complete when more bytes are needed. Errors are fatal (08P01, 54000).
Result<Frame> next_startup_frame(std::string_view input, const Limits& limits);
// Before authentication: SASL messages alone.
Result<Frame> next_sasl_frame(std::string_view input, const Limits& limits);
Result<Frame> next_frame(std::string_view input, const Limits& limits);

}  // namespace millrace::pgwire
