#include "engine/catalog_names.h"

#include <algorithm>

#include "types/identifier.h"
#include "types/type_name.h"

namespace millrace::engine {
namespace {

// "a"."b c" or a.b: the parts, unquoted; unquoted ones fold to lower case. 42602 for what is no name.
Result<std::vector<std::string>> split_name(std::string_view name) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '"') {
      if (quoted && i + 1 < name.size() && name[i + 1] == '"') {
        parts.back() += c;
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else if (!quoted && c == ' ') {
      return SqlError(sqlstate::kInvalidName, "invalid name syntax");
    } else {
      parts.back() += quoted ? c : static_cast<char>(tolower(static_cast<unsigned char>(c)));
    }
  }
  return parts;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return millrace::quote_identifier(name); }

Result<uint32_t> CatalogNames::oid_of(uint32_t kind, std::string_view name) const {
  if (kind == oid::kRegtype) {
    TRY(const SqlType type, parse_type_name(name));
    return type.oid();
  }
  TRY(const std::vector<std::string> parts, split_name(name));
  switch (kind) {
    case oid::kRegclass: return relation_oid(name);
    case oid::kRegnamespace: {
      const auto schema = catalog_->schemas().find(parts.back());
      if (schema == catalog_->schemas().end()) {
        return SqlError(sqlstate::kInvalidSchemaName, "schema \"" + std::string(name) + "\" does not exist");
      }
      return schema->second.value();
    }
    case oid::kRegrole:
      if (parts.back() == "millrace") return kOwnerOid;
      return SqlError(sqlstate::kUndefinedObject, "role \"" + std::string(name) + "\" does not exist");
    case oid::kRegproc:
      return SqlError(sqlstate::kUndefinedFunction, "function \"" + std::string(name) + "\" does not exist");
    default: break;
  }
  return not_supported("looking up \"" + std::string(name) + "\" by name in this type", "Use the object's number.");
}

Result<uint32_t> CatalogNames::relation_oid(std::string_view name) const {
  TRY(const std::vector<std::string> parts, split_name(name));
  constexpr size_t kPartsMax = 3;  // database, schema, relation
  if (parts.size() > kPartsMax) {
    return SqlError(sqlstate::kSyntaxError, "improper relation name (too many dotted names): " + std::string(name));
  }
  const std::string schema = parts.size() > 1 ? parts[parts.size() - 2] : std::string();
  const catalog::Object* object = catalog_->resolve(schema, parts.back(), search_path_);
  if (object == nullptr) {
    return SqlError(sqlstate::kUndefinedTable, "relation \"" + std::string(name) + "\" does not exist");
  }
  return object->id.value();
}

std::string CatalogNames::name_of(uint32_t kind, uint32_t object_oid) const {
  if (kind == oid::kRegclass) return relation_name(object_oid);
  if (kind == oid::kRegtype) {
    const TypeInfo* type = find_type(object_oid);
    return type == nullptr ? std::string() : SqlType(*type).to_string();
  }
  if (kind == oid::kRegnamespace) {
    for (const auto& [name, id] : catalog_->schemas()) {
      if (id.value() == object_oid) return quote_identifier(name);
    }
  }
  if (kind == oid::kRegrole && object_oid == kOwnerOid) return "millrace";
  return {};
}

std::string CatalogNames::relation_name(uint32_t object_oid) const {
  const catalog::Object* object = catalog_->find(ObjectId(object_oid));
  if (object == nullptr) return {};
  const std::string& name = object->name.name;
  const bool visible = catalog_->resolve("", name, search_path_) == object;
  return (visible ? std::string() : quote_identifier(object->name.schema) + ".") + quote_identifier(name);
}

}  // namespace millrace::engine
