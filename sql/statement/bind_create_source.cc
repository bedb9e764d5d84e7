// CREATE SOURCE, CREATE CONNECTION, CREATE SECRET.
#include <fmt/format.h>

#include <algorithm>

#include "catalog/generator_tables.h"
#include "sql/statement/option_reader.h"
#include "sql/statement/statement_binder.h"
#include "sql/statement/table_definition.h"

namespace millrace::sql {
namespace {

using catalog::Object;

// The source itself stands first among the objects of its statement; its relations refer to that place.
constexpr ObjectId kFirstObject{0};

struct Generator {
  std::string_view name;
  catalog::GeneratorKind kind;
};
constexpr Generator kGenerators[] = {
    {"counter", catalog::GeneratorKind::kCounter}, {"clock", catalog::GeneratorKind::kClock},
    {"auction", catalog::GeneratorKind::kAuction}, {"nexmark", catalog::GeneratorKind::kNexmark},
    {"tpch", catalog::GeneratorKind::kTpch},       {"key value", catalog::GeneratorKind::kKeyValue},
    {"bank", catalog::GeneratorKind::kBank},
};

Result<catalog::GeneratorSource> read_generator(const ast::CreateSource& node) {
  const Generator* found = nullptr;
  for (const Generator& generator : kGenerators) {
    if (generator.name == node.generator) found = &generator;
  }
  if (found == nullptr) {
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unknown load generator \"{}\"", node.generator))
        .with_hint("There are COUNTER, AUCTION and NEXMARK.")
        .at(node.from_location);
  }
  catalog::GeneratorSource out{found->kind};
  if (catalog::generator_tables(out.kind).empty()) {
    return not_supported(fmt::format("the load generator {}", node.generator),
                         "There are COUNTER, AUCTION and NEXMARK.")
        .at(node.from_location);
  }
  OptionReader options(node.options, "LOAD GENERATOR");
  TRY(out.rate, options.number("rate"));
  TRY(const std::optional<int64_t> max_rows, options.integer("max rows"));
  if (max_rows) out.max_rows = static_cast<uint64_t>(*max_rows);
  TRY(const std::optional<int64_t> seed, options.integer("seed"));
  if (seed) out.seed = static_cast<uint64_t>(*seed);
  TRY(const std::optional<int64_t> tick, options.interval("tick interval"));
  if (tick) out.tick_interval_us = *tick;
  TRY(const std::optional<double> scale, options.number("scale factor"));
  if (scale) out.scale_factor = *scale;
  TRY(options.finish());
  return out;
}

Status refuse_source_clauses(const ast::CreateSource& node) {
  if (!node.key_format.empty()) return not_supported("KEY FORMAT", "Give FORMAT alone.").at(node.format_location);
  if (node.format.empty())
    return not_supported("a Kafka source without FORMAT", "Add FORMAT JSON.").at(node.from_location);
  if (node.format != "json") {
    return not_supported(fmt::format("FORMAT {}", node.format), "Use FORMAT JSON.").at(node.format_location);
  }
  if (!node.include.empty())
    return not_supported("INCLUDE", "Put the value into the message.").at(node.include_location);
  if (!node.envelope.empty() && node.envelope != "none") {
    return not_supported(fmt::format("ENVELOPE {}", node.envelope), "Use ENVELOPE NONE.").at(node.envelope_location);
  }
  for (const ast::Constraint& constraint : node.constraints) {
    return not_supported("a constraint of a source", "Leave it out: rows of a source are append-only.")
        .at(constraint.location);
  }
  for (const ast::ColumnDefinition& column : node.columns) {
    for (const ast::Constraint& constraint : column.constraints) {
      if (constraint.kind == ast::Constraint::Kind::kNotNull || constraint.kind == ast::Constraint::Kind::kNull)
        continue;
      return not_supported("this constraint of a source's column", "Only NOT NULL can be given.")
          .at(constraint.location);
    }
  }
  return {};
}

Result<catalog::KafkaSource> read_kafka(const ast::CreateSource& node, ObjectId connection) {
  catalog::KafkaSource out;
  out.connection = connection;
  OptionReader options(node.options, "KAFKA");
  TRY(const std::optional<std::string> topic, options.text("topic"));
  if (!topic || topic->empty()) {
    return SqlError(sqlstate::kSyntaxError, "a Kafka source needs a TOPIC").at(node.from_location);
  }
  out.topic = *topic;
  if (const ast::SourceOption* start = options.find("start offset")) {
    const std::string first = start->values.empty() ? "" : start->values[0];
    if (!start->is_list && first == "latest") {
      out.start_latest = true;
    } else if (!start->is_list && first == "earliest") {
      out.start_offsets.clear();
    } else {
      for (const std::string& value : start->values) {
        if (value.empty() || value.size() > 18 || value.find_first_not_of("0123456789") != std::string::npos) {
          return SqlError(sqlstate::kInvalidParameterValue, fmt::format("invalid offset \"{}\"", value))
              .with_hint("Give 'earliest', 'latest' or a list of numbers, one a partition.")
              .at(start->value_location);
        }
        out.start_offsets.push_back(std::stoll(value));
      }
    }
  }
  TRY(options.text("group id prefix"));
  TRY(options.finish());
  return out;
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateSource& node) {
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE SOURCE");
  OptionReader with(node.with, "CREATE SOURCE");
  if (const ast::SourceOption* store = with.find("store");
      store != nullptr && store->values != std::vector<std::string>{"false"}) {
    return not_supported("STORE", "Keep the rows in a materialized view.").at(store->location);
  }
  if (const ast::SourceOption* on_error = with.find("on error");
      on_error != nullptr && on_error->values != std::vector<std::string>{"STALL"}) {
    return not_supported("this ON ERROR of a source", "Use ON ERROR = 'STALL'.").at(on_error->location);
  }
  TRY(with.finish());
  BoundCreate out;
  out.if_not_exists = node.if_not_exists;
  Object source = new_object(std::move(name));
  if (node.from == "load generator") {
    if (node.has_columns)
      return not_supported("columns of a load generator", "Leave the list out.").at(node.from_location);
    TRY(const catalog::GeneratorSource generator, read_generator(node));
    const auto tables = catalog::generator_tables(generator.kind);
    source.details = catalog::Source{generator};
    if (tables.size() == 1) {
      source.columns = catalog::generator_columns(tables[0]);
      out.objects.push_back(std::move(source));
      return out;
    }
    if (!node.all_tables) {
      return SqlError(sqlstate::kSyntaxError,
                      fmt::format("the load generator {} makes several relations", node.generator))
          .with_hint("Add FOR ALL TABLES.")
          .at(node.from_location);
    }
    const std::string schema = source.name.schema;
    const std::string definition = source.definition_sql;
    out.objects.push_back(std::move(source));
    for (uint32_t i = 0; i < tables.size(); ++i) {
      const catalog::QualifiedName table_name{schema, std::string(tables[i].name)};
      if (catalog().find(table_name) != nullptr || table_name == out.objects[0].name) {
        return SqlError(sqlstate::kDuplicateTable, fmt::format("relation \"{}\" already exists", table_name.name));
      }
      Object table = new_object(table_name);
      table.definition_sql = definition;
      table.columns = catalog::generator_columns(tables[i]);
      table.details = catalog::SourceTable{kFirstObject, i};
      table.depends_on = {kFirstObject};
      out.objects.push_back(std::move(table));
    }
    return out;
  }
  if (node.all_tables) return not_supported("FOR ALL TABLES of a Kafka source", "Make one source a topic.");
  TRY(refuse_source_clauses(node));
  const std::string schema = node.connection.parts.size() > 1 ? node.connection.parts[0] : "";
  const Object* connection = catalog().resolve(schema, node.connection.last(), context_.search_path);
  if (connection == nullptr || connection->as<catalog::Connection>() == nullptr) {
    return SqlError(sqlstate::kUndefinedObject,
                    fmt::format("connection \"{}\" does not exist", node.connection.to_string()))
        .at(node.connection.location);
  }
  TRY(catalog::KafkaSource kafka, read_kafka(node, connection->id));
  kafka.whole_document = !node.has_columns;
  if (node.has_columns) {
    std::vector<NumberedColumn> numbered;
    TRY(define_columns(catalog(), node.columns, source, numbered));
    if (!numbered.empty()) return not_supported("a serial column of a source", "Its values come with its records.");
    if (source.columns.empty()) return SqlError(sqlstate::kSyntaxError, "a source needs at least one column");
  } else {
    source.columns = {{"data", type_of(oid::kJsonb), false, "", ""}};
  }
  source.depends_on = {connection->id};
  source.details = catalog::Source{std::move(kafka)};
  out.objects.push_back(std::move(source));
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateConnection& node) {
  if (node.kind != "kafka") {
    return not_supported(fmt::format("a connection to {}", node.kind), "Use CREATE CONNECTION .. TO KAFKA.")
        .at(node.kind_location);
  }
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE CONNECTION");
  catalog::Connection connection;
  OptionReader options(node.options, "CREATE CONNECTION");
  for (const char* option_name : {"broker", "brokers"}) {
    const ast::SourceOption* option = options.find(option_name);
    if (option == nullptr) continue;
    for (const std::string& broker : option->values) {
      if (broker.empty() || broker.find_first_of(" ,;") != std::string::npos) {
        return SqlError(sqlstate::kInvalidParameterValue, fmt::format("invalid broker address \"{}\"", broker))
            .with_hint("Write 'host:port'; several as BROKERS ('a:9092', 'b:9092').")
            .at(option->value_location);
      }
      connection.brokers.push_back(broker);
    }
  }
  if (connection.brokers.empty()) {
    return SqlError(sqlstate::kSyntaxError, "a Kafka connection needs a BROKER").at(node.kind_location);
  }
  TRY(const std::optional<std::string> protocol, options.text("security protocol"));
  if (protocol && *protocol != "PLAINTEXT") {
    return not_supported(fmt::format("SECURITY PROTOCOL '{}'", *protocol), "Use 'PLAINTEXT'.");
  }
  if (protocol) connection.options["security protocol"] = *protocol;
  TRY(options.text("progress topic"));
  TRY(options.finish());
  OptionReader with(node.with, "CREATE CONNECTION");
  TRY(with.text("validate"));
  TRY(with.finish());
  Object object = new_object(std::move(name));
  object.details = std::move(connection);
  BoundCreate out;
  out.if_not_exists = node.if_not_exists;
  out.objects.push_back(std::move(object));
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::ValidateConnection&) {
  return not_supported("VALIDATE CONNECTION", "Create a source: its status in millrace.sources tells.");
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateSecret& node) {
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE SECRET");
  Object object = new_object(name);
  object.definition_sql = fmt::format("CREATE SECRET {} AS '...'", quote_identifier(name.name));
  object.details = catalog::Secret{node.value};
  BoundCreate out;
  out.if_not_exists = node.if_not_exists;
  out.objects.push_back(std::move(object));
  return out;
}

}  // namespace millrace::sql
