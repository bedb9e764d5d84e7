#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "catalog/generator_tables.h"
#include "types/time_zone.h"

namespace millrace::catalog {
namespace {

Object make(uint32_t id, const char* name, decltype(Object::details) details, std::vector<ObjectId> depends_on = {}) {
  Object object;
  object.id = ObjectId(id);
  object.name = {"public", name};
  object.definition_sql = std::string("CREATE ") + name;
  object.columns = {{"a", type_of(oid::kInt4), true, "1 + 1", "a comment"},
                    {"b", type_of(oid::kVarchar, 14), false, "", ""}};
  object.depends_on = std::move(depends_on);
  object.details = std::move(details);
  return object;
}

std::shared_ptr<const CatalogSnapshot> full_catalog() {
  GeneratorSource generator{GeneratorKind::kNexmark};
  generator.rate = 2.5;
  auto catalog = std::make_shared<const CatalogSnapshot>();
  catalog = catalog->with_schema("other");
  catalog = catalog->with_object(make(16390, "t", Table{{{"t_pkey", {0}, true}}, {{"t_check", "a > 0"}}}));
  catalog = catalog->with_object(make(16391, "v", View{"SELECT 1", {"public"}}, {ObjectId(16390)}));
  catalog = catalog->with_object(make(16392, "m", MaterializedView{"SELECT 2", {"x", "y"}, true, {1, 0}, true},
                                      {ObjectId(16390), ObjectId(16391)}));
  catalog = catalog->with_object(make(16393, "g", Source{generator}));
  catalog = catalog->with_object(make(16394, "gt", SourceTable{ObjectId(16393), 2}, {ObjectId(16393)}));
  catalog = catalog->with_object(make(16395, "c", Connection{{"h:1"}, {{"security protocol", "SSL"}}}));
  catalog = catalog->with_object(
      make(16396, "k", Source{KafkaSource{ObjectId(16395), "topic", {0, -1, 7}, false, true}}, {ObjectId(16395)}));
  catalog = catalog->with_object(make(16397, "s", Secret{"hidden"}));
  catalog = catalog->with_object(make(16398, "i", Index{ObjectId(16390), {1}, true}, {ObjectId(16390)}));
  Sequence sequence{-5, 2, -100, 100, true, oid::kInt4, ObjectId(16390), 1};
  catalog = catalog->with_object(make(16399, "q", sequence));
  Table child;
  child.foreign_keys.push_back(
      {"child_fkey", {1}, ObjectId(16390), {0}, ReferentialAction::kCascade, ReferentialAction::kSetNull, true});
  Object object = make(16400, "child", child, {ObjectId(16390)});
  object.columns[0].identity = Identity::kAlways;
  object.columns[1].generated_sql = "a || 'x'";
  return catalog->with_object(object);
}

TEST(CatalogTest, ResolvesAlongTheSearchPath) {
  const auto catalog = full_catalog();
  EXPECT_EQ(catalog->resolve("", "t", {"other", "public"})->id, ObjectId(16390));
  EXPECT_EQ(catalog->resolve("", "t", {"other"}), nullptr);
  EXPECT_EQ(catalog->resolve("other", "t", {"public"}), nullptr);
  EXPECT_EQ(catalog->resolve("", "pg_class", {})->id, ObjectId(1259));
  EXPECT_EQ(catalog->resolve("information_schema", "columns", {})->columns[3].name, "column_name");
  EXPECT_TRUE(catalog->resolve("millrace", "sources", {})->is_relation());
}

TEST(CatalogTest, DependentsAndChanges) {
  const auto catalog = full_catalog();
  EXPECT_EQ(catalog->dependents(ObjectId(16390)),
            (std::vector<ObjectId>{ObjectId(16391), ObjectId(16392), ObjectId(16398), ObjectId(16400)}));
  EXPECT_EQ(catalog->next_id(), ObjectId(16401));
  const auto fewer = catalog->without_object(ObjectId(16399));
  EXPECT_EQ(fewer->find(QualifiedName{"public", "q"}), nullptr);
  EXPECT_EQ(fewer->next_id(), ObjectId(16401)) << "ids are never used again";
  EXPECT_NE(catalog->find(QualifiedName{"public", "q"}), nullptr) << "the old snapshot stands";
  Object renamed = *catalog->find(ObjectId(16390));
  renamed.name.name = "t2";
  const auto after = catalog->with_object(renamed);
  EXPECT_EQ(after->find(QualifiedName{"public", "t"}), nullptr);
  EXPECT_EQ(after->find(QualifiedName{"public", "t2"})->id, ObjectId(16390));
}

TEST(CatalogTest, ComesBackFromBytes) {
  const auto catalog = full_catalog();
  const std::string bytes = catalog->serialize();
  const auto back = CatalogSnapshot::deserialize(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ((*back)->serialize(), bytes);
  EXPECT_EQ((*back)->next_id(), catalog->next_id());
  EXPECT_TRUE((*back)->has_schema("other"));
  EXPECT_NE((*back)->find(ObjectId(1259)), nullptr);
  const Object& view = *(*back)->find(ObjectId(16392));
  EXPECT_EQ(view.as<MaterializedView>()->key, (std::vector<uint32_t>{1, 0}));
  EXPECT_EQ(view.columns[1].type.to_string(), "character varying(10)");
  EXPECT_EQ((*back)->find(ObjectId(16390))->as<Table>()->checks[0].expression_sql, "a > 0");
  const auto& kafka = std::get<KafkaSource>((*back)->find(ObjectId(16396))->as<Source>()->from);
  EXPECT_EQ(kafka.start_offsets, (std::vector<int64_t>{0, -1, 7}));
}

TEST(CatalogTest, KeysOfATableAreItsConstraintsThenItsUniqueIndexes) {
  const auto catalog = full_catalog();
  const std::vector<UniqueConstraint> keys = catalog->unique_keys(*catalog->find(ObjectId(16390)));
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].name, "t_pkey");
  EXPECT_EQ(keys[1].name, "i");
  EXPECT_EQ(keys[1].columns, (std::vector<uint32_t>{1}));
}

TEST(CatalogTest, ReadsWhatTheFirstVersionWrote) {
  // A table `t` with one int4 column `a`.
  const std::string bytes(
      "\x01\x86\x80\x01\x06public\x01t\x00\x00\x00\x01\x01"
      "a\x17\x01\x00\x00\x00\x00\x00\x00\x00",
      28);
  const auto object = deserialize_object(bytes);
  ASSERT_TRUE(object) << object.error().message();
  EXPECT_EQ(object->columns[0].name, "a");
  EXPECT_EQ(object->columns[0].identity, Identity::kNone);
  EXPECT_TRUE(object->as<Table>()->foreign_keys.empty());
}

TEST(CatalogTest, ViewsKeepTheirMakersSettings) {
  TextContext maker;
  maker.date_style = DateStyle::kGerman;
  maker.date_order = DateOrder::kDmy;
  maker.interval_style = IntervalStyle::kIso8601;
  maker.time_zone = find_time_zone("america/new_york");
  maker.bytea_hex = false;
  maker.extra_float_digits = -3;
  MaterializedView view{"SELECT 1", {"public"}};
  view.settings = ViewSettings::of(maker);
  const std::string bytes = serialize(make(16400, "m", view));
  const auto back = deserialize_object(bytes);
  ASSERT_TRUE(back);
  const auto context = back->as<MaterializedView>()->settings.text_context();
  ASSERT_TRUE(context);
  EXPECT_EQ(context->date_style, maker.date_style);
  EXPECT_EQ(context->date_order, maker.date_order);
  EXPECT_EQ(context->interval_style, maker.interval_style);
  EXPECT_EQ(context->time_zone, maker.time_zone);
  EXPECT_EQ(context->bytea_hex, maker.bytea_hex);
  EXPECT_EQ(context->extra_float_digits, maker.extra_float_digits);
  // The second version ended with the key: two styles, an order, the zone, two more.
  std::string second = bytes.substr(0, bytes.size() - 3 - 1 - std::string("America/New_York").size() - 2);
  second[0] = 2;
  const auto older = deserialize_object(second);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->as<MaterializedView>()->settings.time_zone, "UTC");
}

TEST(CatalogTest, RefusesDamageAndNewerVersions) {
  const std::string bytes = full_catalog()->serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(CatalogSnapshot::deserialize(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(CatalogSnapshot::deserialize(bytes + "x"));
  std::string newer = bytes;
  newer[7] = 99;
  const auto refused = CatalogSnapshot::deserialize(newer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "the data directory was written by a newer version of millrace");
}

TEST(CatalogTest, GeneratorTablesHaveTypes) {
  EXPECT_EQ(generator_tables(GeneratorKind::kAuction).size(), 5u);
  for (const GeneratorKind kind : {GeneratorKind::kCounter, GeneratorKind::kAuction, GeneratorKind::kNexmark}) {
    for (const GeneratorTable& table : generator_tables(kind)) {
      EXPECT_FALSE(generator_columns(table).empty()) << table.name;
    }
  }
}

}  // namespace
}  // namespace millrace::catalog
