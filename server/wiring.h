// The one place that knows every part: makes them, joins them, and takes them down in order.
#pragma once

#include <functional>
#include <memory>

#include "server/settings.h"

namespace millrace::server {

// Why a running server ends.
using StopSignal = std::function<bool(int64_t wait_ns)>;  // true when it is to stop; waits at most so long

// Runs a server until `stop` says so: listens at once, opens the database, serves, stops. Errors are those
// of starting. Returns within 10 s of being asked, but for the last checkpoint.
Status serve(const Settings& settings, const StopSignal& stop);

}  // namespace millrace::server
