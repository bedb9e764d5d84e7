#include "engine/tick_record.h"

#include "base/byte_stream.h"

namespace millrace::engine {
namespace {

constexpr uint64_t kVersion = 1;

SqlError damaged() { return SqlError(sqlstate::kDataCorrupted, "a record of the tick log cannot be read"); }

void write_offsets(const std::map<ObjectId, ingest::OffsetVector>& offsets, ByteWriter& out) {
  out.varint(offsets.size());
  for (const auto& [source, partitions] : offsets) {
    out.varint(source.value());
    out.varint(partitions.size());
    for (const auto& [partition, offset] : partitions) {
      out.signed_varint(partition);
      out.signed_varint(offset);
    }
  }
}

std::map<ObjectId, ingest::OffsetVector> read_offsets(ByteReader& in) {
  std::map<ObjectId, ingest::OffsetVector> offsets;
  for (uint64_t sources = in.count(); sources > 0; --sources) {
    ingest::OffsetVector& partitions = offsets[ObjectId(static_cast<uint32_t>(in.varint()))];
    for (uint64_t count = in.count(); count > 0; --count) {
      const auto partition = static_cast<int32_t>(in.signed_varint());
      partitions[partition] = in.signed_varint();
    }
  }
  return offsets;
}

void write_change(const CatalogChange& change, ByteWriter& out) {
  out.varint(change.created.size());
  for (const catalog::Object& object : change.created) out.string(catalog::serialize(object));
  out.varint(change.dropped.size());
  for (const ObjectId id : change.dropped) out.varint(id.value());
  out.varint(change.created_schemas.size());
  for (const std::string& name : change.created_schemas) out.string(name);
  out.varint(change.dropped_schemas.size());
  for (const std::string& name : change.dropped_schemas) out.string(name);
}

Result<CatalogChange> read_change(ByteReader& in) {
  CatalogChange change;
  for (uint64_t count = in.count(); count > 0; --count) {
    TRY(catalog::Object object, catalog::deserialize_object(in.string()));
    change.created.push_back(std::move(object));
  }
  for (uint64_t count = in.count(); count > 0; --count) {
    change.dropped.emplace_back(static_cast<uint32_t>(in.varint()));
  }
  for (uint64_t count = in.count(); count > 0; --count) change.created_schemas.emplace_back(in.string());
  for (uint64_t count = in.count(); count > 0; --count) change.dropped_schemas.emplace_back(in.string());
  return change;
}

std::string encode_rows(const Delta& delta) {
  ByteWriter out;
  if (delta.empty()) return out.take();
  std::vector<SqlType> types;
  for (const ColumnPtr& column : delta.front().columns()) types.push_back(column->type());
  const RowLayout layout(std::move(types));
  for (const DeltaBatch& batch : delta) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      out.signed_varint(batch.weight(row));
      out.string(layout.pack(batch, row));
    }
  }
  return out.take();
}

}  // namespace

catalog::CatalogPtr apply(const catalog::CatalogPtr& catalog, const CatalogChange& change) {
  catalog::CatalogPtr result = catalog;
  for (const ObjectId id : change.dropped) result = result->without_object(id);
  for (const std::string& name : change.dropped_schemas) result = result->without_schema(name);
  for (const std::string& name : change.created_schemas) result = result->with_schema(name);
  for (const catalog::Object& object : change.created) result = result->with_object(object);
  return result;
}

std::string encode(const TickRecord& record) {
  ByteWriter out;
  out.varint(kVersion);
  out.varint(record.tick.value());
  out.fixed(record.time.micros);
  out.varint(record.catalog.size());
  for (const CatalogChange& change : record.catalog) write_change(change, out);
  out.varint(record.tables.size());
  for (const TableChange& change : record.tables) {
    out.varint(change.table.value());
    out.string(encode_rows(change.rows));
  }
  write_offsets(record.offsets, out);
  return out.take();
}

Result<StoredTickRecord> decode(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.varint() != kVersion) {
    return SqlError(sqlstate::kDataCorrupted, "the tick log was written by another version of this server")
        .with_hint("Start the server version that wrote it.");
  }
  StoredTickRecord record;
  record.tick = TickId(in.varint());
  record.time.micros = in.fixed<int64_t>();
  for (uint64_t count = in.count(); count > 0; --count) {
    TRY(CatalogChange change, read_change(in));
    record.catalog.push_back(std::move(change));
  }
  for (uint64_t count = in.count(); count > 0; --count) {
    const ObjectId table(static_cast<uint32_t>(in.varint()));
    record.tables.emplace_back(table, std::string(in.string()));
  }
  record.offsets = read_offsets(in);
  if (!in.ok() || !in.at_end()) return damaged();
  return record;
}

Result<Delta> decode_rows(std::string_view bytes, const RowLayout& layout) {
  Delta delta;
  DeltaBuilder builder(layout.types());
  ByteReader in(bytes);
  while (!in.at_end()) {
    const int64_t weight = in.signed_varint();
    const std::string_view row = in.string();
    if (!in.ok() || row.size() < layout.fixed_bytes()) return damaged();
    layout.unpack(row, builder);
    builder.end_row(weight);
    if (builder.rows() == kBatchRows) delta.push_back(builder.finish());
  }
  if (builder.rows() > 0) delta.push_back(builder.finish());
  return delta;
}

std::string encode_offsets(const std::map<ObjectId, ingest::OffsetVector>& offsets) {
  ByteWriter out;
  write_offsets(offsets, out);
  return out.take();
}

Result<std::map<ObjectId, ingest::OffsetVector>> decode_offsets(std::string_view bytes) {
  ByteReader in(bytes);
  auto offsets = read_offsets(in);
  if (!in.ok() || !in.at_end()) return damaged();
  return offsets;
}

}  // namespace millrace::engine
