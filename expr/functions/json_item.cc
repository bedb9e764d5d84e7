#include "expr/functions/json_item.h"

#include "expr/functions/json_text.h"

namespace millrace::expr {

Result<JsonbKind> JsonItem::kind() const {
  if (const auto* tree = std::get_if<JsonbView>(&value_)) return tree->kind();
  TRY(const std::string_view name, json_type_name(std::get<std::string_view>(value_)));
  if (name == "object") return JsonbKind::kObject;
  if (name == "array") return JsonbKind::kArray;
  if (name == "string") return JsonbKind::kString;
  if (name == "number") return JsonbKind::kNumber;
  return name == "boolean" ? JsonbKind::kBool : JsonbKind::kNull;
}

Result<std::optional<JsonItem>> JsonItem::field(std::string_view key) const {
  if (const auto* tree = std::get_if<JsonbView>(&value_)) {
    const auto found = tree->find(key);
    return found ? std::optional(jsonb(*found)) : std::nullopt;
  }
  TRY(const JsonPart part, json_field(std::get<std::string_view>(value_), key));
  return part ? std::optional(json(*part)) : std::nullopt;
}

Status JsonItem::for_each_element(const std::function<Status(const JsonItem&)>& visit) const {
  if (const auto* tree = std::get_if<JsonbView>(&value_)) {
    for (size_t i = 0; i < tree->size(); ++i) TRY(visit(jsonb(tree->element(i))));
    return {};
  }
  return for_each_json_part(std::get<std::string_view>(value_),
                            [&](std::string_view, std::string_view element) { return visit(json(element)); });
}

Result<std::optional<std::string>> JsonItem::text() const {
  const auto* tree = std::get_if<JsonbView>(&value_);
  if (tree == nullptr) return json_as_text(std::get<std::string_view>(value_));
  if (tree->kind() == JsonbKind::kNull) return std::optional<std::string>();
  if (tree->kind() == JsonbKind::kString) return std::optional(std::string(tree->string()));
  return std::optional(written());
}

std::string JsonItem::written() const {
  const auto* tree = std::get_if<JsonbView>(&value_);
  if (tree == nullptr) return std::string(std::get<std::string_view>(value_));
  std::string text;
  append_jsonb_text(*tree, text);
  return text;
}

}  // namespace millrace::expr
