// The catalog as bytes. All integers are LEB128, strings and lists have their length first.
//
//   "MRCATLG"  version  next_id
//   schemas:   count, each: name, id               (the built-in ones as well)
//   objects:   count, each: id, schema, name, definition, comment, created_tick,
//              columns (name, type oid, modifier + 1, not_null, default, comment,
//              since version 2: identity, generated), depends_on,
//              kind (index in Object::details), the kind's fields in the order of its struct
//
// A reader takes every version up to its own and refuses a newer one. A field is added at the end of
// its struct's record under a new version, and read only when the version has it.
#include <bit>

#include "catalog/catalog.h"

namespace millrace::catalog {
namespace {

constexpr std::string_view kMagic = "MRCATLG";
constexpr uint64_t kVersion = 3;

class Writer {
 public:
  void number(uint64_t value) {
    while (value >= 0x80) {
      out.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out.push_back(static_cast<char>(value));
  }
  void signed_number(int64_t value) {
    number((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void real(double value) { number(std::bit_cast<uint64_t>(value)); }
  void string(std::string_view text) {
    number(text.size());
    out += text;
  }
  template <class List, class F>
  void list(const List& items, F write) {
    number(items.size());
    for (const auto& item : items) write(item);
  }
  void strings(const std::vector<std::string>& items) {
    list(items, [&](const std::string& item) { string(item); });
  }
  void numbers(const std::vector<uint32_t>& items) {
    list(items, [&](uint32_t item) { number(item); });
  }
  std::string out;
};

// Reads past the end give zeros and set `bad`: checked once, at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  // Of the record being read; the first number in it.
  uint64_t version = 0;
  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    bad = true;
    return 0;
  }
  int64_t signed_number() {
    const uint64_t value = number();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint32_t number32() { return static_cast<uint32_t>(number()); }
  bool boolean() { return number() != 0; }
  // Of an enumeration whose last value is `last`.
  template <class Enum>
  Enum one_of(Enum last) {
    const uint64_t value = number();
    bad |= value > static_cast<uint64_t>(last);
    return static_cast<Enum>(value);
  }
  double real() { return std::bit_cast<double>(number()); }
  std::string string() {
    const uint64_t size = number();
    if (size > rest_.size()) {
      bad = true;
      return {};
    }
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  // Calls `read` once for each item; a count beyond what is left of the bytes is a broken one.
  template <class F>
  void list(F read) {
    const uint64_t count = number();
    if (count > rest_.size()) bad = true;
    for (uint64_t i = 0; i < count && !bad; ++i) read();
  }
  std::vector<std::string> strings() {
    std::vector<std::string> out;
    list([&] { out.push_back(string()); });
    return out;
  }
  std::vector<uint32_t> numbers() {
    std::vector<uint32_t> out;
    list([&] { out.push_back(number32()); });
    return out;
  }
  bool at_end() const { return rest_.empty(); }
  bool bad = false;

 private:
  std::string_view rest_;
};

struct WriteDetails {
  Writer& w;
  void operator()(const Table& table) const {
    w.list(table.unique, [&](const UniqueConstraint& unique) {
      w.string(unique.name);
      w.numbers(unique.columns);
      w.number(unique.primary);
    });
    w.list(table.checks, [&](const CheckConstraint& check) {
      w.string(check.name);
      w.string(check.expression_sql);
    });
    w.list(table.foreign_keys, [&](const ForeignKey& key) {
      w.string(key.name);
      w.numbers(key.columns);
      w.number(key.referenced.value());
      w.numbers(key.referenced_columns);
      w.number(static_cast<uint64_t>(key.on_delete));
      w.number(static_cast<uint64_t>(key.on_update));
      w.number(key.match_full);
    });
  }
  void operator()(const View& view) const {
    w.string(view.query_sql);
    w.strings(view.search_path);
  }
  void operator()(const MaterializedView& view) const {
    w.string(view.query_sql);
    w.strings(view.search_path);
    w.number(view.quarantine);
    w.numbers(view.key);
    w.number(view.has_key);
    w.number(static_cast<uint64_t>(view.settings.date_style));
    w.number(static_cast<uint64_t>(view.settings.date_order));
    w.number(static_cast<uint64_t>(view.settings.interval_style));
    w.string(view.settings.time_zone);
    w.number(view.settings.bytea_hex);
    w.signed_number(view.settings.extra_float_digits);
  }
  void operator()(const Source& source) const {
    w.number(source.from.index());
    if (const auto* generator = std::get_if<GeneratorSource>(&source.from)) {
      w.number(static_cast<uint64_t>(generator->kind));
      w.number(generator->seed);
      w.number(generator->rate.has_value());
      w.real(generator->rate.value_or(0));
      w.number(generator->max_rows.has_value());
      w.number(generator->max_rows.value_or(0));
      w.signed_number(generator->tick_interval_us);
      w.real(generator->scale_factor);
    } else {
      const auto& kafka = std::get<KafkaSource>(source.from);
      w.number(kafka.connection.value());
      w.string(kafka.topic);
      w.list(kafka.start_offsets, [&](int64_t offset) { w.signed_number(offset); });
      w.number(kafka.start_latest);
      w.number(kafka.whole_document);
    }
  }
  void operator()(const SourceTable& table) const {
    w.number(table.source.value());
    w.number(table.output);
  }
  void operator()(const Connection& connection) const {
    w.strings(connection.brokers);
    w.list(connection.options, [&](const auto& option) {
      w.string(option.first);
      w.string(option.second);
    });
  }
  void operator()(const Secret& secret) const { w.string(secret.value); }
  void operator()(const Index& index) const {
    w.number(index.relation.value());
    w.numbers(index.columns);
    w.number(index.unique);
  }
  void operator()(const Sequence& sequence) const {
    w.signed_number(sequence.start);
    w.signed_number(sequence.increment);
    w.signed_number(sequence.minimum);
    w.signed_number(sequence.maximum);
    w.number(sequence.cycle);
    w.number(sequence.type_oid);
    w.number(sequence.owner.value());
    w.number(sequence.owner_column);
  }
  void operator()(const SystemRelation&) const {}
};

Table read_table(Reader& r) {
  Table table;
  r.list([&] {
    UniqueConstraint unique;
    unique.name = r.string();
    unique.columns = r.numbers();
    unique.primary = r.boolean();
    table.unique.push_back(std::move(unique));
  });
  r.list([&] {
    CheckConstraint check;
    check.name = r.string();
    check.expression_sql = r.string();
    table.checks.push_back(std::move(check));
  });
  if (r.version < 2) return table;
  const auto action = [&] { return r.one_of(ReferentialAction::kSetDefault); };
  r.list([&] {
    ForeignKey key;
    key.name = r.string();
    key.columns = r.numbers();
    key.referenced = ObjectId(r.number32());
    key.referenced_columns = r.numbers();
    key.on_delete = action();
    key.on_update = action();
    key.match_full = r.boolean();
    table.foreign_keys.push_back(std::move(key));
  });
  return table;
}

MaterializedView read_materialized_view(Reader& r) {
  MaterializedView view;
  view.query_sql = r.string();
  view.search_path = r.strings();
  view.quarantine = r.boolean();
  view.key = r.numbers();
  view.has_key = r.boolean();
  if (r.version < 3) return view;
  view.settings.date_style = r.one_of(DateStyle::kGerman);
  view.settings.date_order = r.one_of(DateOrder::kDmy);
  view.settings.interval_style = r.one_of(IntervalStyle::kIso8601);
  view.settings.time_zone = r.string();
  view.settings.bytea_hex = r.boolean();
  view.settings.extra_float_digits = static_cast<int32_t>(r.signed_number());
  return view;
}

Source read_source(Reader& r) {
  if (r.number() == 0) {
    GeneratorSource generator;
    const uint64_t kind = r.number();
    if (kind > static_cast<uint64_t>(GeneratorKind::kBank)) r.bad = true;
    generator.kind = static_cast<GeneratorKind>(kind);
    generator.seed = r.number();
    const bool has_rate = r.boolean();
    const double rate = r.real();
    if (has_rate) generator.rate = rate;
    const bool has_max_rows = r.boolean();
    const uint64_t max_rows = r.number();
    if (has_max_rows) generator.max_rows = max_rows;
    generator.tick_interval_us = r.signed_number();
    generator.scale_factor = r.real();
    return {generator};
  }
  KafkaSource kafka;
  kafka.connection = ObjectId(r.number32());
  kafka.topic = r.string();
  r.list([&] { kafka.start_offsets.push_back(r.signed_number()); });
  kafka.start_latest = r.boolean();
  kafka.whole_document = r.boolean();
  return {kafka};
}

Sequence read_sequence(Reader& r) {
  Sequence sequence;
  sequence.start = r.signed_number();
  sequence.increment = r.signed_number();
  if (r.version < 2) return sequence;
  sequence.minimum = r.signed_number();
  sequence.maximum = r.signed_number();
  sequence.cycle = r.boolean();
  sequence.type_oid = r.number32();
  sequence.owner = ObjectId(r.number32());
  sequence.owner_column = r.number32();
  return sequence;
}

decltype(Object::details) read_details(Reader& r) {
  switch (r.number()) {
    case 0: return read_table(r);
    case 1: {
      std::string query = r.string();
      return View{std::move(query), r.strings()};
    }
    case 2: return read_materialized_view(r);
    case 3: return read_source(r);
    case 4: {
      const ObjectId source(r.number32());
      return SourceTable{source, r.number32()};
    }
    case 5: {
      Connection connection;
      connection.brokers = r.strings();
      r.list([&] {
        std::string name = r.string();
        connection.options[std::move(name)] = r.string();
      });
      return connection;
    }
    case 6: return Secret{r.string()};
    case 7: {
      Index index;
      index.relation = ObjectId(r.number32());
      index.columns = r.numbers();
      index.unique = r.boolean();
      return index;
    }
    case 8: return read_sequence(r);
    default: r.bad = true; return SystemRelation{};
  }
}

void write_object(const Object& object, Writer& w) {
  w.number(object.id.value());
  w.string(object.name.schema);
  w.string(object.name.name);
  w.string(object.definition_sql);
  w.string(object.comment);
  w.number(object.created_tick);
  w.list(object.columns, [&](const ColumnDefinition& column) {
    w.string(column.name);
    w.number(column.type.oid());
    w.signed_number(column.type.typmod());
    w.number(column.not_null);
    w.string(column.default_sql);
    w.string(column.comment);
    w.number(static_cast<uint64_t>(column.identity));
    w.string(column.generated_sql);
  });
  w.list(object.depends_on, [&](ObjectId id) { w.number(id.value()); });
  w.number(object.details.index());
  std::visit(WriteDetails{w}, object.details);
}

Object read_object(Reader& r) {
  Object object;
  object.id = ObjectId(r.number32());
  object.name.schema = r.string();
  object.name.name = r.string();
  object.definition_sql = r.string();
  object.comment = r.string();
  object.created_tick = r.number();
  r.list([&] {
    ColumnDefinition column;
    column.name = r.string();
    const TypeInfo* type = find_type(r.number32());
    const auto typmod = static_cast<int32_t>(r.signed_number());
    if (type == nullptr) {
      r.bad = true;
      return;
    }
    column.type = SqlType(*type, typmod);
    column.not_null = r.boolean();
    column.default_sql = r.string();
    column.comment = r.string();
    if (r.version >= 2) {
      column.identity = r.one_of(Identity::kAlways);
      column.generated_sql = r.string();
    }
    object.columns.push_back(std::move(column));
  });
  r.list([&] { object.depends_on.push_back(ObjectId(r.number32())); });
  object.details = read_details(r);
  return object;
}

}  // namespace

std::string serialize(const Object& object) {
  Writer w;
  w.number(kVersion);
  write_object(object, w);
  return std::move(w.out);
}

Result<Object> deserialize_object(std::string_view bytes) {
  Reader r(bytes);
  r.version = r.number();
  if (r.version > kVersion) {
    return SqlError(sqlstate::kFeatureNotSupported, "the data directory was written by a newer version of millrace")
        .with_hint("Start the version that wrote it, or a later one.");
  }
  Object object = read_object(r);
  if (r.bad || !r.at_end()) return SqlError(sqlstate::kDataCorrupted, "a stored catalog object is damaged");
  return object;
}

std::string CatalogSnapshot::serialize() const {
  Writer w;
  w.out = kMagic;
  w.number(kVersion);
  w.number(next_id_.value());
  w.list(schemas_, [&](const auto& schema) {
    w.string(schema.first);
    w.number(schema.second.value());
  });
  std::vector<const Object*> own;
  for (const auto& [id, object] : objects_) {
    if (object->as<SystemRelation>() == nullptr) own.push_back(object.get());
  }
  w.list(own, [&](const Object* object) { write_object(*object, w); });
  return std::move(w.out);
}

Result<std::shared_ptr<const CatalogSnapshot>> CatalogSnapshot::deserialize(std::string_view bytes) {
  const auto corrupted = [](const char* what) { return SqlError(sqlstate::kDataCorrupted, what); };
  if (!bytes.starts_with(kMagic)) return corrupted("the stored catalog is not a catalog");
  Reader r(bytes.substr(kMagic.size()));
  r.version = r.number();
  if (r.version > kVersion) {
    return SqlError(sqlstate::kFeatureNotSupported, "the data directory was written by a newer version of millrace")
        .with_hint("Start the version that wrote it, or a later one.");
  }
  auto catalog = std::make_shared<CatalogSnapshot>();
  catalog->next_id_ = ObjectId(r.number32());
  catalog->schemas_.clear();
  r.list([&] {
    std::string name = r.string();
    catalog->schemas_[std::move(name)] = ObjectId(r.number32());
  });
  r.list([&] {
    Object object = read_object(r);
    catalog->by_name_[object.name] = object.id;
    const ObjectId id = object.id;
    catalog->objects_[id] = std::make_shared<const Object>(std::move(object));
  });
  if (r.bad || !r.at_end()) return corrupted("the stored catalog is damaged");
  return catalog;
}

}  // namespace millrace::catalog
