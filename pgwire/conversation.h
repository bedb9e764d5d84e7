// One client's side of the protocol, without the socket: bytes in, bytes out.
//
// The messages are worked off one after another by advance(), which runs on the network thread until it
// meets something slow; then the conversation moves to a pool thread, and goes on there for as many
// messages as there are. It is in one place at a time, so nothing in it is locked:
//
//   network  --- slow message --->  pool  --- no more input, or output full --->  network
//      |                             |
//      +--- a Completion is awaited -+---> nowhere; its arrival posts it to the network thread
//
// While it is not on the network thread it is busy(): the owner leaves its input and output alone, and may
// only call hang_up() or shut_down(). It is destroyed when it is not busy.
//
// After an error in the extended protocol messages are skipped until Sync. Answers collect in output()
// until advance() has nothing more to do, so a pipeline is answered with one write.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "engine/session.h"
#include "pgwire/authentication.h"
#include "pgwire/backend_messages.h"
#include "pgwire/frontend_messages.h"
#include "pgwire/limits.h"
#include "pgwire/report.h"
#include "pgwire/row_encoder.h"

namespace millrace::pgwire {

// Who carries the bytes. Implemented by Connection, and by tests.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // Runs `job` on the network thread. Any thread may call it.
  virtual void post(std::function<void()> job) = 0;
  // Network thread: the conversation is back and has gone on by itself; output() may have grown, or it has
  // ended.
  virtual void progressed() = 0;
};

struct ConversationParts {
  engine::SessionFactory& factory;
  Rng& rng;
  Carrier& carrier;
  const Limits& limits;
  bool tls_offered = false;
  std::string client_address;
};

class Conversation {
 public:
  explicit Conversation(ConversationParts parts);
  ~Conversation();

  // --- network thread, not busy ---
  // Takes bytes from the client and goes on.
  void receive(std::string_view bytes);
  std::string& output() { return out_; }
  // Before the first bytes: whoever asks for a session gets this error.
  void refuse_with(SqlError error) { authenticator_.refuse_with(std::move(error)); }
  // To be called when output() has been sent: goes on if it had stopped for that. False: it had not.
  bool resume();
  bool wants_input() const { return !busy_ && !ended_ && out_.size() < parts_.limits.output_bytes_high; }
  // True once after an SSLRequest was answered with S: what follows output() is encrypted, both ways.
  bool take_tls_start() { return std::exchange(tls_start_, false); }

  // How long the client may still say nothing, for it has just been told that the server waits for it; 0: for ever.
  struct IdleLimit {
    int64_t milliseconds = 0;
    bool in_transaction = false;
  };
  IdleLimit idle_limit() const;

  // --- network thread, also when busy ---
  bool busy() const { return busy_; }
  bool ended() const { return !busy_ && ended_; }  // after what is in output(), close
  bool authenticated() const { return session_ != nullptr; }
  // It has ended for a wrong password.
  bool password_refused() const { return password_refused_; }
  // Somebody wants the session gone.
  bool terminated() const { return session_ != nullptr && session_->terminated(); }
  void hang_up();                       // the client is gone: what runs is cancelled
  void shut_down(const SqlError& why);  // ends it with this error, what runs is cancelled
  // Cancels again what has been cancelled by these (it may have begun only afterwards), and what waits beyond its time.
  // To be called now and then.
  void press();

 private:
  enum class Place : uint8_t { kNetwork, kPool };
  // What a step of work says should happen next.
  enum class Step : uint8_t {
    kNext,     // the next step, here
    kWait,     // a Completion was handed out; then_ goes on when it has been called
    kHop,      // the same step again, on the pool
    kNothing,  // no whole message is there
  };
  enum class Work : uint8_t { kMessages, kSimpleQuery, kExecute };
  enum class Went : uint8_t { kIdle, kHop, kAway };
  using Outcome = Result<engine::Outcome>;

  struct Statement {
    engine::PreparedPtr prepared;
    std::shared_ptr<const std::string> text;  // errors point into it
  };
  struct OpenPortal {
    engine::PortalPtr portal;
    std::shared_ptr<const std::string> text;
    std::vector<int16_t> formats;
    bool finished = false;
  };
  struct NameHash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

  // Where a completion and the step that waits for it meet.
  struct Pending {
    std::atomic<bool> met{false};  // set by whoever comes first
    std::optional<Outcome> result;
  };
  struct SimpleQuery {
    enum class Stage : uint8_t { kSplit, kPart, kRun, kEnd };
    Stage stage = Stage::kSplit;
    std::string text;
    std::vector<engine::QueryPartPtr> parts;
    size_t next = 0;
    std::optional<std::string> last_tag;  // told when the implicit transaction has been committed
  };

  // conversation.cc: who works where
  void advance();
  Went work(Place place);
  Step step();
  void hop();
  void go_on_network();
  Step await(const std::function<void(engine::Completion)>& start, std::function<Step(Outcome)> then);
  Step take_startup_message();
  Step take_message();
  template <class... Message>
  Step dispatch(char tag, std::string_view body, MessageList<Message...>);
  template <class Message>
  Step take(std::string_view body);
  Step begin_session();
  void end_with(const SqlError& error);
  Step malformed(char tag);
  void report_changed_settings();
  void ready();

  // conversation_extended.cc
  Step on(const Parse& message);
  Step on(const Bind& message);
  Step on(const Describe& message);
  Step on(const Execute& message);
  Step on(const Close& message);
  Step on(const Flush& message);
  Step on(const Sync& message);
  Step on(const FunctionCall& message);
  Step on(const Terminate& message);
  Status parse(const Parse& message);
  Status bind(const Bind& message);
  Status describe(const Describe& message);
  Status check_room(std::string_view name, size_t count, const char* what) const;
  Step fail(const SqlError& error, std::string_view text = {});
  void describe_rows(const std::vector<engine::ResultColumn>& columns, const std::vector<int16_t>& formats);
  Step finish_execute(Outcome outcome);

  // conversation_run.cc: running one portal, for both protocols; COPY
  void start_run(engine::PortalPtr portal, const std::vector<int16_t>& formats, uint64_t rows_max);
  Step run();
  Step ran(Outcome outcome);
  Step finish_run(Outcome outcome);
  Step on(const CopyData& message);
  Step on(const CopyDone& message);
  Step on(const CopyFail& message);
  Step end_copy(SqlError error);

  // conversation_simple.cc
  Step on(const Query& message);
  bool answer_point_read(std::string_view text);
  Step step_simple();
  Status split_query();
  Status start_part();
  Step end_query();
  Step finish_part(Outcome outcome);
  Step fail_query(const SqlError& error);

  ConversationParts parts_;
  Authenticator authenticator_;
  std::unique_ptr<engine::Session> session_;

  std::string in_;
  size_t in_at_ = 0;  // before it, worked off
  std::string out_;
  bool flush_wanted_ = false;
  bool stopped_early_ = false;  // for the sake of output
  bool tls_start_ = false;
  bool ended_ = false;
  bool password_refused_ = false;

  bool busy_ = false;  // the network thread's, as are the next two
  bool hung_up_ = false;
  std::optional<SqlError> shut_down_;  // asked for while busy
  std::atomic<bool> leave_{false};     // asks the pool to give the conversation back soon
  Place place_ = Place::kNetwork;
  Work work_ = Work::kMessages;
  std::shared_ptr<Pending> pending_;
  std::function<Step(Outcome)> then_;
  std::optional<Outcome> arrived_;  // what then_ waited for

  bool skip_to_sync_ = false;
  bool touched_ = false;  // something ran since the last ReadyForQuery
  bool copy_in_ = false;
  ByName<Statement> statements_;
  ByName<OpenPortal> portals_;
  std::tuple<Bind, Execute, Sync, Query, Parse, Describe, Close, Flush, CopyData, CopyDone, CopyFail, FunctionCall,
             Terminate>
      scratch_;  // decoded into, so that their vectors are allocated once
  std::vector<engine::RawParameter> raw_parameters_;

  // The portal being run.
  engine::PortalPtr running_;
  OpenPortal* open_ = nullptr;  // extended protocol: where it stands in portals_
  uint64_t rows_max_ = 0;
  bool copy_out_ = false;
  RowEncoder rows_;
  SimpleQuery simple_;
};

}  // namespace millrace::pgwire
