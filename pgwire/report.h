// Errors and notices on the wire.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/session.h"

namespace millrace::pgwire {

enum class Severity : uint8_t { kError, kFatal };  // after a fatal one the connection is closed

// Appends an ErrorResponse. The error's byte location in `text`, if it has one, becomes the protocol's
// position: characters, counted from 1. Empty: no position is told.
void append_error(const SqlError& error, Severity severity, std::string_view text, std::string& out);
void append_notice(const engine::Notice& notice, std::string& out);

}  // namespace millrace::pgwire
