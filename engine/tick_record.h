// What the tick log keeps of a tick: its inputs, from which the tick can be computed again.
//
//   varint version | varint tick | fixed i64 wall time in us
//   | count, catalog changes in order | count, table changes (id, rows) | count, source offsets
//
// Rows are packed (types/row_layout.h) with their weights. What sources brought is not logged: their own
// logs keep it, at the offsets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "ingest/source_reader.h"
#include "types/delta_batch.h"
#include "types/row_layout.h"

namespace millrace::engine {

// The objects one DDL statement made (or remade) and took away.
struct CatalogChange {
  std::vector<catalog::Object> created;
  std::vector<ObjectId> dropped;
  std::vector<std::string> created_schemas;
  std::vector<std::string> dropped_schemas;
  bool empty() const {
    return created.empty() && dropped.empty() && created_schemas.empty() && dropped_schemas.empty();
  }
};

// Adds and removes what the change says.
catalog::CatalogPtr apply(const catalog::CatalogPtr& catalog, const CatalogChange& change);

struct TableChange {
  ObjectId table;
  Delta rows;
};

struct TickRecord {
  TickId tick;
  WallTime time;
  std::vector<CatalogChange> catalog;
  std::vector<TableChange> tables;
  std::map<ObjectId, ingest::OffsetVector> offsets;  // of the sources that moved
};

std::string encode(const TickRecord& record);

// As read back: the rows stay packed until the tables they belong to exist.
struct StoredTickRecord {
  TickId tick;
  WallTime time;
  std::vector<CatalogChange> catalog;
  std::vector<std::pair<ObjectId, std::string>> tables;
  std::map<ObjectId, ingest::OffsetVector> offsets;
};

// XX001 when the bytes are not a record of ours.
Result<StoredTickRecord> decode(std::string_view bytes);
Result<Delta> decode_rows(std::string_view bytes, const RowLayout& layout);

std::string encode_offsets(const std::map<ObjectId, ingest::OffsetVector>& offsets);
Result<std::map<ObjectId, ingest::OffsetVector>> decode_offsets(std::string_view bytes);

}  // namespace millrace::engine
