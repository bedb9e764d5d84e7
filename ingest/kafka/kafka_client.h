// librdkafka behind our own types: configuration from a catalogued connection, and RAII.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

typedef struct rd_kafka_s rd_kafka_t;

namespace millrace::ingest {

struct KafkaHandleDeleter {
  void operator()(rd_kafka_t* handle) const;
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaHandleDeleter>;

// A consumer for assigned partitions. Its group id is only a name for the brokers' logs: offsets are kept
// with the state, never committed to the broker.
Result<KafkaHandle> make_consumer(const catalog::Object& connection, const catalog::CatalogSnapshot& catalog,
                                  const std::string& group_id);

// The partitions of a topic, asked from the brokers. 58030-like errors name the broker and what to check;
// 42704 when there is no such topic.
Result<std::vector<int32_t>> fetch_partitions(rd_kafka_t* handle, const std::string& topic, int64_t timeout_ms);

}  // namespace millrace::ingest
