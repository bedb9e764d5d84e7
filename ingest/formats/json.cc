#include "ingest/formats/json.h"

#include <simdjson.h>

#include <optional>
#include <string>
#include <unordered_map>

#include "types/type_info.h"

namespace millrace::ingest {
namespace {

using simdjson::ondemand::json_type;

SqlError malformed(std::string detail) {
  return SqlError(sqlstate::kInvalidJsonText, "the record is not a JSON object").with_detail(std::move(detail));
}

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

struct JsonDecoder::Impl {
  struct ColumnPlan {
    std::string name;
    SqlType type;
    bool takes_any_json;  // json, jsonb
    bool not_null;
  };

  std::vector<ColumnPlan> columns;
  std::unordered_map<std::string_view, size_t> by_name;
  bool whole_document;
  simdjson::ondemand::parser parser;
  std::string padded;
  Arena arena;
  std::vector<std::optional<Slot>> row;
  size_t expected = 0;  // records tend to have their fields in one order

  std::optional<size_t> find(std::string_view name) {
    if (expected < columns.size() && columns[expected].name == name) return expected++;
    const auto found = by_name.find(name);
    if (found == by_name.end()) return std::nullopt;
    expected = found->second + 1;
    return found->second;
  }

  Result<std::optional<Slot>> parse(const ColumnPlan& column, std::string_view text) {
    Result<Slot> slot = column.type.info().parse(text, column.type, TextContext{}, arena);
    if (!slot) return SqlError(std::move(slot).error()).with_column(column.name);
    return std::optional<Slot>(*slot);
  }

  Result<std::optional<Slot>> value_of(const ColumnPlan& column, simdjson::ondemand::value value) {
    json_type kind;
    if (value.type().get(kind) != simdjson::SUCCESS) return malformed("Field \"" + column.name + "\" cannot be read.");
    switch (kind) {
      case json_type::null: {
        if (!value.is_null()) return malformed("Field \"" + column.name + "\" cannot be read.");
        if (!column.takes_any_json) return std::optional<Slot>();
        return parse(column, "null");
      }
      case json_type::string: {
        if (column.takes_any_json) return parse(column, trim(value.raw_json_token()));
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS) {
          return malformed("Field \"" + column.name + "\" holds an invalid string.");
        }
        return parse(column, text);
      }
      case json_type::number:
      case json_type::boolean: return parse(column, trim(value.raw_json_token()));
      case json_type::object:
      case json_type::array: {
        std::string_view raw;
        const auto error = kind == json_type::object ? raw_object(value, raw) : raw_array(value, raw);
        if (error != simdjson::SUCCESS) return malformed("Field \"" + column.name + "\" cannot be read.");
        if (!column.takes_any_json) {
          return SqlError(sqlstate::kInvalidTextRepresentation,
                          "a JSON object or array cannot be read as type " + column.type.to_string())
              .with_column(column.name)
              .with_hint("Declare the column as jsonb.");
        }
        return parse(column, raw);
      }
    }
    return malformed("Field \"" + column.name + "\" cannot be read.");
  }

  static simdjson::error_code raw_object(simdjson::ondemand::value value, std::string_view& raw) {
    simdjson::ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return object.raw_json().get(raw);
  }
  static simdjson::error_code raw_array(simdjson::ondemand::value value, std::string_view& raw) {
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return array.raw_json().get(raw);
  }

  Status decode_fields(std::string_view record) {
    padded.assign(record);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded.data(), record.size(), padded.size()).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
      return malformed("It starts with \"" + std::string(record.substr(0, 32)) + "\".");
    }
    for (auto field : object) {
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return malformed("A field's name cannot be read.");
      const std::optional<size_t> column = find(key);
      if (!column) continue;
      simdjson::ondemand::value value;
      if (field.value().get(value) != simdjson::SUCCESS) return malformed("A field cannot be read.");
      TRY(row[*column], value_of(columns[*column], value));
    }
    // This version does not notice what follows the object.
    const char* end = nullptr;
    if (document.current_location().get(end) == simdjson::SUCCESS) {
      const auto used = static_cast<size_t>(end - padded.data());
      if (used < record.size() && !trim(record.substr(used)).empty()) return malformed("Text follows the object.");
    }
    return {};
  }
};

JsonDecoder::JsonDecoder(const std::vector<catalog::ColumnDefinition>& columns, bool whole_document)
    : impl_(std::make_unique<Impl>()) {
  impl_->whole_document = whole_document;
  for (const catalog::ColumnDefinition& column : columns) {
    const uint32_t type = column.type.oid();
    impl_->columns.push_back({.name = column.name,
                              .type = column.type,
                              .takes_any_json = type == oid::kJson || type == oid::kJsonb,
                              .not_null = column.not_null});
  }
  for (size_t i = 0; i < impl_->columns.size(); ++i) impl_->by_name[impl_->columns[i].name] = i;
}

JsonDecoder::~JsonDecoder() = default;

Status JsonDecoder::decode(std::string_view record, DeltaBuilder& out) {
  Impl& impl = *impl_;
  impl.arena.reset();
  impl.row.assign(impl.columns.size(), std::nullopt);
  impl.expected = 0;
  if (impl.whole_document) {
    TRY(impl.row[0], impl.parse(impl.columns[0], record));
  } else {
    TRY(impl.decode_fields(record));
  }
  for (size_t i = 0; i < impl.row.size(); ++i) {
    if (impl.row[i] || !impl.columns[i].not_null) continue;
    return SqlError(sqlstate::kNotNullViolation,
                    "null value in column \"" + impl.columns[i].name + "\" violates not-null constraint")
        .with_column(impl.columns[i].name);
  }
  for (size_t i = 0; i < impl.row.size(); ++i) {
    if (impl.row[i]) {
      out.column(i).append_slot(*impl.row[i]);
    } else {
      out.column(i).append_null();
    }
  }
  out.end_row(1);
  return {};
}

}  // namespace millrace::ingest
