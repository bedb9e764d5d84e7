// TLS over whatever carries the bytes: ciphertext in, plaintext out, and back. TLS 1.2 at least.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::pgwire {

class TlsStream;

// A certificate with its key. Threads: any.
class TlsIdentity {
 public:
  virtual ~TlsIdentity() = default;
  virtual std::unique_ptr<TlsStream> open() const = 0;
};

// Both in PEM; the chain's first certificate is the server's. 22023 when they are none, or do not fit.
Result<std::unique_ptr<TlsIdentity>> load_tls_identity(std::string_view certificate_chain, std::string_view key);

// The server's end of one connection. Threads: one.
class TlsStream {
 public:
  virtual ~TlsStream() = default;
  // Takes what the peer sent; what it says is appended to `plain`. False: broken off, or not TLS.
  virtual bool receive(std::string_view cipher, std::string& plain) = 0;
  virtual bool send(std::string_view plain) = 0;
  // What is to be sent to the peer: handshake and encrypted data. The caller removes what it has sent.
  virtual std::string& output() = 0;
};

}  // namespace millrace::pgwire
