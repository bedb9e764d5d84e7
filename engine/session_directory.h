// Who is connected, and what they run: for cancel requests, pg_cancel_backend, pg_stat_activity.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "engine/session.h"

namespace millrace::engine {

enum class SessionState : uint8_t { kIdle, kActive, kIdleInTransaction, kIdleInFailedTransaction };

// What others see of a session; written by the session as it goes.
struct SessionActivity {
  int32_t pid = 0;
  std::string user;
  std::string database;
  std::string client_address;
  WallTime started;
  std::string application_name;
  SessionState state = SessionState::kIdle;
  std::optional<WallTime> transaction_start;
  std::optional<WallTime> query_start;
  WallTime state_change;
  std::string query;  // the running or last one, its beginning
};

class SessionDirectory;

// A session's place in the directory. Leaves it when destroyed.
class SessionEntry {
 public:
  // `session` is in the directory from here on; it outlives this.
  SessionEntry(SessionDirectory& directory, Session& session, uint32_t secret, SessionActivity activity);
  ~SessionEntry();
  SessionEntry(const SessionEntry&) = delete;
  SessionEntry& operator=(const SessionEntry&) = delete;

  int32_t pid() const { return pid_; }
  uint32_t secret() const { return secret_; }
  bool terminated() const { return terminated_.load(std::memory_order_relaxed); }

  void runs(std::string_view query, std::string_view application_name, WallTime now, WallTime transaction_start);
  void rests(SessionState state, WallTime now);

 private:
  friend class SessionDirectory;

  SessionDirectory& directory_;
  Session& session_;
  const int32_t pid_;
  const uint32_t secret_;
  std::atomic<bool> terminated_{false};
  mutable std::mutex mutex_;  // guards activity_
  SessionActivity activity_;
};

class SessionDirectory {
 public:
  // False: nobody has this number, or this secret.
  bool cancel(int32_t pid, std::optional<uint32_t> secret = {});
  // Cancels what runs; the connection ends the session when it next looks.
  bool terminate(int32_t pid);
  const SessionEntry* find(const Session& session) const;
  // By number.
  std::vector<SessionActivity> activities() const;

 private:
  friend class SessionEntry;

  mutable std::mutex mutex_;  // taken before an entry's
  int32_t next_pid_ = 1;
  std::map<int32_t, SessionEntry*> entries_;
};

}  // namespace millrace::engine
