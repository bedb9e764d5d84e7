#include "ingest/source_reader.h"

#include "ingest/generator/generator_reader.h"
#include "ingest/kafka/kafka_client.h"
#include "ingest/kafka/kafka_reader.h"

namespace millrace::ingest {

Result<std::unique_ptr<SourceReader>> open_reader(const SourceDescription& description, const OffsetVector& from,
                                                  const std::optional<OffsetVector>& until, Clock& clock) {
  const auto& source = description.source->as<catalog::Source>()->from;
  if (std::holds_alternative<catalog::GeneratorSource>(source)) return open_generator(description, from, until, clock);
  return open_kafka(description, from, until, clock);
}

Status validate_connection(const catalog::Object& connection, const catalog::CatalogSnapshot& catalog,
                           int64_t timeout_ms) {
  TRY(const KafkaHandle handle, make_consumer(connection, catalog, "millrace-validate"));
  // Any topic will do: that it does not exist is an answer too.
  Result<std::vector<int32_t>> answer = fetch_partitions(handle.get(), "millrace-validate", timeout_ms);
  if (!answer && answer.error().state() == sqlstate::kConnectionException) return std::move(answer).error();
  return {};
}

Status validate_source(const SourceDescription& description, int64_t timeout_ms) {
  const auto* kafka = std::get_if<catalog::KafkaSource>(&description.source->as<catalog::Source>()->from);
  if (kafka == nullptr) return {};
  TRY(const KafkaHandle handle, make_consumer(*description.connection, *description.catalog, "millrace-validate"));
  TRY(const std::vector<int32_t> partitions, fetch_partitions(handle.get(), kafka->topic, timeout_ms));
  return {};
}

}  // namespace millrace::ingest
