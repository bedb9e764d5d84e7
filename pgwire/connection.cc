#include "pgwire/connection.h"

namespace millrace::pgwire {
namespace {

constexpr SqlState kIdleSessionTimeout("57P05");
constexpr int64_t kLingerNs = 2'000'000'000;
constexpr size_t kLingerBytesMax = size_t{4} << 20;
constexpr size_t kOutputKeptBytes = size_t{1} << 20;

}  // namespace

Connection::Connection(ConnectionOwner& owner, Socket socket, engine::SessionFactory& factory, Rng& rng,
                       const Limits& limits, const TlsIdentity* identity)
    : owner_(owner),
      socket_(std::move(socket)),
      identity_(identity),
      address_(socket_.peer_address()),
      conversation_({factory, rng, *this, limits, identity != nullptr, address_}),
      interest_{.read = true} {
  owner_.loop().watch(socket_, interest_, *this);
  watched_ = true;
  timer_ = owner_.loop().after(limits.authentication_ns, [this] {
    shut_down(SqlError(sqlstate::kQueryCanceled, "canceling authentication due to timeout"));
  });
}

Connection::~Connection() {
  owner_.loop().cancel(timer_);
  if (watched_) owner_.loop().unwatch(socket_, *this);
}

void Connection::post(std::function<void()> job) { owner_.loop().post(std::move(job)); }

void Connection::on_ready(Readiness readiness) {
  if (closed_) return;
  if (lingering_) return discard();
  if (holding_) {
    if (readiness.hung_up) close();
    return;
  }
  if (conversation_.busy()) {
    if (readiness.hung_up) {
      broken_ = true;
      conversation_.hang_up();
      settle();
    }
    return;
  }
  if (readiness.writable) pump();
  if (readiness.readable && conversation_.wants_input()) read();
  settle();
}

void Connection::read() {
  std::string& buffer = owner_.read_buffer();
  const IoOutcome got = socket_.read(buffer.data(), buffer.size());
  switch (got.kind) {
    case IoKind::kWouldBlock: return;
    case IoKind::kClosed:
      broken_ = true;
      conversation_.hang_up();
      return;
    case IoKind::kDone: break;
  }
  heard_ns_ = owner_.loop().now_ns();
  owner_.quiescent();
  const std::string_view bytes(buffer.data(), got.bytes);
  if (tls_ == nullptr) {
    conversation_.receive(bytes);
  } else {
    std::string plain;
    if (!tls_->receive(bytes, plain)) {
      send(tls_->output());  // an alert, perhaps
      broken_ = true;
      conversation_.hang_up();
      return;
    }
    if (!plain.empty()) conversation_.receive(plain);
  }
  pump();
}

void Connection::progressed() {
  heard_ns_ = owner_.loop().now_ns();
  pump();
  settle();
}

void Connection::shut_down(const SqlError& why) {
  if (closed_ || lingering_) return;
  holding_ = false;
  conversation_.shut_down(why);
  pump();
  settle();
}

void Connection::look() {
  if (closed_ || lingering_) return;
  conversation_.press();
  if (conversation_.terminated()) {
    return shut_down(SqlError(sqlstate::kAdminShutdown, "terminating connection due to administrator command"));
  }
  if (conversation_.busy() || !conversation_.output().empty()) return;
  const Conversation::IdleLimit limit = conversation_.idle_limit();
  if (limit.milliseconds == 0 || owner_.loop().now_ns() - heard_ns_ < limit.milliseconds * 1'000'000) return;
  shut_down(limit.in_transaction ? SqlError(sqlstate::kIdleInTransactionSessionTimeout,
                                            "terminating connection due to idle-in-transaction timeout")
                                 : SqlError(kIdleSessionTimeout, "terminating connection due to idle-session timeout"));
}

// Sends what there is, and lets the conversation go on if it had stopped for that.
void Connection::pump() {
  if (!authenticated_ && conversation_.authenticated()) {
    authenticated_ = true;
    owner_.loop().cancel(timer_);
    owner_.authenticated(*this);
  }
  if (conversation_.password_refused() && !refused_) {
    // Whoever guesses passwords waits longer and longer for each answer.
    refused_ = holding_ = true;
    owner_.loop().cancel(timer_);
    timer_ = owner_.loop().after(owner_.refused(address_), [this] {
      holding_ = false;
      pump();
      settle();
    });
  }
  if (holding_) return;
  while (!conversation_.busy() && !broken_ && send_output()) {
    if (conversation_.take_tls_start()) tls_ = identity_->open();
    if (conversation_.ended() || !conversation_.resume()) return;
  }
}

// True when all has been sent.
bool Connection::send_output() {
  std::string& output = conversation_.output();
  if (tls_ == nullptr) return send(output);
  if (!output.empty() && tls_->output().empty()) {
    if (!tls_->send(output)) {
      broken_ = true;
      return false;
    }
    output.clear();
  }
  return send(tls_->output()) && output.empty();
}

bool Connection::send(std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const IoOutcome outcome = socket_.write(std::string_view(bytes).substr(sent));
    if (outcome.kind == IoKind::kClosed) broken_ = true;
    if (outcome.kind != IoKind::kDone) break;
    sent += outcome.bytes;
  }
  if (sent < bytes.size()) {
    bytes.erase(0, sent);
    return false;
  }
  bytes.clear();
  if (bytes.capacity() > kOutputKeptBytes) bytes.shrink_to_fit();
  return true;
}

// Waits for the right things, or ends.
void Connection::settle() {
  if (closed_ || lingering_) return;
  if (conversation_.busy()) {
    // A broken connection is told over and over: it is not listened to until the conversation is back.
    if (broken_) {
      if (watched_) owner_.loop().unwatch(socket_, *this);
      watched_ = false;
      return;
    }
  } else if (broken_) {
    conversation_.hang_up();
    return close();
  }
  const bool busy = conversation_.busy();
  const bool unsent = !busy && (!conversation_.output().empty() || (tls_ != nullptr && !tls_->output().empty()));
  if (conversation_.ended() && !unsent && !holding_) return linger();
  Interest interest{.read = conversation_.wants_input(), .write = unsent, .hang_up = busy};
  if (holding_) interest = {.hang_up = true};
  if (interest == interest_) return;
  interest_ = interest;
  owner_.loop().change(socket_, interest_, *this);
}

// Closing with unread input resets the connection, and the client may never see why it ended.
void Connection::linger() {
  lingering_ = true;
  socket_.shutdown_write();
  interest_ = {.read = true};
  owner_.loop().change(socket_, interest_, *this);
  owner_.loop().cancel(timer_);
  timer_ = owner_.loop().after(kLingerNs, [this] { close(); });
}

void Connection::discard() {
  std::string& buffer = owner_.read_buffer();
  const IoOutcome got = socket_.read(buffer.data(), buffer.size());
  discarded_ += got.bytes;
  if (got.kind == IoKind::kClosed || discarded_ > kLingerBytesMax) close();
}

void Connection::close() {
  closed_ = true;
  owner_.loop().cancel(timer_);
  if (watched_) owner_.loop().unwatch(socket_, *this);
  watched_ = false;
  socket_.close();
  owner_.closed(*this);
}

}  // namespace millrace::pgwire
