// The schema millrace: what the engine tells of itself.
#include "engine/system/relation_kind.h"
#include "engine/system/system_rows.h"
#include "types/value.h"

namespace millrace::engine {
namespace {

std::string_view state_name(SourceState state) {
  switch (state) {
    case SourceState::kStarting: return "starting";
    case SourceState::kRunning: return "running";
    case SourceState::kFinished: return "finished";
    case SourceState::kStalled: return "stalled";
  }
  return "";
}

std::string_view generator_name(catalog::GeneratorKind kind) {
  switch (kind) {
    case catalog::GeneratorKind::kCounter: return "load generator counter";
    case catalog::GeneratorKind::kClock: return "load generator clock";
    case catalog::GeneratorKind::kAuction: return "load generator auction";
    case catalog::GeneratorKind::kNexmark: return "load generator nexmark";
    case catalog::GeneratorKind::kTpch: return "load generator tpch";
    case catalog::GeneratorKind::kKeyValue: return "load generator key value";
    case catalog::GeneratorKind::kBank: return "load generator bank";
  }
  return "";
}

std::string_view source_type(const catalog::Source& source) {
  if (const auto* generator = std::get_if<catalog::GeneratorSource>(&source.from))
    return generator_name(generator->kind);
  return "kafka";
}

// How many records are known to be there and not yet read; nothing when no end is known.
std::optional<int64_t> lag_of(const SourceStatus& status) {
  std::optional<int64_t> lag;
  for (const ingest::PartitionStatus& partition : status.partitions) {
    if (!partition.end_offset) continue;
    lag = lag.value_or(0) + std::max<int64_t>(0, *partition.end_offset - partition.next_offset);
  }
  return lag;
}

void sources(const SystemContext& context, SystemRowWriter& out) {
  for (const SourceStatus& status : context.database.sources().statuses()) {
    const catalog::Object* object = context.catalog->find(status.source);
    if (object == nullptr) continue;
    out.number("id", object->id.value())
        .text("schema", object->name.schema)
        .text("name", object->name.name)
        .text("type", source_type(*object->as<catalog::Source>()))
        .text("status", state_name(status.state))
        .number("rows", static_cast<int64_t>(status.rows))
        .number("created_tick", static_cast<int64_t>(object->created_tick));
    if (const auto lag = lag_of(status)) out.number("lag", *lag);
    if (!status.error.empty()) out.text("error", status.error);
    out.end_row();
  }
}

void source_partitions(const SystemContext& context, SystemRowWriter& out) {
  for (const SourceStatus& status : context.database.sources().statuses()) {
    const catalog::Object* object = context.catalog->find(status.source);
    if (object == nullptr) continue;
    for (const ingest::PartitionStatus& partition : status.partitions) {
      out.number("source_id", object->id.value())
          .text("schema", object->name.schema)
          .text("name", object->name.name)
          .number("partition", partition.partition)
          .number("offset", partition.next_offset);
      if (partition.end_offset) {
        out.number("high_watermark", *partition.end_offset)
            .number("lag", std::max<int64_t>(0, *partition.end_offset - partition.next_offset));
      }
      out.end_row();
    }
  }
}

std::string_view readiness_name(Readiness readiness) {
  switch (readiness) {
    case Readiness::kReady: return "running";
    case Readiness::kHydrating: return "hydrating";
    case Readiness::kCatchingUp: return "catching up";
    case Readiness::kFailed: return "failed";
  }
  return "";
}

void views(const SystemContext& context, SystemRowWriter& out) {
  for (const auto& [id, relation] : context.world->relations) {
    const catalog::Object* object = context.catalog->find(id);
    if (object == nullptr) continue;
    const auto* view = object->as<catalog::MaterializedView>();
    if (view == nullptr) continue;
    std::string key;
    for (const uint32_t column : view->key) key += (key.empty() ? "" : ", ") + object->columns[column].name;
    out.number("id", id.value())
        .text("schema", object->name.schema)
        .text("name", object->name.name)
        .number("rows", static_cast<int64_t>(relation->rows()->row_count()))
        .number("bytes", static_cast<int64_t>(relation->rows()->bytes()))
        .text("key", key)
        .text("definition", view->query_sql)
        .number("created_tick", static_cast<int64_t>(object->created_tick));
    const auto error = relation->errors().error_at(context.database.registry().published());
    if (relation->readiness() == Readiness::kFailed) {
      out.text("status", "failed").text("error", relation->failure().message());
    } else if (error) {
      out.text("status", "error").text("error", error->message());
    } else {
      out.text("status", readiness_name(relation->readiness()));
    }
    out.end_row();
  }
}

void ticks(const SystemContext& context, SystemRowWriter& out) {
  for (const TickHistory::Entry& entry : context.database.history().entries()) {
    for (const auto& [source, partitions] : *entry.offsets) {
      const catalog::Object* object = context.catalog->find(source);
      if (object == nullptr) continue;
      for (const auto& [partition, offset] : partitions) {
        out.number("tick", static_cast<int64_t>(entry.tick.value()))
            .parsed("time", timestamptz_text(entry.time))
            .number("source_id", source.value())
            .text("source", object->name.name)
            .number("partition", partition)
            .number("offset", offset)
            .end_row();
      }
    }
  }
}

void hydrations(const SystemContext& context, SystemRowWriter& out) {
  for (const HydrationProgress& progress : context.database.hydrator().progress()) {
    const catalog::Object* view = context.catalog->find(progress.view);
    if (view == nullptr) continue;
    const double seconds = static_cast<double>(progress.running_ns) / 1e9;
    const double rate = seconds > 0 ? static_cast<double>(progress.rows) / seconds : 0;
    out.number("view_id", progress.view.value())
        .text("view", view->name.name)
        .number("rows", static_cast<int64_t>(progress.rows))
        .real("rows_per_second", rate)
        .parsed("started", timestamptz_text(progress.started));
    if (progress.rows_total) {
      const auto total = static_cast<double>(*progress.rows_total);
      const double left = total - static_cast<double>(progress.rows);
      out.number("rows_total", static_cast<int64_t>(*progress.rows_total))
          .real("percent", total > 0 ? 100.0 * (total - left) / total : 100.0);
      if (rate > 0) out.real("seconds_left", left / rate);
    }
    out.end_row();
  }
}

void settings(const SystemContext& context, SystemRowWriter& out) {
  for (const SessionSettings::Row& row : context.settings.rows()) {
    out.text("name", row.name).text("value", row.value).text("description", row.description).end_row();
  }
}

}  // namespace

void add_millrace_relations(std::map<std::string, SystemProducer>& producers) {
  producers["millrace.hydrations"] = hydrations;
  producers["millrace.settings"] = settings;
  producers["millrace.source_partitions"] = source_partitions;
  producers["millrace.sources"] = sources;
  producers["millrace.ticks"] = ticks;
  producers["millrace.views"] = views;
}

}  // namespace millrace::engine
