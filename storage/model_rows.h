// What the model tests of this folder share: random rows and a Z-set in a std::map.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/rng.h"
#include "storage/key_hash.h"
#include "types/row_layout.h"

namespace millrace::storage {

// Columns: key int8, key text, payload int8, payload text.
inline std::vector<SqlType> model_types() {
  return {type_of(oid::kInt8), type_of(oid::kText), type_of(oid::kInt8), type_of(oid::kText)};
}
inline KeyColumns model_key() { return {ColumnIndex(0), ColumnIndex(1)}; }

struct ModelShape {
  uint64_t keys = 50;       // distinct values of the first key column
  uint64_t payloads = 4;    // distinct payloads a key
  uint64_t text_bytes = 8;  // of the payload text, at most; now and then 100 times as long
  bool nulls = true;
};

inline void append_model_row(SplitMix64& random, const ModelShape& shape, DeltaBuilder& builder) {
  if (shape.nulls && random.one_in(20)) {
    builder.column(0).append_null();
  } else {
    builder.column(0).append<int64_t>(static_cast<int64_t>(random.below(shape.keys)));
  }
  builder.column(1).append_bytes(random.one_in(3) ? "" : "key");
  const uint64_t payload = random.below(shape.payloads);
  builder.column(2).append<int64_t>(static_cast<int64_t>(payload));
  if (shape.nulls && payload == 1) {
    builder.column(3).append_null();
  } else {
    const uint64_t bytes = shape.text_bytes * (payload == 2 ? 100 : 1);
    builder.column(3).append_bytes(std::string(payload % (bytes + 1) + (payload == 2 ? bytes : 0), 'x'));
  }
}

using ModelZSet = std::map<std::string, int64_t>;  // packed row -> weight

inline void add_to_model(ModelZSet& model, std::string row, int64_t weight) {
  const auto entry = model.emplace(std::move(row), 0).first;
  entry->second += weight;
  if (entry->second == 0) model.erase(entry);
}

}  // namespace millrace::storage
