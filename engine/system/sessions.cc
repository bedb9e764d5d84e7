// Who is connected: pg_stat_activity and millrace.sessions.
#include "engine/catalog_names.h"
#include "engine/system/system_rows.h"

namespace millrace::engine {
namespace {

std::string_view state_name(SessionState state) {
  switch (state) {
    case SessionState::kIdle: return "idle";
    case SessionState::kActive: return "active";
    case SessionState::kIdleInTransaction: return "idle in transaction";
    case SessionState::kIdleInFailedTransaction: return "idle in transaction (aborted)";
  }
  return "";
}

void pg_stat_activity(const SystemContext& context, SystemRowWriter& out) {
  for (const SessionActivity& session : context.database.sessions().activities()) {
    out.number("datid", kDatabaseOid)
        .text("datname", session.database)
        .number("pid", session.pid)
        .number("usesysid", kOwnerOid)
        .text("usename", session.user)
        .text("application_name", session.application_name)
        .parsed("backend_start", timestamptz_text(session.started))
        .parsed("state_change", timestamptz_text(session.state_change))
        .text("state", state_name(session.state))
        .text("query", session.query)
        .text("backend_type", "client backend");
    if (!session.client_address.empty()) out.text("client_addr", session.client_address);
    if (session.transaction_start) out.parsed("xact_start", timestamptz_text(*session.transaction_start));
    if (session.query_start) out.parsed("query_start", timestamptz_text(*session.query_start));
    out.end_row();
  }
}

void sessions(const SystemContext& context, SystemRowWriter& out) {
  for (const SessionActivity& session : context.database.sessions().activities()) {
    out.number("pid", session.pid)
        .text("user_name", session.user)
        .text("database", session.database)
        .text("application_name", session.application_name)
        .text("client_address", session.client_address)
        .parsed("backend_start", timestamptz_text(session.started))
        .text("state", state_name(session.state))
        .text("query", session.query);
    if (session.transaction_start) out.parsed("transaction_start", timestamptz_text(*session.transaction_start));
    if (session.query_start) out.parsed("query_start", timestamptz_text(*session.query_start));
    out.end_row();
  }
}

}  // namespace

std::string timestamptz_text(WallTime time) {
  constexpr int64_t kPostgresEpochUs = int64_t{946'684'800} * 1'000'000;
  std::string text;
  const SqlType type = type_of(oid::kTimestampTz);
  type.info().format(Slot::of_i64(time.micros - kPostgresEpochUs), type, TextContext{}, text);
  return text;
}

void add_sessions(std::map<std::string, SystemProducer>& producers) {
  producers["pg_catalog.pg_stat_activity"] = pg_stat_activity;
  producers["millrace.sessions"] = sessions;
}

}  // namespace millrace::engine
