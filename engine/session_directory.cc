#include "engine/session_directory.h"

namespace millrace::engine {
namespace {

constexpr size_t kQueryBytesShown = 1024;

int32_t take_number(std::mutex& mutex, int32_t& next) {
  const std::scoped_lock lock(mutex);
  const int32_t number = next;
  next = next == INT32_MAX ? 1 : next + 1;
  return number;
}

}  // namespace

SessionEntry::SessionEntry(SessionDirectory& directory, Session& session, uint32_t secret, SessionActivity activity)
    : directory_(directory),
      session_(session),
      pid_(take_number(directory.mutex_, directory.next_pid_)),
      secret_(secret),
      activity_(std::move(activity)) {
  activity_.pid = pid_;
  const std::scoped_lock lock(directory_.mutex_);
  directory_.entries_[pid_] = this;
}

SessionEntry::~SessionEntry() {
  const std::scoped_lock lock(directory_.mutex_);
  directory_.entries_.erase(pid_);
}

void SessionEntry::runs(std::string_view query, std::string_view application_name, WallTime now,
                        WallTime transaction_start) {
  const std::scoped_lock lock(mutex_);
  activity_.state = SessionState::kActive;
  activity_.query = query.substr(0, kQueryBytesShown);
  activity_.application_name = application_name;
  activity_.query_start = activity_.state_change = now;
  activity_.transaction_start = transaction_start;
}

void SessionEntry::rests(SessionState state, WallTime now) {
  const std::scoped_lock lock(mutex_);
  activity_.state = state;
  activity_.state_change = now;
  if (state == SessionState::kIdle) activity_.transaction_start.reset();
}

bool SessionDirectory::cancel(int32_t pid, std::optional<uint32_t> secret) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(pid);
  if (found == entries_.end() || (secret && found->second->secret_ != *secret)) return false;
  found->second->session_.cancel();
  return true;
}

bool SessionDirectory::terminate(int32_t pid) {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(pid);
  if (found == entries_.end()) return false;
  found->second->terminated_ = true;
  found->second->session_.cancel();
  return true;
}

const SessionEntry* SessionDirectory::find(const Session& session) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [pid, entry] : entries_) {
    if (&entry->session_ == &session) return entry;
  }
  return nullptr;
}

std::vector<SessionActivity> SessionDirectory::activities() const {
  const std::scoped_lock lock(mutex_);
  std::vector<SessionActivity> all;
  for (const auto& [pid, entry] : entries_) {
    const std::scoped_lock entry_lock(entry->mutex_);
    all.push_back(entry->activity_);
  }
  return all;
}

}  // namespace millrace::engine
