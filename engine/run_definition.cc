// Statements that define, change and drop objects: a step of DDL joins the transaction, and the transaction sees it.
#include <algorithm>

#include "engine/alter_table.h"
#include "engine/column_types.h"
#include "engine/run_bound.h"

namespace millrace::engine {
namespace {

std::string create_tag(const catalog::Object& object) {
  std::string kind(object.kind_name());
  for (char& c : kind) c = static_cast<char>(toupper(static_cast<unsigned char>(c)));
  return "CREATE " + kind;
}

}  // namespace

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundCreateSchema& create) const {
  if (transaction.catalog->has_schema(create.name)) {
    if (!create.if_not_exists) {
      return SqlError(sqlstate::kDuplicateSchema, "schema \"" + create.name + "\" already exists");
    }
    Outcome outcome = complete("CREATE SCHEMA");
    outcome.notices.push_back(notice("schema \"" + create.name + "\" already exists, skipping"));
    return outcome;
  }
  DdlStep step;
  step.change.created_schemas.push_back(create.name);
  return apply_ddl(std::move(step), "CREATE SCHEMA");
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundCreate& create) const {
  const std::string tag = create_tag(create.objects.front());
  DdlStep step;
  const catalog::Object* existing = transaction.catalog->find(create.objects.front().name);
  if (existing != nullptr) {
    const std::string& name = existing->name.name;
    if (create.if_not_exists) {
      Outcome outcome = complete(tag);
      outcome.notices.push_back(notice("relation \"" + name + "\" already exists, skipping"));
      return outcome;
    }
    if (!create.or_replace) {
      return SqlError(sqlstate::kDuplicateTable, "relation \"" + name + "\" already exists");
    }
    step.change.dropped.push_back(existing->id);
  }
  step.change.created = create.objects;
  std::vector<ObjectId> ids;
  for (catalog::Object& object : step.change.created) {
    ids.push_back(session.database_.allocate_id());
    object.id = ids.back();
  }
  // References among the new objects are their positions.
  const auto resolve = [&](ObjectId& reference) {
    if (reference.value() < ids.size()) reference = ids[reference.value()];
  };
  if (auto* table = std::get_if<catalog::Table>(&step.change.created[0].details)) {
    for (catalog::ForeignKey& key : table->foreign_keys) resolve(key.referenced);  // to itself
  }
  for (size_t i = 1; i < step.change.created.size(); ++i) {
    catalog::Object& object = step.change.created[i];
    for (ObjectId& below : object.depends_on) resolve(below);
    if (auto* table = std::get_if<catalog::SourceTable>(&object.details)) resolve(table->source);
    if (auto* index = std::get_if<catalog::Index>(&object.details)) resolve(index->relation);
    if (auto* sequence = std::get_if<catalog::Sequence>(&object.details)) resolve(sequence->owner);
  }
  TRY(validate_topic(step.change.created.front()));
  const ObjectId made = ids.front();
  if (create.plan) step.plans[made] = *create.plan;
  std::optional<Delta> contents;
  if (create.rows) {
    TRY(const sql::BoundQuery bound, concrete(*create.rows));
    TRY(contents, run_query(bound, env));
  }
  TRY(Answer answer, apply_ddl(std::move(step), tag));
  if (contents && !contents->empty()) {
    TableWrite write;
    write.change = *std::move(contents);
    for (const DeltaBatch& batch : write.change) {
      for (size_t row = 0; row < batch.rows(); ++row) write.rows += static_cast<uint64_t>(batch.weight(row));
    }
    (*answer)->tag = "SELECT " + std::to_string(write.rows);
    TRY(session.add_write(made, std::move(write), nullptr, env));
  }
  return answer;
}

Status DatabaseSession::RunBound::validate_topic(const catalog::Object& object) const {
  const auto* source = object.as<catalog::Source>();
  if (source == nullptr) return {};
  ingest::SourceDescription description;
  description.source = &object;
  description.relations = {object.columns};
  description.catalog = transaction.catalog.get();
  if (const auto* kafka = std::get_if<catalog::KafkaSource>(&source->from)) {
    description.connection = transaction.catalog->find(kafka->connection);
  }
  constexpr int64_t kTimeoutMs = 5000;
  return ingest::validate_source(description, kTimeoutMs);
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundDrop& drop) const {
  DdlStep step;
  step.change.dropped = drop.objects;
  step.change.created = drop.altered;
  step.change.dropped_schemas = drop.schemas;
  Outcome outcome = complete(drop.tag);
  for (const std::string& text : drop.notices) outcome.notices.push_back(notice(text));
  if (step.change.empty()) return outcome;
  TRY(Answer answer, apply_ddl(std::move(step), drop.tag));
  (*answer)->notices = std::move(outcome.notices);
  return answer;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundAlter& alter) const {
  DdlStep step;
  step.change.created.push_back(alter.object);
  TRY(Answer answer, apply_ddl(std::move(step), alter.tag));
  if (alter.object.as<catalog::Sequence>() != nullptr) {
    // Its new rules hold from here on, for numbers reserved under the old ones too.
    TRY(SequencePosition position, session.sequences_.position(alter.object.id));
    if (alter.restart) position = {*alter.restart, false};
    TRY(session.sequences_.set(alter.object.id, position.last_value, position.is_called));
  }
  return answer;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::operator()(const sql::BoundAlterTable& alter) const {
  sql::BoundAlterTable bound = alter;
  if (alter.rows) {
    TRY(bound.rows, concrete(*alter.rows));
  }
  TRY(Alteration altered, alter_table(bound, env, [this] { return session.database_.allocate_id(); }));
  TRY(Answer answer, apply_ddl(std::move(altered.step), "ALTER TABLE"));
  transaction.depends_on.insert(altered.looked_at.begin(), altered.looked_at.end());
  if (altered.write && !altered.write->change.empty()) {
    const catalog::Object& table = *transaction.catalog->find(altered.table);
    transaction.writes.try_emplace(altered.table, column_types(table)).first->second.add(altered.write->change);
  }
  for (const std::string& text : alter.notices) (*answer)->notices.push_back(notice(text));
  return answer;
}

DatabaseSession::RunBound::Answer DatabaseSession::RunBound::apply_ddl(DdlStep step, const std::string& tag) const {
  if (transaction.read_only) {
    return SqlError(sqlstate::kReadOnlySqlTransaction, "cannot execute " + tag + " in a read-only transaction");
  }
  transaction.catalog = engine::apply(transaction.catalog, step.change);
  session.sequences_.use(transaction.catalog, transaction.read_only);
  transaction.ddl.push_back(std::move(step));
  session.refresh_text();
  return complete(tag);
}

}  // namespace millrace::engine
