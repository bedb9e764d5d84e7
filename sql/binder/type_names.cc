#include "sql/binder/type_names.h"

#include <fmt/format.h>

#include "types/type_info.h"

namespace millrace::sql {
namespace {

// Types that schemas hold and we do not have yet, with what to use.
struct Missing {
  std::string_view name;
  std::string_view instead;
};
constexpr Missing kMissing[] = {
    {"money", "numeric"},
    {"xml", "text"},
    {"bit", "text"},
    {"varbit", "text"},
    {"inet", "text"},
    {"cidr", "text"},
    {"macaddr", "text"},
    {"macaddr8", "text"},
    {"point", "two columns"},
    {"line", "columns"},
    {"lseg", "columns"},
    {"box", "columns"},
    {"path", "jsonb"},
    {"polygon", "jsonb"},
    {"circle", "columns"},
    {"tsvector", "text"},
    {"tsquery", "text"},
    {"int4range", "two columns"},
    {"int8range", "two columns"},
    {"numrange", "two columns"},
    {"tsrange", "two columns"},
    {"tstzrange", "two columns"},
    {"daterange", "two columns"},
    {"jsonpath", "text"},
    {"serial", "bigint with a key of your own"},
};

Result<std::vector<int32_t>> modifier_arguments(const ast::TypeName& name) {
  std::vector<int32_t> arguments;
  for (const ast::ExprPtr& modifier : name.modifiers) {
    const auto* constant = modifier->as<ast::Constant>();
    if (constant == nullptr || constant->kind != ast::Constant::Kind::kInteger) {
      return SqlError(sqlstate::kSyntaxError, "type modifiers must be simple constants or identifiers")
          .at(name.location);
    }
    arguments.push_back(constant->integer);
  }
  return arguments;
}

}  // namespace

Result<SqlType> resolve_type(const ast::TypeName& name) {
  if (name.percent_type) return not_supported("%TYPE", "Write the type itself.").at(name.location);
  if (name.setof) {
    return SqlError(sqlstate::kInvalidTableDefinition, "a set of values is not a type of a column").at(name.location);
  }
  const std::string& base = name.name.last();
  const bool qualified = name.name.parts.size() > 1;
  const bool pg_catalog = !qualified || name.name.parts[name.name.parts.size() - 2] == "pg_catalog";
  // By its catalogue name: SQL's spellings were resolved by the grammar. "char" written in quotes is the
  // one-byte type, CHAR without is bpchar already.
  const TypeInfo* info = !pg_catalog ? nullptr : base == "char" ? find_type(oid::kChar) : find_type(base);
  if (info == nullptr || info->name != base) {
    for (const Missing& missing : kMissing) {
      if (pg_catalog && missing.name == base) {
        return not_supported(fmt::format("type {}", base), fmt::format("Use {}.", missing.instead)).at(name.location);
      }
    }
    return SqlError(sqlstate::kUndefinedObject, fmt::format("type \"{}\" does not exist", name.name.to_string()))
        .at(name.location);
  }
  int32_t typmod = kNoTypmod;
  if (!name.modifiers.empty()) {
    TRY(const std::vector<int32_t> arguments, modifier_arguments(name));
    if (info->typmod_from_arguments == nullptr) {
      return SqlError(sqlstate::kSyntaxError, fmt::format("type modifier is not allowed for type \"{}\"", info->name))
          .at(name.location);
    }
    Result<int32_t> made = info->typmod_from_arguments(arguments);
    if (!made) return std::move(made).error().at(name.location);
    typmod = *made;
  }
  if (name.array_dimensions == 0) return SqlType(*info, typmod);
  if (info->array_oid == 0 && info->kind != TypeKind::kComposite) {
    return SqlError(sqlstate::kUndefinedObject, fmt::format("type \"{}[]\" does not exist", base)).at(name.location);
  }
  return array_of(*info).with_typmod(typmod);
}

}  // namespace millrace::sql
