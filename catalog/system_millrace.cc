// The schema millrace: what the engine tells of itself.
#include "catalog/system_columns.h"

namespace millrace::catalog {
namespace {

constexpr SystemColumns kRelations[] = {
    {"sources", 13900,
     "id oid, schema name, name name, type text, status text, rows int8, bytes int8, lag int8, rate float8, error "
     "text, created_tick int8"},
    {"source_partitions", 13901,
     "source_id oid, schema name, name name, partition int4, offset int8, high_watermark int8, lag int8"},
    {"views", 13902,
     "id oid, schema name, name name, status text, rows int8, bytes int8, lag int8, key text, error text, "
     "definition text, created_tick int8"},
    {"ticks", 13903, "tick int8, time timestamptz, source_id oid, source text, partition int4, offset int8"},
    {"arrangements", 13904, "id int8, relation text, key text, kind text, users int8, rows int8, bytes int8"},
    {"sessions", 13905,
     "pid int4, user_name name, database name, application_name text, client_address text, backend_start "
     "timestamptz, transaction_start timestamptz, query_start timestamptz, state text, tick int8, query text"},
    {"settings", 13906, "name text, value text, unit text, default_value text, source text, description text"},
    {"operators", 13907,
     "view_id oid, view text, operator int4, kind text, description text, rows_in int8, rows_out int8, state_rows "
     "int8, state_bytes int8, time_us int8"},
    {"hydrations", 13908,
     "view_id oid, view text, rows int8, rows_total int8, percent float8, rows_per_second float8, seconds_left "
     "float8, started timestamptz"},
    {"events", 13909, "time timestamptz, tick int8, user_name name, event text, object text, detail text"},
};

}  // namespace

std::span<const SystemColumns> millrace_columns() { return kRelations; }

}  // namespace millrace::catalog
