#include "catalog/catalog.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/system_relations.h"

namespace millrace::catalog {
namespace {

// PostgreSQL's oids where it has them.
constexpr ObjectId kPgCatalog{11};
constexpr ObjectId kPublic{2200};
constexpr ObjectId kInformationSchema{12999};
constexpr ObjectId kMillrace{13899};
constexpr std::string_view kPgCatalogName = "pg_catalog";

struct KindName {
  std::string_view operator()(const Table&) const { return "table"; }
  std::string_view operator()(const View&) const { return "view"; }
  std::string_view operator()(const MaterializedView&) const { return "materialized view"; }
  std::string_view operator()(const Source&) const { return "source"; }
  std::string_view operator()(const SourceTable&) const { return "source table"; }
  std::string_view operator()(const Connection&) const { return "connection"; }
  std::string_view operator()(const Secret&) const { return "secret"; }
  std::string_view operator()(const Index&) const { return "index"; }
  std::string_view operator()(const Sequence&) const { return "sequence"; }
  std::string_view operator()(const SystemRelation&) const { return "table"; }
};

const std::vector<ObjectPtr>& shared_system_relations() {
  static const std::vector<ObjectPtr> relations = [] {
    std::vector<ObjectPtr> out;
    for (Object& object : system_relations()) out.push_back(std::make_shared<const Object>(std::move(object)));
    return out;
  }();
  return relations;
}

}  // namespace

bool Object::is_relation() const {
  return as<Table>() != nullptr || as<View>() != nullptr || as<MaterializedView>() != nullptr ||
         as<SourceTable>() != nullptr || as<Sequence>() != nullptr || as<SystemRelation>() != nullptr ||
         (as<Source>() != nullptr && !columns.empty());
}

std::string_view Object::kind_name() const { return std::visit(KindName{}, details); }

CatalogSnapshot::CatalogSnapshot() {
  schemas_ = {{"information_schema", kInformationSchema},
              {"millrace", kMillrace},
              {std::string(kPgCatalogName), kPgCatalog},
              {"public", kPublic}};
  for (const ObjectPtr& object : shared_system_relations()) {
    objects_[object->id] = object;
    by_name_[object->name] = object->id;
  }
}

const Object* CatalogSnapshot::find(ObjectId id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : found->second.get();
}

const Object* CatalogSnapshot::find(const QualifiedName& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : find(found->second);
}

const Object* CatalogSnapshot::resolve(std::string_view schema_or_empty, std::string_view name,
                                       const std::vector<std::string>& search_path) const {
  QualifiedName key{std::string(schema_or_empty), std::string(name)};
  if (!key.schema.empty()) return find(key);
  // pg_catalog comes first unless the path names it itself.
  if (std::find(search_path.begin(), search_path.end(), kPgCatalogName) == search_path.end()) {
    key.schema = kPgCatalogName;
    if (const Object* object = find(key)) return object;
  }
  for (const std::string& schema : search_path) {
    key.schema = schema;
    if (const Object* object = find(key)) return object;
  }
  return nullptr;
}

bool CatalogSnapshot::has_schema(std::string_view name) const { return schemas_.contains(std::string(name)); }

std::vector<UniqueConstraint> CatalogSnapshot::unique_keys(const Object& table) const {
  std::vector<UniqueConstraint> keys;
  if (const auto* details = table.as<Table>()) keys = details->unique;
  for (const ObjectId id : dependents(table.id)) {
    const Object& dependent = *find(id);
    const auto* index = dependent.as<Index>();
    if (index != nullptr && index->unique) keys.push_back({dependent.name.name, index->columns, false});
  }
  return keys;
}

std::vector<ObjectId> CatalogSnapshot::dependents(ObjectId id) const {
  std::vector<ObjectId> out;
  for (const auto& [other, object] : objects_) {
    if (std::binary_search(object->depends_on.begin(), object->depends_on.end(), id)) out.push_back(other);
  }
  return out;
}

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::with_object(Object object) const {
  MILLRACE_CHECK(schemas_.contains(object.name.schema), "an object's schema is not catalogued");
  auto copy = std::make_shared<CatalogSnapshot>(*this);
  if (const Object* old = find(object.id)) copy->by_name_.erase(old->name);
  const ObjectId id = object.id;
  const bool is_new_name = copy->by_name_.emplace(object.name, id).second;
  MILLRACE_CHECK(is_new_name, "two objects of one name");
  copy->objects_[id] = std::make_shared<const Object>(std::move(object));
  if (id >= copy->next_id_) copy->next_id_ = ObjectId(id.value() + 1);
  return copy;
}

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::without_object(ObjectId id) const {
  auto copy = std::make_shared<CatalogSnapshot>(*this);
  const Object* old = find(id);
  MILLRACE_CHECK(old != nullptr, "an object that is not catalogued is taken away");
  copy->by_name_.erase(old->name);
  copy->objects_.erase(id);
  return copy;
}

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::with_schema(std::string name) const {
  auto copy = std::make_shared<CatalogSnapshot>(*this);
  copy->schemas_.emplace(std::move(name), copy->next_id_);
  copy->next_id_ = ObjectId(copy->next_id_.value() + 1);
  return copy;
}

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::without_schema(std::string_view name) const {
  auto copy = std::make_shared<CatalogSnapshot>(*this);
  copy->schemas_.erase(std::string(name));
  return copy;
}

}  // namespace millrace::catalog
