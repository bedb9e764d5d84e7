// FORMAT JSON: one object a record, decoded by name straight into columns.
//
// A missing field and a JSON null are NULL; fields without a column are skipped. Strings are read as the
// column type's text form, numbers exactly as written (a numeric keeps every digit), objects and arrays
// only by json and jsonb columns. A source without a column list has one column `data jsonb`: the record.
//
// Cost      one pass (simdjson, on demand), about 10 M small records a second and core before the types' own work.
// Errors    A record that is not one JSON object, or a value its column does not take: 22032 or the type's
//           own, naming the column. The rows built so far are untouched.
// Threads   one.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "types/delta_batch.h"

namespace millrace::ingest {

class JsonDecoder {
 public:
  JsonDecoder(const std::vector<catalog::ColumnDefinition>& columns, bool whole_document);
  ~JsonDecoder();

  // Appends one row of weight 1.
  Status decode(std::string_view record, DeltaBuilder& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::ingest
