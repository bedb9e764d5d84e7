// One client's conversation with the engine: all that pgwire/ and http/ see of it.
//
// A session is driven by one connection. Its calls come one after another (never two at once), but not
// always from the same thread: cheap ones on the network thread, the rest on a pool thread. Nothing here
// waits for the disk: what must is finished later through a Completion.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/bound_statement.h"
#include "types/delta_batch.h"
#include "types/type_info.h"

namespace millrace::engine {

using sql::ResultColumn;

struct Notice {
  std::string severity;  // NOTICE, WARNING, INFO
  SqlState state = sqlstate::kWarning;
  std::string message;
  std::string detail;
  std::string hint;
};

// Takes a statement's rows, as they come. Implemented by the connection.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  // Each row stands weight times (always positive). Only the columns the statement returns.
  virtual void write(const DeltaBatch& rows) = 0;
  // True when its buffer is full: the session then stops with Outcome::kPaused.
  virtual bool full() const = 0;
};

enum class OutcomeKind : uint8_t {
  kComplete,   // `tag` says what was done
  kSuspended,  // max_rows reached; execute() again for more
  kPaused,     // the RowWriter is full; execute() again when it has room
  kEmpty,      // an empty query string
  kCopyIn,     // send copy data; `copy_columns` of them, in `copy_binary` or text
  kCopyOut,    // comes first, without rows; execute() again: of each row, the first column is a line of copy data
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kComplete;
  std::string tag;
  std::vector<Notice> notices;
  uint32_t copy_columns = 0;
  bool copy_binary = false;
  // A prepared statement that SQL has deallocated, whoever prepared it; empty: all.
  std::optional<std::string> deallocated;
};

// Called exactly once, from any thread, perhaps before the call that took it returns.
using Completion = std::function<void(Result<Outcome>)>;

class PreparedStatement {
 public:
  virtual ~PreparedStatement() = default;
  virtual const std::vector<SqlType>& parameter_types() const = 0;
  virtual const std::vector<ResultColumn>& columns() const = 0;  // empty: returns no rows
};
using PreparedPtr = std::shared_ptr<const PreparedStatement>;

// One of a simple query's statements, not yet bound: later ones may need what earlier ones do.
class QueryPart {
 public:
  virtual ~QueryPart() = default;
};
using QueryPartPtr = std::shared_ptr<const QueryPart>;

class Portal {
 public:
  virtual ~Portal() = default;
  virtual const PreparedStatement& statement() const = 0;
};
using PortalPtr = std::shared_ptr<Portal>;

// A parameter as the wire brings it.
struct RawParameter {
  bool is_null = false;
  bool is_binary = false;
  std::string_view bytes;
};

enum class TransactionStatus : char { kIdle = 'I', kInBlock = 'T', kFailed = 'E' };

// How long a client may say nothing; 0: for ever.
struct IdleLimits {
  int64_t session_ms = 0;
  int64_t in_transaction_ms = 0;
};

class Session {
 public:
  virtual ~Session() = default;

  // --- parse and bind (pool thread, or network thread for short texts) ---
  virtual Result<std::vector<QueryPartPtr>> split(std::string_view query) = 0;
  virtual Result<PreparedPtr> prepare(const QueryPartPtr& part) = 0;
  // The extended protocol's Parse: at most one statement; `types` may have zeros (to be inferred).
  virtual Result<PreparedPtr> prepare(std::string_view query, std::span<const uint32_t> types) = 0;
  // The extended protocol's named statements: EXECUTE and DEALLOCATE know them too. 42P05 for a name in use.
  virtual Status name_statement(std::string_view name, const PreparedPtr& statement) = 0;
  virtual void forget_statement(std::string_view name) = 0;
  virtual Result<PortalPtr> bind(const PreparedPtr& statement, std::span<const RawParameter> parameters) = 0;

  // --- run ---
  // Runs the portal, or goes on with it, until it ends, `max_rows` (0: all) have been written in this
  // call, or `rows` is full. `rows` and `portal` outlive the completion.
  virtual void execute(const PortalPtr& portal, uint64_t max_rows, RowWriter& rows, Completion done) = 0;
  // After Outcome::kCopyIn: data as it arrives, in any pieces.
  virtual Status copy_data(std::string_view bytes) = 0;
  virtual void copy_done(Completion done) = 0;
  virtual void copy_fail(std::string_view reason) = 0;

  // --- the transaction ---
  virtual TransactionStatus transaction_status() const = 0;
  // A statement failed: an open block fails with it, an implicit transaction is undone.
  virtual void statement_failed() = 0;
  // Sync, or the end of a simple query: commits what is open implicitly. Done when it is durable and
  // published.
  virtual void end_of_messages(Completion done) = 0;
  // True while writes wait for end_of_messages().
  virtual bool has_implicit_transaction() const = 0;

  // --- the fast path: network thread, never waits ---
  // Answers a point read at the newest published tick, straight into `rows`. False when this is not
  // such a read (or a transaction block pins an older tick): then execute() does it.
  virtual bool try_point_read(const PortalPtr& portal, RowWriter& rows, std::string& tag) = 0;
  // A simple query text that is a point read whose plan is known: its portal. Null otherwise.
  virtual PortalPtr find_point_read(std::string_view query) = 0;

  // --- settings ---
  virtual IdleLimits idle_limits() const = 0;
  virtual const TextContext& text_context() const = 0;
  // Parameters to report (ParameterStatus) that changed since the last call: name, value.
  virtual std::vector<std::pair<std::string, std::string>> take_changed_settings() = 0;

  // --- from any thread ---
  virtual void cancel() = 0;  // the running statement, if any, ends with 57014
  // To be called now and then while a statement runs: one that waits for something is ended when its time is over.
  virtual void check_deadline() = 0;
  // Somebody wants this session gone (pg_terminate_backend): its connection is to be ended.
  virtual bool terminated() const = 0;
};

struct SessionOptions {
  std::string user;
  std::string database;
  std::vector<std::pair<std::string, std::string>> settings;  // of the startup message
  std::string client_address;
};

// What a client must prove. Looked up before a session exists; unknown users get a stable fake.
struct Credentials {
  bool password_required = false;
  // SCRAM-SHA-256 verifier: iterations, salt, StoredKey, ServerKey.
  uint32_t iterations = 4096;
  std::string salt, stored_key, server_key;
  bool user_exists = true;
};

// Made by engine/, handed to pgwire/ and http/ by server/.
class SessionFactory {
 public:
  virtual ~SessionFactory() = default;
  virtual Credentials credentials(std::string_view user) = 0;
  // 53300 too many connections, 28000 no such role, 3D000 no such database, 57P03 starting up or stopping.
  virtual Result<std::unique_ptr<Session>> open(const SessionOptions& options) = 0;
  // Runs `job` on the query pool. Jobs of one session do not overlap: the connection sees to it.
  virtual void run(std::function<void()> job) = 0;
  // Process-wide key of a session, for cancel requests. Sessions are found by (id, secret).
  virtual std::pair<uint32_t, uint32_t> cancel_key(const Session& session) = 0;
  virtual void cancel(uint32_t id, uint32_t secret) = 0;
  // Called by network threads once per turn of their event loop: memory of old row versions is freed
  // when every registered thread has said so since. `register_reader` gives the thread its slot.
  virtual size_t register_reader() = 0;
  virtual void quiescent(size_t reader) = 0;
};

}  // namespace millrace::engine
