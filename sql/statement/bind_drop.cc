#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

using catalog::Object;

struct Kind {
  ast::ObjectKind kind;
  std::string_view name;  // as messages say it
  std::string_view tag;
};
constexpr Kind kKinds[] = {
    {ast::ObjectKind::kTable, "table", "DROP TABLE"},
    {ast::ObjectKind::kView, "view", "DROP VIEW"},
    {ast::ObjectKind::kMaterializedView, "materialized view", "DROP MATERIALIZED VIEW"},
    {ast::ObjectKind::kIndex, "index", "DROP INDEX"},
    {ast::ObjectKind::kSequence, "sequence", "DROP SEQUENCE"},
    {ast::ObjectKind::kSource, "source", "DROP SOURCE"},
    {ast::ObjectKind::kConnection, "connection", "DROP CONNECTION"},
    {ast::ObjectKind::kSecret, "secret", "DROP SECRET"},
};

// Collects what has to go, dependents before what they need.
class Collector {
 public:
  explicit Collector(const catalog::CatalogSnapshot& catalog) : catalog_(catalog) {}

  // Everything in a schema: it depends on the schema first of all.
  void add_schema(const std::string& schema) {
    for (const auto& [id, object] : catalog_.objects()) {
      if (object->name.schema == schema) in_schema_.insert(id);
    }
    const std::set<ObjectId> direct = in_schema_;
    for (const ObjectId id : direct) add(id, ObjectId(), false);
  }

  // `named`: by the user; else it goes because of `reason`.
  void add(ObjectId id, ObjectId reason, bool named) {
    if (!seen_.insert(id).second) return;
    const Object& object = *catalog_.find(id);
    for (const ObjectId dependent : catalog_.dependents(id)) {
      // A table outlives the one that its foreign key refers to, and the sequence that feeds it.
      if (catalog_.find(dependent)->as<catalog::Table>() != nullptr) {
        referring_.push_back({dependent, id});
      } else {
        add(dependent, id, false);
      }
    }
    const Object* because = in_schema_.contains(id) ? nullptr : catalog_.find(reason);
    // An index belongs to its table, a source's relation to its source: nobody has to say so.
    const auto* sequence = object.as<catalog::Sequence>();
    const bool part = object.as<catalog::Index>() != nullptr || object.as<catalog::SourceTable>() != nullptr ||
                      (sequence != nullptr && sequence->owner.value() != 0 && sequence->owner == reason);
    if (!named && !part) others_.push_back({&object, because});
    out_.push_back(id);
  }
  void forget_named(const std::vector<ObjectId>& named) {
    std::erase_if(others_, [&](const Other& other) {
      return std::find(named.begin(), named.end(), other.object->id) != named.end();
    });
  }

  // Tables that stay and refer to something that goes: what they lose, and as they are without it.
  struct Losses {
    std::vector<std::string> details;  // "constraint c_fkey on table c depends on table p"
    std::vector<std::string> names;    // "constraint c_fkey on table c"
    std::vector<Object> altered;
  };
  // `calls`: whether a column's default calls a sequence.
  using Calls = std::function<bool(const catalog::ColumnDefinition& column, ObjectId sequence)>;
  Losses losses(const Calls& calls) const {
    Losses out;
    std::map<ObjectId, Object> tables;
    for (const auto& [id, gone] : referring_) {
      if (seen_.contains(id)) continue;
      Object& table = tables.try_emplace(id, *catalog_.find(id)).first->second;
      lose(table, *catalog_.find(gone), calls, out);
      std::erase(table.depends_on, gone);
    }
    for (auto& [id, table] : tables) out.altered.push_back(std::move(table));
    return out;
  }

  struct Other {
    const Object* object;
    const Object* because;
  };
  // In the order of their making, which is how they depend on each other.
  const std::vector<Other>& others() {
    std::sort(others_.begin(), others_.end(),
              [](const Other& a, const Other& b) { return a.object->id < b.object->id; });
    return others_;
  }
  std::vector<ObjectId> take() { return std::move(out_); }

 private:
  static void lose(Object& table, const Object& gone, const Calls& calls, Losses& out) {
    const auto note = [&](const std::string& what) {
      out.names.push_back(what);
      out.details.push_back(fmt::format("{} depends on {} {}", what, gone.kind_name(), gone.name.name));
    };
    auto& details = std::get<catalog::Table>(table.details);
    std::erase_if(details.foreign_keys, [&](const catalog::ForeignKey& key) {
      if (key.referenced != gone.id) return false;
      note(fmt::format("constraint {} on table {}", key.name, table.name.name));
      return true;
    });
    if (gone.as<catalog::Sequence>() == nullptr) return;
    for (catalog::ColumnDefinition& column : table.columns) {
      if (!calls(column, gone.id)) continue;
      note(fmt::format("default value for column {} of table {}", column.name, table.name.name));
      column.default_sql.clear();
    }
  }

  const catalog::CatalogSnapshot& catalog_;
  std::vector<std::pair<ObjectId, ObjectId>> referring_;
  std::set<ObjectId> seen_;
  std::set<ObjectId> in_schema_;
  std::vector<ObjectId> out_;
  std::vector<Other> others_;
};

std::string described(const Object& object) { return fmt::format("{} {}", object.kind_name(), object.name.name); }

// Refuses with RESTRICT, tells with CASCADE.
Status settle_dependents(Collector& collector, const Collector::Calls& calls, const std::string& what, bool cascade,
                         BoundDrop& out) {
  Collector::Losses losses = collector.losses(calls);
  if (collector.others().empty() && losses.names.empty()) return {};
  if (!cascade) {
    std::string detail;
    for (const Collector::Other& other : collector.others()) {
      if (!detail.empty()) detail += '\n';
      detail += fmt::format("{} depends on {}", described(*other.object),
                            other.because == nullptr ? what : described(*other.because));
    }
    for (const std::string& loss : losses.details) detail += (detail.empty() ? "" : "\n") + loss;
    return SqlError(sqlstate::kDependentObjectsStillExist,
                    fmt::format("cannot drop {} because other objects depend on it", what))
        .with_detail(std::move(detail))
        .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
  }
  std::vector<std::string> names;
  for (const Collector::Other& other : collector.others()) names.push_back(described(*other.object));
  names.insert(names.end(), losses.names.begin(), losses.names.end());
  out.altered = std::move(losses.altered);
  out.notices.push_back("drop cascades to " +
                        (names.size() == 1 ? names[0] : fmt::format("{} other objects", names.size())));
  return {};
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::Drop& node) {
  BoundDrop out;
  Collector collector(catalog());
  const Collector::Calls calls = [&](const catalog::ColumnDefinition& column, ObjectId sequence) {
    return sequences_of(column).contains(sequence);
  };
  std::string what;
  if (node.kind == ast::ObjectKind::kSchema) {
    out.tag = "DROP SCHEMA";
    for (const ast::ObjectName& name : node.names) {
      const std::string& schema = name.last();
      if (!catalog().has_schema(schema)) {
        if (!node.if_exists)
          return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", schema));
        out.notices.push_back(fmt::format("schema \"{}\" does not exist, skipping", schema));
        continue;
      }
      if (schema == "pg_catalog" || schema == "information_schema" || schema == "millrace") {
        return SqlError(sqlstate::kDependentObjectsStillExist,
                        fmt::format("cannot drop schema {} because it is required by the database system", schema));
      }
      what = "schema " + schema;
      out.schemas.push_back(schema);
      collector.add_schema(schema);
    }
    TRY(settle_dependents(collector, calls, what, node.cascade, out));
    out.objects = collector.take();
    return out;
  }
  const Kind* kind = nullptr;
  for (const Kind& each : kKinds) {
    if (each.kind == node.kind) kind = &each;
  }
  if (kind == nullptr) return not_supported(fmt::format("DROP {}", node.other.empty() ? "of this" : node.other), "");
  out.tag = kind->tag;
  std::vector<ObjectId> named;
  for (const ast::ObjectName& name : node.names) {
    const std::string schema = name.parts.size() > 1 ? name.parts[name.parts.size() - 2] : "";
    if (!schema.empty() && !catalog().has_schema(schema) && !node.if_exists) {
      return SqlError(sqlstate::kInvalidSchemaName, fmt::format("schema \"{}\" does not exist", schema));
    }
    const Object* object = catalog().resolve(schema, name.last(), context_.search_path);
    if (object == nullptr) {
      const std::string shown = schema.empty() ? name.last() : schema + "." + name.last();
      if (node.if_exists) {
        out.notices.push_back(fmt::format("{} \"{}\" does not exist, skipping", kind->name, shown));
        continue;
      }
      const bool relation = kind->kind != ast::ObjectKind::kIndex && kind->kind != ast::ObjectKind::kConnection &&
                            kind->kind != ast::ObjectKind::kSecret;
      return SqlError(relation ? sqlstate::kUndefinedTable : sqlstate::kUndefinedObject,
                      fmt::format("{} \"{}\" does not exist", kind->name, shown));
    }
    if (object->as<catalog::SystemRelation>() != nullptr) {
      return SqlError(sqlstate::kInsufficientPrivilege,
                      fmt::format("permission denied: \"{}\" is a system catalog", object->name.name));
    }
    if (object->as<catalog::SourceTable>() != nullptr) {
      const Object& source = *catalog().find(object->as<catalog::SourceTable>()->source);
      return SqlError(sqlstate::kDependentObjectsStillExist,
                      fmt::format("cannot drop {} because source {} requires it", object->name.name, source.name.name))
          .with_hint(fmt::format("You can drop source {} instead.", source.name.name));
    }
    if (object->kind_name() != kind->name) {
      std::string upper(object->kind_name());
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](char c) { return static_cast<char>(std::toupper(c)); });
      const bool vowel = std::string_view("aeiou").find(kind->name[0]) != std::string_view::npos;
      const bool object_vowel = std::string_view("aeiou").find(object->kind_name()[0]) != std::string_view::npos;
      return SqlError(sqlstate::kWrongObjectType,
                      fmt::format("\"{}\" is not {} {}", object->name.name, vowel ? "an" : "a", kind->name))
          .with_hint(
              fmt::format("Use DROP {} to remove {} {}.", upper, object_vowel ? "an" : "a", object->kind_name()));
    }
    if (const auto* sequence = object->as<catalog::Sequence>(); sequence != nullptr && sequence->owner.value() != 0) {
      const Object& owner = *catalog().find(sequence->owner);
      const std::string& column = owner.columns[sequence->owner_column].name;
      return SqlError(sqlstate::kDependentObjectsStillExist,
                      fmt::format("cannot drop sequence {} because other objects depend on it", object->name.name))
          .with_detail(fmt::format("default value for column {} of table {} depends on sequence {}", column,
                                   owner.name.name, object->name.name))
          .with_hint("Drop the column or its table instead.");
    }
    named.push_back(object->id);
    what = described(*object);
  }
  if (named.size() > 1) what = "desired object(s)";
  for (const ObjectId id : named) collector.add(id, ObjectId(), true);
  collector.forget_named(named);
  TRY(settle_dependents(collector, calls, what, node.cascade, out));
  out.objects = collector.take();
  return out;
}

}  // namespace millrace::sql
