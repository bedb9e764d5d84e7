// What a client may ask of the protocol layer. Settings of pgwire/; server/ fills them in.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::pgwire {

struct Limits {
  size_t startup_bytes_max = 10'000;  // of the packet before authentication
  size_t sasl_bytes_max = 8 * 1024;
  size_t message_bytes_max = size_t{16} << 20;  // any message; above, the connection is closed
  size_t query_bytes_max = size_t{1} << 20;     // a query's text; above, 54000
  size_t statements_max = 1'000;                // prepared ones, and portals, of a session
  size_t connections_max = 2'000;
  size_t unauthenticated_per_address_max = 64;
  int64_t authentication_ns = 10'000'000'000;
  // The first wrong password of an address is answered after so long, the next after twice that, and so on.
  int64_t refusal_ns = 100'000'000;
  int64_t refusal_ns_max = 5'000'000'000;

  // When so much output waits for the client, nothing more is made for it until it has read.
  size_t output_bytes_high = size_t{256} << 10;
  // Parsing a text up to this long is done on the network thread, longer ones on the pool.
  size_t inline_parse_bytes_max = 1'024;
};

inline constexpr size_t kMessageOutBytesMax = size_t{1} << 30;  // beyond it, a message's length would lie

}  // namespace millrace::pgwire
