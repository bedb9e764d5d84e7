#include "ingest/kafka/kafka_client.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <utility>

#include "base/log.h"

namespace millrace::ingest {
namespace {

// What a connection may set: SQL's names to the library's. Nothing here reads a file of the server or
// loads code.
constexpr std::array<std::pair<std::string_view, const char*>, 9> kOptions = {{
    {"security protocol", "security.protocol"},
    {"sasl mechanisms", "sasl.mechanisms"},
    {"sasl username", "sasl.username"},
    {"sasl password", "sasl.password"},
    {"ssl certificate authority", "ssl.ca.pem"},
    {"ssl certificate", "ssl.certificate.pem"},
    {"ssl key", "ssl.key.pem"},
    {"ssl key password", "ssl.key.password"},
    {"client id", "client.id"},
}};

// Why each differs from the library's default stands beside it.
constexpr std::array<std::pair<const char*, const char*>, 13> kFixed = {{
    {"enable.auto.commit", "false"},  // offsets live with the state
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},    // a gap is an error, never skipped in silence
    {"enable.partition.eof", "true"},  // the only sure sign of being caught up
    {"check.crcs", "true"},            // a damaged batch is refused
    {"isolation.level", "read_committed"},
    {"fetch.wait.max.ms", "20"},  // freshness
    {"fetch.error.backoff.ms", "50"},
    {"fetch.queue.backoff.ms", "5"},  // the default stalls a full queue for a second
    {"queued.min.messages", "100000"},
    {"queued.max.messages.kbytes", "65536"},  // bounds what is read ahead
    {"reconnect.backoff.max.ms", "2000"},
    {"log.connection.close", "false"},
}};

void forward_log(const rd_kafka_t*, int level, const char*, const char* message) {
  constexpr int kSyslogWarning = 4;
  if (level <= kSyslogWarning) log_debug("kafka client", {{"message", message}});
}

struct ConfigDeleter {
  void operator()(rd_kafka_conf_t* config) const { rd_kafka_conf_destroy(config); }
};

}  // namespace

void KafkaHandleDeleter::operator()(rd_kafka_t* handle) const {
  rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Result<KafkaHandle> make_consumer(const catalog::Object& connection, const catalog::CatalogSnapshot&,
                                  const std::string& group_id) {
  std::unique_ptr<rd_kafka_conf_t, ConfigDeleter> config(rd_kafka_conf_new());
  char message[512];
  const auto set = [&](const char* name, const std::string& value) -> Status {
    if (rd_kafka_conf_set(config.get(), name, value.c_str(), message, sizeof message) == RD_KAFKA_CONF_OK) return {};
    return SqlError(sqlstate::kInvalidParameterValue,
                    "invalid option of connection \"" + connection.name.name + "\": " + message);
  };
  const auto& details = *connection.as<catalog::Connection>();
  std::string brokers;
  for (const std::string& broker : details.brokers) brokers += (brokers.empty() ? "" : ",") + broker;
  TRY(set("bootstrap.servers", brokers));
  TRY(set("group.id", group_id));
  for (const auto& [name, value] : kFixed) TRY(set(name, value));
  for (const auto& [name, value] : details.options) {
    for (const auto& [sql_name, client_name] : kOptions) {
      if (name == sql_name) TRY(set(client_name, value));
    }
  }
  rd_kafka_conf_set_log_cb(config.get(), forward_log);
  KafkaHandle handle(rd_kafka_new(RD_KAFKA_CONSUMER, config.get(), message, sizeof message));
  if (handle == nullptr)
    return SqlError(sqlstate::kInvalidParameterValue, std::string("cannot make a Kafka client: ") + message);
  (void)config.release();  // The client owns it now.
  rd_kafka_poll_set_consumer(handle.get());
  return handle;
}

Result<std::vector<int32_t>> fetch_partitions(rd_kafka_t* handle, const std::string& topic, int64_t timeout_ms) {
  std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> local(
      rd_kafka_topic_new(handle, topic.c_str(), nullptr), &rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(handle, 0, local.get(), &metadata, static_cast<int>(timeout_ms));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return SqlError(sqlstate::kConnectionException, std::string("no answer from Kafka: ") + rd_kafka_err2str(error))
        .with_hint("Check that the broker runs, and that its advertised address can be reached from here.");
  }
  std::vector<int32_t> partitions;
  rd_kafka_resp_err_t topic_error = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (topic != metadata->topics[i].topic) continue;
    topic_error = metadata->topics[i].err;
    for (int p = 0; p < metadata->topics[i].partition_cnt; ++p)
      partitions.push_back(metadata->topics[i].partitions[p].id);
  }
  rd_kafka_metadata_destroy(metadata);
  if (topic_error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return SqlError(sqlstate::kUndefinedObject, "topic \"" + topic + "\" does not exist")
        .with_hint("Create the topic, or correct its name.");
  }
  if (topic_error != RD_KAFKA_RESP_ERR_NO_ERROR || partitions.empty()) {
    return SqlError(sqlstate::kConnectionException,
                    "topic \"" + topic + "\" cannot be read now: " + rd_kafka_err2str(topic_error));
  }
  return partitions;
}

}  // namespace millrace::ingest
