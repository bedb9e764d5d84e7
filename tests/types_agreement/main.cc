// Does every type agree with PostgreSQL? Driven by the type table: a type that is added is checked, or missed
// aloud when nothing generates its values.
//
// usage: POSTGRES_URL=... types_agreement [--type NAME] [--values N] [--seed N]
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/types_agreement/checks.h"
#include "types/time_zone.h"

namespace millrace {
namespace {

// The catalog behind the reg* types is PostgreSQL's own here; what is left to us is when to ask it.
class PostgresNames final : public NameResolver {
 public:
  explicit PostgresNames(Referee& referee) : referee_(referee) {}

  Result<uint32_t> oid_of(uint32_t kind, std::string_view name) const override {
    const uint32_t text = oid::kText;
    const std::string sql = "SELECT " + find_type(kind)->name + "in($1::text::cstring)::oid";
    const Answer answer = referee_.ask_all(sql, {&text, 1}, {{{std::string(name)}}}).front();
    if (answer.ok) return static_cast<uint32_t>(std::stoul(*answer.values[0]));
    SqlError error(SqlState::from_wire(answer.state), answer.message);
    return answer.detail.empty() ? error : std::move(error).with_detail(answer.detail);
  }

  std::string name_of(uint32_t kind, uint32_t object_oid) const override {
    std::string& name = names_[{kind, object_oid}];
    if (name.empty()) {
      const Answer answer = referee_.ask("SELECT " + std::to_string(object_oid) + "::oid::" + find_type(kind)->name);
      name = *answer.values[0];
    }
    return name == std::to_string(object_oid) ? "" : name;
  }

 private:
  Referee& referee_;
  mutable std::map<std::pair<uint32_t, uint32_t>, std::string> names_;
};

// A time without a date takes the zone's offset of today.
WallTime now_of(Referee& referee) {
  return {std::stoll(*referee.ask("SELECT (extract(epoch FROM now()) * 1000000)::int8").values[0])};
}

// How clients may set their session; the first is the default.
std::vector<Style> styles(const NameResolver& names, WallTime now) {
  std::vector<Style> result;
  const auto add = [&](const char* date_style, DateStyle date, DateOrder order, const char* interval_style,
                       IntervalStyle interval, bool hex, int digits, const char* zone) {
    Style& style = result.emplace_back();
    style.name = std::string(date_style) + ", " + interval_style + ", digits " + std::to_string(digits) + ", " + zone;
    style.sql = std::string("SET datestyle = '") + date_style + "'; SET intervalstyle = " + interval_style +
                "; SET bytea_output = " + (hex ? "hex" : "escape") +
                "; SET extra_float_digits = " + std::to_string(digits) + "; SET timezone = '" + zone + "'";
    style.context.date_style = date;
    style.context.date_order = order;
    style.context.interval_style = interval;
    style.context.bytea_hex = hex;
    style.context.extra_float_digits = digits;
    style.context.time_zone = find_time_zone(zone);
    style.context.names = &names;
    style.context.now = now;
  };
  using enum DateStyle;
  using enum DateOrder;
  add("ISO, MDY", kIso, kMdy, "postgres", IntervalStyle::kPostgres, true, 1, "UTC");
  add("Postgres, DMY", kPostgres, kDmy, "postgres_verbose", IntervalStyle::kPostgresVerbose, false, 0,
      "America/New_York");
  add("SQL, MDY", kSql, kMdy, "sql_standard", IntervalStyle::kSqlStandard, true, -5, "Asia/Kolkata");
  add("German, DMY", kGerman, kDmy, "iso_8601", IntervalStyle::kIso8601, false, 3, "Europe/London");
  add("SQL, DMY", kSql, kDmy, "postgres", IntervalStyle::kPostgres, true, -15, "Pacific/Apia");
  add("ISO, YMD", kIso, kYmd, "postgres_verbose", IntervalStyle::kPostgresVerbose, true, 2, "<-03>+3");
  return result;
}

// Composite types have no row of their own until somebody makes one; here it is, on both sides.
void make_composites(Referee& referee) {
  const auto make = [&](const std::string& name, const std::vector<CompositeField>& fields) -> const TypeInfo& {
    std::string list;
    for (const CompositeField& field : fields)
      list += (list.empty() ? "" : ", ") + field.name + " " + field.type.to_string();
    referee.must("DROP TYPE IF EXISTS " + name + " CASCADE; CREATE TYPE " + name + " AS (" + list + ")");
    const Answer oids = referee.ask("SELECT oid, typarray FROM pg_type WHERE typname = '" + name + "'");
    TypeInfo info;
    info.oid = static_cast<uint32_t>(std::stoul(*oids.values[0]));
    info.array_oid = static_cast<uint32_t>(std::stoul(*oids.values[1]));
    info.name = info.sql_name = name;
    info.kind = TypeKind::kComposite;
    info.fields = fields;
    return intern_type(std::move(info));
  };
  const TypeInfo& inner =
      make("agreement_inner", {{"a", type_of(oid::kInt4)}, {"b", type_of(oid::kText)}, {"c", type_of(oid::kBool)}});
  make("agreement_outer", {{"x", SqlType(inner)},
                           {"y", array_of(inner)},
                           {"z", array_of(type_of(oid::kText).info())},
                           {"u", type_of(oid::kUuid)}});
  make("agreement_narrow", {{"n", type_of(oid::kInt8)}});
}

bool has_generator(const TypeInfo& info) {
  if (info.kind == TypeKind::kArray) return has_generator(*info.element);
  return info.kind == TypeKind::kComposite || test_of(info.name) != nullptr;
}

bool has_styles(const TypeInfo& info) {
  if (info.kind == TypeKind::kArray) return has_styles(*info.element);
  const TypeUnderTest* test = test_of(info.name);
  return test != nullptr && test->has_styles;
}

int run(const char* only, Settings settings) {
  const char* url = std::getenv("POSTGRES_URL");
  Referee referee(url == nullptr ? "" : url);
  Report report;
  make_composites(referee);
  const PostgresNames names(referee);
  const std::vector<Style> all_styles = styles(names, now_of(referee));
  settings.context = all_styles.front().context;
  for (const TypeInfo* info : all_types()) {
    if (only != nullptr && info->name != only) continue;
    check_catalog_row(*info, referee, report);
    if (info->kind == TypeKind::kPseudo) continue;
    // Paths that are wrong are refused in words of our own parser: tests/sqllogictest/types/jsonpath.slt has the rest.
    if (info->name == std::string_view("jsonpath") || info->name == std::string_view("_jsonpath")) continue;
    if (!has_generator(*info)) {
      report.compare(info->name, "generator", "", "none", "a row in this suite");
      continue;
    }
    const SqlType type(*info);
    std::vector<std::string> good;
    for (const Style& style : all_styles) {
      const bool is_default = good.empty();
      std::vector<std::string> texts = check_text(type, style, settings, referee, report);
      if (is_default) good = std::move(texts);
      if (!has_styles(*info)) break;
    }
    referee.must(all_styles.front().sql);
    check_binary(type, good, settings, referee, report);
    check_order(type, good, settings, referee, report);
    check_modifiers(*info, good, settings, referee, report);
  }
  std::printf("%d passed, %d failed\n", report.passed(), report.failed());
  return report.failed() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace

int main(int count, char** arguments) {
  millrace::Settings settings;
  const char* only = nullptr;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(arguments[i], "--type") == 0) only = arguments[i + 1];
    if (std::strcmp(arguments[i], "--values") == 0) settings.values = std::strtoul(arguments[i + 1], nullptr, 10);
    if (std::strcmp(arguments[i], "--seed") == 0) settings.seed = std::strtoull(arguments[i + 1], nullptr, 10);
  }
  return millrace::run(only, settings);
}
