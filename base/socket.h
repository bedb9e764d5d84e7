// Seam: the network, one half: stream sockets that never block. The other half is base/event_loop.h.
// Nothing else in the server touches a socket.
//
// Threads: a socket belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace millrace {

enum class IoKind : uint8_t {
  kDone,        // `bytes` were moved, at least one
  kWouldBlock,  // none for now
  kClosed,      // the peer has ended its side, or the connection is broken
};

struct IoOutcome {
  IoKind kind = IoKind::kWouldBlock;
  size_t bytes = 0;
};

class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  bool valid() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  void close();

  IoOutcome read(char* into, size_t capacity);
  IoOutcome write(std::string_view bytes);
  // No more is written; what was written still arrives.
  void shutdown_write();

  // "127.0.0.1" or "::1"; empty when unknown.
  std::string peer_address() const;

 private:
  int descriptor_ = -1;
};

// "127.0.0.1:6875", "[::1]:6875", "localhost:6875".
struct SocketAddress {
  std::string host;
  uint16_t port = 0;

  static Result<SocketAddress> parse(std::string_view text);
  std::string to_string() const;
  bool operator==(const SocketAddress&) const = default;
};

// True when every address that `host` stands for is reachable from this machine alone. Looks names up.
Result<bool> is_loopback(const SocketAddress& address);

// A listening socket; port 0 takes a free one. 55006 when the address is in use.
Result<Socket> listen_on(const SocketAddress& address);
// A connected one, for tests and for clients inside the process. May block while connecting.
Result<Socket> connect_to(const SocketAddress& address);
// The port a listening socket got.
uint16_t local_port(const Socket& socket);

enum class AcceptKind : uint8_t { kAccepted, kNone, kExhausted };  // kExhausted: no descriptors or memory left
struct Accepted {
  AcceptKind kind = AcceptKind::kNone;
  Socket socket;
};
Accepted accept_from(const Socket& listener);

}  // namespace millrace
