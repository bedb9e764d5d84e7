// A conversation and the socket that carries it.
//
// While the conversation is away on the pool, only a hang-up is watched for. A client that does not read
// its answers is not read from either, and its statements wait. After an error that ends it, the socket
// stays open a moment for the client to read why.
//
// Threads: its loop's, but for post().
#pragma once

#include <memory>
#include <string>

#include "base/event_loop.h"
#include "pgwire/conversation.h"
#include "pgwire/tls.h"

namespace millrace::pgwire {

// Where connections come from and go to: one a network thread.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual EventLoop& loop() = 0;
  // Before anything is read for a client: from now on reads are as of the newest tick.
  virtual void quiescent() = 0;
  // Shared by the connections of a thread, empty between their turns.
  virtual std::string& read_buffer() = 0;
  virtual void authenticated(class Connection& connection) = 0;
  // A wrong password from this address: how long its answer is held back.
  virtual int64_t refused(const std::string& address) = 0;
  // The last call for `connection`: to be destroyed when the turn has ended.
  virtual void closed(class Connection& connection) = 0;
};

class Connection final : public SocketWatcher, public Carrier {
 public:
  // `identity` may be null: TLS is then not offered. The conversation's carrier is set here.
  Connection(ConnectionOwner& owner, Socket socket, engine::SessionFactory& factory, Rng& rng, const Limits& limits,
             const TlsIdentity* identity);
  ~Connection() override;

  void on_ready(Readiness readiness) override;
  void post(std::function<void()> job) override;
  void progressed() override;
  void refuse_with(SqlError error) { conversation_.refuse_with(std::move(error)); }
  void shut_down(const SqlError& why);
  // What nobody but a clock sees: a session to be ended, a client that says nothing, a statement to be cancelled again.
  // To be called now and then.
  void look();

  const std::string& address() const { return address_; }
  bool authenticated() const { return authenticated_; }

 private:
  void read();
  void pump();
  bool send_output();
  bool send(std::string& bytes);
  void settle();
  void linger();
  void discard();
  void close();

  ConnectionOwner& owner_;
  Socket socket_;
  const TlsIdentity* const identity_;
  const std::string address_;
  Conversation conversation_;
  std::unique_ptr<TlsStream> tls_;
  Interest interest_;
  bool watched_ = false;
  bool broken_ = false;  // nothing can be sent any more
  bool lingering_ = false;
  bool closed_ = false;
  bool authenticated_ = false;
  bool refused_ = false;  // a wrong password
  bool holding_ = false;  // the answer to it
  int64_t heard_ns_ = 0;  // when something came or was answered
  size_t discarded_ = 0;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace millrace::pgwire
