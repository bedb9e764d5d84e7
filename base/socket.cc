#include "base/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace millrace {
namespace {

constexpr int kBacklog = 1024;

struct FreeAddressInfo {
  void operator()(addrinfo* info) const { freeaddrinfo(info); }
};
using AddressInfo = std::unique_ptr<addrinfo, FreeAddressInfo>;

SqlError network_error(std::string_view what, const SocketAddress& address, int code) {
  const SqlState state = code == EADDRINUSE ? sqlstate::kObjectInUse : sqlstate::kConnectionException;
  return SqlError(state, fmt::format("could not {} {}: {}", what, address.to_string(), std::strerror(code)));
}

Result<AddressInfo> resolve(const SocketAddress& address, bool passive) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = passive ? AI_PASSIVE : 0;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (code != 0) {
    return SqlError(sqlstate::kConnectionException,
                    fmt::format("could not resolve \"{}\": {}", address.host, gai_strerror(code)));
  }
  return AddressInfo(found);
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
  }
  if (address.sa_family == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  }
  return false;
}

void enable(int descriptor, int level, int option) {
  const int on = 1;
  setsockopt(descriptor, level, option, &on, sizeof on);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

void Socket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

IoOutcome Socket::read(char* into, size_t capacity) {
  const ssize_t count = ::recv(descriptor_, into, capacity, 0);
  if (count > 0) return {IoKind::kDone, static_cast<size_t>(count)};
  if (count < 0 && would_block()) return {IoKind::kWouldBlock, 0};
  return {IoKind::kClosed, 0};
}

IoOutcome Socket::write(std::string_view bytes) {
  const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count > 0) return {IoKind::kDone, static_cast<size_t>(count)};
  if (count == 0 || would_block()) return {IoKind::kWouldBlock, 0};
  return {IoKind::kClosed, 0};
}

void Socket::shutdown_write() { ::shutdown(descriptor_, SHUT_WR); }

std::string Socket::peer_address() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  char host[NI_MAXHOST];
  if (getpeername(descriptor_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  if (getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host, sizeof host, nullptr, 0, NI_NUMERICHOST) != 0) {
    return {};
  }
  return host;
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
  const auto refuse = [&] {
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("invalid address \"{}\"", text))
        .with_hint("Write HOST:PORT, for example 127.0.0.1:6875 or [::1]:6875.");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();
  }
  SocketAddress address{std::string(host), 0};
  const auto [end, code] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), address.port);
  if (host.empty() || port_text.empty() || code != std::errc{} || end != port_text.data() + port_text.size()) {
    return refuse();
  }
  return address;
}

std::string SocketAddress::to_string() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<bool> is_loopback(const SocketAddress& address) {
  TRY(const AddressInfo found, resolve(address, true));
  for (const addrinfo* info = found.get(); info != nullptr; info = info->ai_next) {
    if (!is_loopback(*info->ai_addr)) return false;
  }
  return true;
}

Result<Socket> listen_on(const SocketAddress& address) {
  TRY(const AddressInfo found, resolve(address, true));
  int code = EADDRNOTAVAIL;
  for (const addrinfo* info = found.get(); info != nullptr; info = info->ai_next) {
    Socket socket(::socket(info->ai_family, info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, info->ai_protocol));
    if (socket.valid()) {
      enable(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR);
      if (::bind(socket.descriptor(), info->ai_addr, info->ai_addrlen) == 0 &&
          ::listen(socket.descriptor(), kBacklog) == 0) {
        return socket;
      }
    }
    code = errno;
  }
  return network_error("listen on", address, code);
}

Result<Socket> connect_to(const SocketAddress& address) {
  TRY(const AddressInfo found, resolve(address, false));
  int code = EADDRNOTAVAIL;
  for (const addrinfo* info = found.get(); info != nullptr; info = info->ai_next) {
    Socket socket(::socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol));
    if (socket.valid() && ::connect(socket.descriptor(), info->ai_addr, info->ai_addrlen) == 0) {
      fcntl(socket.descriptor(), F_SETFL, O_NONBLOCK);
      enable(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY);
      return socket;
    }
    code = errno;
  }
  return network_error("connect to", address, code);
}

uint16_t local_port(const Socket& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

Accepted accept_from(const Socket& listener) {
  const int descriptor = ::accept4(listener.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) {
    enable(descriptor, IPPROTO_TCP, TCP_NODELAY);
    enable(descriptor, SOL_SOCKET, SO_KEEPALIVE);
    return {AcceptKind::kAccepted, Socket(descriptor)};
  }
  const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  return {exhausted ? AcceptKind::kExhausted : AcceptKind::kNone, {}};
}

}  // namespace millrace
