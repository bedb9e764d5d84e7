#include "pgwire/conversation.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/log.h"

namespace millrace::pgwire {
namespace {

constexpr size_t kBufferKeptBytes = size_t{64} << 10;

}  // namespace

Conversation::Conversation(ConversationParts parts)
    : parts_(std::move(parts)),
      authenticator_(parts_.factory, parts_.rng, parts_.limits, parts_.tls_offered),
      rows_(out_, parts_.limits.output_bytes_high) {}

Conversation::~Conversation() { MILLRACE_CHECK(!busy_, "a conversation is destroyed while it is busy"); }

void Conversation::receive(std::string_view bytes) {
  if (ended_) return;
  if (in_at_ == in_.size()) {
    in_.clear();
    in_at_ = 0;
    if (in_.capacity() > kBufferKeptBytes) in_.shrink_to_fit();
  } else if (in_at_ > kBufferKeptBytes) {
    in_.erase(0, in_at_);
    in_at_ = 0;
  }
  in_ += bytes;
  advance();
}

void Conversation::advance() {
  MILLRACE_CHECK(!busy_, "advance() of a busy conversation");
  switch (work(Place::kNetwork)) {
    case Went::kIdle: break;
    case Went::kHop: hop(); break;
    case Went::kAway: busy_ = true; break;
  }
}

bool Conversation::resume() {
  if (!stopped_early_) return false;
  stopped_early_ = false;
  flush_wanted_ = false;
  advance();
  return true;
}

void Conversation::hop() {
  busy_ = true;
  parts_.factory.run([this] {
    // kAway: from here on it may already be elsewhere, or gone.
    if (work(Place::kPool) != Went::kAway) parts_.carrier.post([this] { go_on_network(); });
  });
}

// Back on the network thread, from the pool or by a completion.
void Conversation::go_on_network() {
  busy_ = false;
  leave_ = false;
  if (hung_up_) {
    out_.clear();
    ended_ = true;
  } else if (shut_down_) {
    end_with(*std::exchange(shut_down_, std::nullopt));
  } else if (!ended_) {
    advance();
  }
  parts_.carrier.progressed();
}

Conversation::IdleLimit Conversation::idle_limit() const {
  // Within a message, a COPY, or a pipeline without its Sync, the client is expected to go on.
  if (session_ == nullptr || ended_ || copy_in_ || touched_ || work_ != Work::kMessages) return {};
  const engine::IdleLimits limits = session_->idle_limits();
  if (session_->transaction_status() == engine::TransactionStatus::kIdle) return {limits.session_ms, false};
  return {limits.in_transaction_ms, true};
}

void Conversation::hang_up() {
  hung_up_ = true;
  if (!busy_) {
    ended_ = true;
    return;
  }
  leave_ = true;
  if (session_) session_->cancel();
}

void Conversation::shut_down(const SqlError& why) {
  if (!busy_) {
    if (!ended_) end_with(why);
    return;
  }
  shut_down_ = why;
  leave_ = true;
  if (session_) session_->cancel();
}

void Conversation::press() {
  if (!busy_ || session_ == nullptr) return;
  if (hung_up_ || shut_down_) {
    session_->cancel();
  } else {
    session_->check_deadline();
  }
}

// Steps until there is nothing to do here. After kAway nothing of this object may be touched: it may be at
// work elsewhere already, or gone.
Conversation::Went Conversation::work(Place place) {
  place_ = place;
  while (!ended_) {
    if (out_.size() >= parts_.limits.output_bytes_high || flush_wanted_ || leave_) {
      stopped_early_ = true;
      return Went::kIdle;
    }
    switch (step()) {
      case Step::kNext: break;
      case Step::kNothing: return Went::kIdle;
      case Step::kHop:
        MILLRACE_CHECK(place == Place::kNetwork, "a step on the pool asks for the pool");
        return Went::kHop;
      case Step::kWait:
        const std::shared_ptr<Pending> pending = pending_;
        if (!pending->met.exchange(true)) return Went::kAway;
        arrived_ = std::move(pending->result);
        break;
    }
  }
  return Went::kIdle;
}

Conversation::Step Conversation::await(const std::function<void(engine::Completion)>& start,
                                       std::function<Step(Outcome)> then) {
  const auto pending = std::make_shared<Pending>();
  pending_ = pending;
  then_ = std::move(then);
  start([this, pending](Outcome result) {
    pending->result.emplace(std::move(result));
    if (!pending->met.exchange(true)) return;  // work() will find it
    parts_.carrier.post([this, pending] {
      arrived_ = std::move(pending->result);
      go_on_network();
    });
  });
  return Step::kWait;
}

Conversation::Step Conversation::step() {
  if (arrived_) {
    Outcome outcome = *std::exchange(arrived_, std::nullopt);
    return std::exchange(then_, nullptr)(std::move(outcome));
  }
  if (session_ == nullptr) return take_startup_message();
  if (copy_in_) return take_message();
  switch (work_) {
    case Work::kMessages: return take_message();
    case Work::kSimpleQuery: return step_simple();
    case Work::kExecute: return place_ == Place::kNetwork ? Step::kHop : run();
  }
  MILLRACE_UNREACHABLE("unknown work");
}

Conversation::Step Conversation::take_startup_message() {
  const std::string_view input = std::string_view(in_).substr(in_at_);
  const Result<Frame> frame = authenticator_.next(input);
  if (!frame) {
    end_with(frame.error());
    return Step::kNothing;
  }
  if (!frame->complete) return Step::kNothing;
  in_at_ += frame->bytes;
  const Result<Authenticator::Next> next = authenticator_.take(*frame, in_.size() - in_at_, out_);
  if (!next) {
    password_refused_ = next.error().state() == sqlstate::kInvalidPassword;
    end_with(next.error());
    return Step::kNothing;
  }
  switch (*next) {
    case Authenticator::Next::kMore: return Step::kNext;
    case Authenticator::Next::kStartTls:
      tls_start_ = true;
      flush_wanted_ = true;
      return Step::kNext;
    case Authenticator::Next::kDone: return begin_session();
    case Authenticator::Next::kClose: ended_ = true; return Step::kNothing;
  }
  MILLRACE_UNREACHABLE("unknown state of authentication");
}

Conversation::Step Conversation::begin_session() {
  authenticator_.options().client_address = parts_.client_address;
  Result<std::unique_ptr<engine::Session>> session = parts_.factory.open(authenticator_.options());
  if (!session) {
    end_with(session.error());
    return Step::kNothing;
  }
  session_ = *std::move(session);
  const auto [id, secret] = parts_.factory.cancel_key(*session_);
  encode(Authentication{}, out_);
  report_changed_settings();
  encode(BackendKeyData{id, secret}, out_);
  encode(ReadyForQuery{static_cast<char>(session_->transaction_status())}, out_);
  return Step::kNext;
}

template <class Message>
Conversation::Step Conversation::take(std::string_view body) {
  Message& message = std::get<Message>(scratch_);
  if (!decode(body, message)) return malformed(Message::kTag);
  return on(message);
}

template <class... Message>
Conversation::Step Conversation::dispatch(char tag, std::string_view body, MessageList<Message...>) {
  Step next = Step::kNext;
  const bool known = ((tag == Message::kTag && ((next = take<Message>(body)), true)) || ...);
  MILLRACE_CHECK(known, "next_frame() lets only known tags through");
  return next;
}

Conversation::Step Conversation::take_message() {
  const Result<Frame> frame = next_frame(std::string_view(in_).substr(in_at_), parts_.limits);
  if (!frame) {
    end_with(frame.error());
    return Step::kNothing;
  }
  if (!frame->complete) return Step::kNothing;
  const char tag = frame->tag;
  const bool skipped = skip_to_sync_ && tag != Sync::kTag && tag != Terminate::kTag;
  Step next = Step::kNext;
  if (copy_in_ && tag != CopyData::kTag && tag != CopyDone::kTag && tag != CopyFail::kTag && tag != Terminate::kTag) {
    // Clients that pipeline may have sent these behind Execute.
    if (tag != Flush::kTag && tag != Sync::kTag) {
      next = end_copy(SqlError(sqlstate::kProtocolViolation,
                               fmt::format("unexpected message type 0x{:02X} during COPY from stdin", tag)));
    }
  } else if (!skipped) {
    next = dispatch(tag, frame->body, FrontendMessages{});
  }
  if (next != Step::kHop) in_at_ += frame->bytes;
  return next;
}

Conversation::Step Conversation::malformed(char tag) {
  const SqlError error(sqlstate::kProtocolViolation, "invalid message format");
  touched_ = true;
  if (tag == Query::kTag || tag == FunctionCall::kTag) {
    simple_ = {};
    return fail_query(error);
  }
  return fail(error);
}

// The connection is closed after this.
void Conversation::end_with(const SqlError& error) {
  log_debug("connection ended", {{"state", error.state().str()}, {"reason", error.message()}});
  append_error(error, Severity::kFatal, {}, out_);
  ended_ = true;
}

void Conversation::report_changed_settings() {
  for (const auto& [name, value] : session_->take_changed_settings()) encode(ParameterStatus{name, value}, out_);
}

void Conversation::ready() {
  if (touched_) report_changed_settings();
  touched_ = false;
  const engine::TransactionStatus status = session_->transaction_status();
  if (status == engine::TransactionStatus::kIdle) portals_.clear();
  encode(ReadyForQuery{static_cast<char>(status)}, out_);
}

}  // namespace millrace::pgwire
