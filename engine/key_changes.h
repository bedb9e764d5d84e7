// What a change of a table does to the values of a key.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "catalog/catalog.h"
#include "storage/hash_arrangement.h"
#include "types/delta_batch.h"

namespace millrace::engine {

// What a change does to one key, all rows of the key taken together: an UPDATE takes and gives.
struct KeyChange {
  std::string key;
  int64_t net;
  const DeltaBatch* batch;  // the last row that is added, for the error
  size_t row;
};

// By hash of the key; rows with NULL in the key are left out: they equal nothing. The delta outlives it.
using KeyChanges = std::unordered_multimap<uint64_t, KeyChange>;
KeyChanges net_by_key(const Delta& delta, const storage::KeyColumns& columns);

// The columns of a key alone.
DeltaBatch project(const DeltaBatch& batch, const storage::KeyColumns& columns);

// The names of a key's columns and the values a row has there, as errors show them.
std::pair<std::string, std::string> key_text(const catalog::Object& table, const storage::KeyColumns& columns,
                                             const DeltaBatch& batch, size_t row);

}  // namespace millrace::engine
