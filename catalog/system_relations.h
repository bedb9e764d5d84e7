// The relations that describe the system itself: their names, oids and columns. Their rows are made at
// read time by engine/system/, one file a relation; adding one is a row here and a file there.
#pragma once

#include <vector>

#include "catalog/catalog.h"

namespace millrace::catalog {

// pg_catalog under PostgreSQL's oids, information_schema and millrace under oids of ours below 16384.
std::vector<Object> system_relations();

}  // namespace millrace::catalog
