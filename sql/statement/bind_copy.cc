#include <fmt/format.h>

#include <algorithm>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

Result<bool> boolean_option(const ast::Option& option) {
  if (option.values.empty()) return true;
  const std::string& value = option.values[0];
  if (value == "true" || value == "on" || value == "1") return true;
  if (value == "false" || value == "off" || value == "0") return false;
  return SqlError(sqlstate::kSyntaxError, fmt::format("{} requires a Boolean value", option.name)).at(option.location);
}

Result<char> byte_option(const ast::Option& option) {
  if (option.values.size() != 1 || option.values[0].size() != 1) {
    return SqlError(sqlstate::kFeatureNotSupported,
                    fmt::format("COPY {} must be a single one-byte character", option.name));
  }
  return option.values[0][0];
}

}  // namespace

Result<CopyOptions> StatementBinder::copy_options(const std::vector<ast::Option>& options, bool from) const {
  CopyOptions out;
  std::optional<char> delimiter;
  std::optional<char> quote;
  std::optional<char> escape;
  std::optional<std::string> null_text;
  for (const ast::Option& option : options) {
    if (option.name == "format") {
      const std::string value = option.values.empty() ? "" : option.values[0];
      if (value == "text") {
        out.format = CopyFormat::kText;
      } else if (value == "csv") {
        out.format = CopyFormat::kCsv;
      } else if (value == "binary") {
        out.format = CopyFormat::kBinary;
      } else {
        return SqlError(sqlstate::kInvalidParameterValue, fmt::format("COPY format \"{}\" not recognized", value))
            .at(option.location);
      }
    } else if (option.name == "delimiter") {
      TRY(delimiter, byte_option(option));
    } else if (option.name == "null") {
      null_text = option.values.empty() ? "" : option.values[0];
    } else if (option.name == "header") {
      if (!option.values.empty() && option.values[0] == "match") {
        return not_supported("COPY HEADER MATCH", "Use HEADER.").at(option.location);
      }
      TRY(out.header, boolean_option(option));
    } else if (option.name == "quote") {
      TRY(quote, byte_option(option));
    } else if (option.name == "escape") {
      TRY(escape, byte_option(option));
    } else if (option.name == "encoding") {
      std::string value = option.values.empty() ? "" : option.values[0];
      std::transform(value.begin(), value.end(), value.begin(),
                     [](char c) { return static_cast<char>(std::tolower(c)); });
      if (value != "utf8" && value != "utf-8")
        return not_supported("an encoding other than UTF8", "Convert the data.").at(option.location);
    } else if (option.name == "freeze") {
      TRY(boolean_option(option));
    } else if (option.name == "force_quote" || option.name == "force_not_null" || option.name == "force_null") {
      return not_supported(fmt::format("COPY {}", option.name), "").at(option.location);
    } else {
      return SqlError(sqlstate::kSyntaxError, fmt::format("option \"{}\" not recognized", option.name))
          .at(option.location);
    }
  }
  const bool csv = out.format == CopyFormat::kCsv;
  if (out.format == CopyFormat::kBinary) {
    if (delimiter) return SqlError(sqlstate::kSyntaxError, "cannot specify DELIMITER in BINARY mode");
    if (null_text) return SqlError(sqlstate::kSyntaxError, "cannot specify NULL in BINARY mode");
    if (out.header) return SqlError(sqlstate::kFeatureNotSupported, "cannot specify HEADER in BINARY mode");
  }
  if (!csv && quote) return SqlError(sqlstate::kFeatureNotSupported, "COPY quote available only in CSV mode");
  if (!csv && escape) return SqlError(sqlstate::kFeatureNotSupported, "COPY escape available only in CSV mode");
  out.delimiter = delimiter.value_or(csv ? ',' : '\t');
  out.null_text = null_text.value_or(csv ? "" : "\\N");
  out.quote = quote.value_or('"');
  out.escape = escape.value_or(out.quote);
  if (out.delimiter == '\n' || out.delimiter == '\r') {
    return SqlError(sqlstate::kInvalidParameterValue, "COPY delimiter cannot be newline or carriage return");
  }
  if (csv && out.delimiter == out.quote) {
    return SqlError(sqlstate::kInvalidParameterValue, "COPY delimiter and quote must be different");
  }
  if (from && out.null_text.find(out.delimiter) != std::string::npos) {
    return SqlError(sqlstate::kInvalidParameterValue, "COPY delimiter must not appear in the NULL specification");
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Copy& node) {
  if (node.program || !node.filename.empty()) {
    return not_supported("COPY of a server's file", "Use COPY .. FROM STDIN or TO STDOUT (psql: \\copy).");
  }
  TRY(const CopyOptions options, copy_options(node.options, node.from));
  if (node.query != nullptr) {
    const auto* query = node.query->as<ast::Query>();
    if (query == nullptr) return not_supported("COPY of a statement that is no query", "Use a SELECT.");
    TRY(BoundQuery source, bind_select(*query));
    return BoundCopyOut{std::move(source), options};
  }
  if (node.where != nullptr) return not_supported("COPY FROM .. WHERE", "Filter in a view.").at(node.where->location);
  TRY(const catalog::Object* object, queries_.find_relation(node.table));
  if (node.from) {
    TRY(object, find_table(node.table, "copy to"));
  }
  if (!node.from && object->as<catalog::View>() != nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("cannot copy from view \"{}\"", object->name.name))
        .with_hint("Try the COPY (SELECT ...) TO variant.");
  }
  std::vector<uint32_t> columns;
  for (const std::string& name : node.columns) {
    const auto found = std::find_if(object->columns.begin(), object->columns.end(),
                                    [&](const catalog::ColumnDefinition& column) { return column.name == name; });
    if (found == object->columns.end()) {
      return SqlError(sqlstate::kUndefinedColumn,
                      fmt::format("column \"{}\" of relation \"{}\" does not exist", name, object->name.name));
    }
    const auto index = static_cast<uint32_t>(found - object->columns.begin());
    if (std::find(columns.begin(), columns.end(), index) != columns.end()) {
      return SqlError(sqlstate::kDuplicateColumn, fmt::format("column \"{}\" specified more than once", name));
    }
    columns.push_back(index);
  }
  if (node.columns.empty()) {
    for (uint32_t i = 0; i < object->columns.size(); ++i) {
      if (object->columns[i].generated_sql.empty()) columns.push_back(i);
    }
  }
  for (const uint32_t column : columns) {
    if (object->columns[column].generated_sql.empty()) continue;
    return SqlError(sqlstate::kInvalidColumnReference,
                    fmt::format("column \"{}\" is a generated column", object->columns[column].name))
        .with_detail("Generated columns cannot be used in COPY.");
  }
  if (node.from) {
    BoundCopyIn out{object->id, columns, {}, {}, {}, options};
    TRY(out.completion, row_completion(*object));
    std::erase_if(out.completion.defaults, [&](const RowCompletion::Column& late) {
      return std::find(columns.begin(), columns.end(), late.column) != columns.end();
    });
    TRY(out.checks, row_checks(*object));
    for (uint32_t i = 0; i < object->columns.size(); ++i) {
      out.defaults.emplace_back();
      const bool late = std::any_of(out.completion.defaults.begin(), out.completion.defaults.end(),
                                    [&](const RowCompletion::Column& column) { return column.column == i; });
      if (late || !object->columns[i].generated_sql.empty()) {
        out.defaults.back() = expr::make_null(object->columns[i].type);
        continue;
      }
      if (std::find(columns.begin(), columns.end(), i) != columns.end()) continue;
      TRY(out.defaults.back(), column_default(object->columns[i]));
    }
    return out;
  }
  TRY(QueryBinder::BoundTable bound, queries_.bind_relation(*object, ""));
  Plan plan{std::move(bound.plan), {}};
  for (const uint32_t column : columns) plan.outputs.push_back(bound.table.columns[column].id);
  TRY(BoundQuery source, plan_rows(std::move(plan)));
  return BoundCopyOut{std::move(source), options};
}

}  // namespace millrace::sql
