#include "ingest/kafka/kafka_reader.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <deque>

#include "ingest/formats/json.h"
#include "ingest/kafka/kafka_client.h"

namespace millrace::ingest {
namespace {

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

class KafkaReader final : public SourceReader {
 public:
  KafkaReader(KafkaHandle handle, const catalog::KafkaSource& source,
              const std::vector<catalog::ColumnDefinition>& columns, OffsetVector from,
              std::optional<OffsetVector> until)
      : handle_(std::move(handle)),
        queue_(rd_kafka_queue_get_consumer(handle_.get())),
        source_(source),
        decoder_(columns, source.whole_document),
        builder_(types_of(columns)),
        next_(std::move(from)),
        until_(std::move(until)) {}

  ~KafkaReader() override {
    pending_.clear();
    rd_kafka_queue_destroy(queue_);
  }

  Result<SourceBatch> poll(size_t rows_max, int64_t wait_ms) override {
    SourceBatch batch;
    batch.outputs.resize(1);
    if (!assigned_) {
      TRY(assign(wait_ms));
      if (!assigned_) return batch;
    }
    if (pending_.empty()) receive(rows_max, wait_ms);
    TRY(take(rows_max, batch));
    if (builder_.rows() > 0) batch.outputs[0].push_back(builder_.finish());
    batch.next = next_;
    batch.finished = until_.has_value() && std::all_of(until_->begin(), until_->end(), [&](const auto& entry) {
                       const auto found = next_.find(entry.first);
                       return found != next_.end() && found->second >= entry.second;
                     });
    return batch;
  }

  std::vector<PartitionStatus> partitions() const override {
    std::vector<PartitionStatus> result;
    for (const auto& [partition, next] : next_) {
      PartitionStatus status{.partition = partition, .next_offset = next, .end_offset = {}};
      int64_t low = 0;
      int64_t high = 0;
      if (rd_kafka_get_watermark_offsets(handle_.get(), source_.topic.c_str(), partition, &low, &high) ==
              RD_KAFKA_RESP_ERR_NO_ERROR &&
          high >= 0) {
        status.end_offset = high;
      }
      result.push_back(status);
    }
    return result;
  }
  std::string trouble() const override { return trouble_; }
  bool caught_up() const override { return assigned_ && at_end_.size() == next_.size(); }

 private:
  static std::vector<SqlType> types_of(const std::vector<catalog::ColumnDefinition>& columns) {
    std::vector<SqlType> types;
    for (const catalog::ColumnDefinition& column : columns) types.push_back(column.type);
    return types;
  }

  // Finds the partitions and starts reading them. A broker that does not answer is trouble, not an error.
  Status assign(int64_t wait_ms) {
    constexpr int64_t kMetadataMs = 1000;
    Result<std::vector<int32_t>> found = fetch_partitions(handle_.get(), source_.topic, std::max(wait_ms, kMetadataMs));
    if (!found) {
      trouble_ = found.error().message();
      return {};
    }
    std::vector<int32_t> wanted = *found;
    if (until_) std::erase_if(wanted, [&](int32_t partition) { return !until_->contains(partition); });
    for (const auto& [partition, next] : next_) {
      if (std::find(found->begin(), found->end(), partition) != found->end()) continue;
      return SqlError(sqlstate::kDataCorrupted, "topic \"" + source_.topic + "\" has lost partition " +
                                                    std::to_string(partition) + " that was read before")
          .with_hint("The topic was recreated with fewer partitions: drop the source and create it again.");
    }
    std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(wanted.size())), &rd_kafka_topic_partition_list_destroy);
    for (const int32_t partition : wanted) {
      TRY(const int64_t start, start_of(partition, kMetadataMs));
      next_[partition] = start;
      rd_kafka_topic_partition_list_add(list.get(), source_.topic.c_str(), partition)->offset = start;
    }
    if (const auto error = rd_kafka_assign(handle_.get(), list.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      trouble_ = rd_kafka_err2str(error);
      return {};
    }
    trouble_.clear();
    assigned_ = true;
    return {};
  }

  // Where a partition begins for us. Known offsets are kept with the state; new partitions start where
  // the source says.
  Result<int64_t> start_of(int32_t partition, int64_t timeout_ms) {
    if (const auto known = next_.find(partition); known != next_.end()) return known->second;
    if (static_cast<size_t>(partition) < source_.start_offsets.size()) {
      return source_.start_offsets[static_cast<size_t>(partition)];
    }
    int64_t low = 0;
    int64_t high = 0;
    const auto error = rd_kafka_query_watermark_offsets(handle_.get(), source_.topic.c_str(), partition, &low, &high,
                                                        static_cast<int>(timeout_ms));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return SqlError(sqlstate::kConnectionException, "cannot find where partition " + std::to_string(partition) +
                                                          " of topic \"" + source_.topic +
                                                          "\" starts: " + rd_kafka_err2str(error));
    }
    return source_.start_latest ? high : low;
  }

  void receive(size_t rows_max, int64_t wait_ms) {
    std::vector<rd_kafka_message_t*> messages(rows_max);
    // Waits for a first message, then takes what is there.
    ssize_t count = 0;
    if (rd_kafka_message_t* first = rd_kafka_consume_queue(queue_, static_cast<int>(wait_ms))) {
      pending_.emplace_back(first);
      if (rows_max > 1) count = rd_kafka_consume_batch_queue(queue_, 0, messages.data(), rows_max - 1);
    }
    for (ssize_t i = 0; i < count; ++i) pending_.emplace_back(messages[static_cast<size_t>(i)]);
  }

  // Moves pending messages into the batch. Stops before a record that fails when there is something to
  // hand out before it; fails when it is the first.
  Status take(size_t rows_max, SourceBatch& batch) {
    while (!pending_.empty() && batch.records < rows_max) {
      const rd_kafka_message_t& message = *pending_.front();
      if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (Status handled = handle_event(message, batch); !handled) return handled;
        pending_.pop_front();
        continue;
      }
      trouble_.clear();
      int64_t& next = next_[message.partition];
      const bool wanted = message.offset >= next && !past_end(message.partition, message.offset);
      if (wanted && message.payload != nullptr) {
        const std::string_view record(static_cast<const char*>(message.payload), message.len);
        if (Status decoded = decoder_.decode(record, builder_); !decoded) {
          if (batch.records > 0) return {};
          return locate(std::move(decoded).error(), message);
        }
      }
      if (message.offset >= next) {
        next = message.offset + 1;
        ++batch.records;
      }
      at_end_.erase(message.partition);
      pending_.pop_front();
    }
    return {};
  }

  bool past_end(int32_t partition, int64_t offset) const {
    if (!until_) return false;
    const auto end = until_->find(partition);
    return end == until_->end() || offset >= end->second;
  }

  Status handle_event(const rd_kafka_message_t& message, SourceBatch& batch) {
    switch (message.err) {
      case RD_KAFKA_RESP_ERR__PARTITION_EOF: {
        // The end's offset counts markers that no consumer is handed.
        int64_t& next = next_[message.partition];
        if (message.offset > next) {
          next = message.offset;
          ++batch.records;
        }
        at_end_[message.partition] = true;
        trouble_.clear();
        return {};
      }
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return locate(SqlError(sqlstate::kDataCorrupted, "the next offset is not in the log any more")
                          .with_hint("Its records were deleted before they were read, or the topic was truncated. "
                                     "Drop the source and create it again to go on with what is there."),
                      message);
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return locate(SqlError(sqlstate::kUndefinedObject, "the topic is gone")
                          .with_hint("Create the topic and the source again."),
                      message);
      default: trouble_ = rd_kafka_message_errstr(&message); return {};
    }
  }

  SqlError locate(SqlError error, const rd_kafka_message_t& message) const {
    const int64_t offset = message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? message.offset : next_offset(message.partition);
    std::string place = "Topic " + source_.topic + ", partition " + std::to_string(message.partition) + ", offset " +
                        std::to_string(offset) + ".";
    if (!error.detail().empty()) place += " " + error.detail();
    return std::move(error).with_detail(std::move(place));
  }

  int64_t next_offset(int32_t partition) const {
    const auto found = next_.find(partition);
    return found == next_.end() ? -1 : found->second;
  }

  KafkaHandle handle_;
  rd_kafka_queue_t* queue_;
  const catalog::KafkaSource source_;
  JsonDecoder decoder_;
  DeltaBuilder builder_;
  OffsetVector next_;
  const std::optional<OffsetVector> until_;
  std::deque<Message> pending_;
  std::map<int32_t, bool> at_end_;
  bool assigned_ = false;
  std::string trouble_;
};

}  // namespace

Result<std::unique_ptr<SourceReader>> open_kafka(const SourceDescription& description, const OffsetVector& from,
                                                 const std::optional<OffsetVector>& until, Clock&) {
  const auto& source = std::get<catalog::KafkaSource>(description.source->as<catalog::Source>()->from);
  const std::string group = "millrace-" + std::to_string(description.source->id.value());
  TRY(KafkaHandle handle, make_consumer(*description.connection, *description.catalog, group));
  return std::unique_ptr<SourceReader>(
      std::make_unique<KafkaReader>(std::move(handle), source, description.relations.front(), from, until));
}

}  // namespace millrace::ingest
