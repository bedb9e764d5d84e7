#include "engine/session_service.h"

#include "base/hash.h"
#include "engine/database_session.h"

namespace millrace::engine {

SessionService::SessionService(Database& database, SessionServiceOptions options)
    : database_(database), options_(std::move(options)), pool_(database.executor(), options_.pool_threads) {
  fake_salt_key_.resize(16);
  database.rng().fill({reinterpret_cast<uint8_t*>(fake_salt_key_.data()), fake_salt_key_.size()});
}

SessionService::~SessionService() = default;

Credentials SessionService::credentials(std::string_view user) {
  if (!options_.verifier) return {.password_required = false, .user_exists = user == options_.user};
  Credentials credentials = *options_.verifier;
  credentials.password_required = true;
  if (user == options_.user) return credentials;
  // Nobody can tell from the salt that there is no such user, and no password fits.
  credentials.user_exists = false;
  const uint64_t seed = hash_combine(hash_bytes(fake_salt_key_), hash_bytes(user));
  for (size_t i = 0; i < credentials.salt.size(); ++i) {
    credentials.salt[i] = static_cast<char>(hash_combine(seed, i));
  }
  return credentials;
}

Result<std::unique_ptr<Session>> SessionService::open(const SessionOptions& options) {
  if (options.user != options_.user) {
    return SqlError(sqlstate::kInvalidAuthorizationSpecification, "role \"" + options.user + "\" does not exist")
        .with_hint("Connect as \"" + options_.user + "\".");
  }
  const std::string& wanted = options.database.empty() ? options.user : options.database;
  if (wanted != options_.database) {
    return SqlError(sqlstate::kInvalidCatalogName, "database \"" + wanted + "\" does not exist")
        .with_hint("Connect to \"" + options_.database + "\".");
  }
  if (open_sessions_.fetch_add(1) >= options_.connections_max) {
    open_sessions_.fetch_sub(1);
    return SqlError(sqlstate::kTooManyConnections, "sorry, too many clients already");
  }
  SessionOptions mine = options;
  mine.database = wanted;
  auto session = std::make_unique<DatabaseSession>(database_, pool_, system_, std::move(mine),
                                                   [this] { open_sessions_.fetch_sub(1); });
  TRY(session->apply_startup_settings());
  return std::unique_ptr<Session>(std::move(session));
}

void SessionService::run(std::function<void()> job) { pool_.run(std::move(job)); }

std::pair<uint32_t, uint32_t> SessionService::cancel_key(const Session& session) {
  const SessionEntry* entry = database_.sessions().find(session);
  if (entry == nullptr) return {0, 0};
  return {static_cast<uint32_t>(entry->pid()), entry->secret()};
}

void SessionService::cancel(uint32_t id, uint32_t secret) {
  database_.sessions().cancel(static_cast<int32_t>(id), secret);
}

size_t SessionService::register_reader() {
  auto reader = std::make_unique<storage::Reader>(database_.registry().make_reader());
  reader->enter();
  this_thread_reader() = reader.get();
  const std::scoped_lock lock(mutex_);
  readers_.push_back(std::move(reader));
  return readers_.size() - 1;
}

void SessionService::quiescent(size_t) {
  if (storage::Reader* reader = this_thread_reader()) reader->quiescent();
}

}  // namespace millrace::engine
