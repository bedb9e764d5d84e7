// EXPLAIN: the circuit of a statement, as a tree of lines or as JSON.
#include <fmt/format.h>

#include <sstream>

#include "sql/statement/statement_binder.h"

namespace millrace::sql {

namespace {

// The circuit's tree with names where it has catalog ids.
std::string explain_text(const dataflow::CircuitPlan& plan, const catalog::CatalogSnapshot& catalog) {
  std::string text = dataflow::to_string(plan);
  for (const ObjectId id : plan.inputs()) {
    const catalog::Object* object = catalog.find(id);
    if (object == nullptr) continue;
    const std::string number = "Input " + std::to_string(id.value()) + " ";
    const std::string name = "Input " + object->name.schema + "." + object->name.name + " ";
    for (size_t at = text.find(number); at != std::string::npos; at = text.find(number, at + name.size())) {
      text.replace(at, number.size(), name);
    }
  }
  if (plan.has_key) {
    text += "Key: (";
    for (size_t i = 0; i < plan.key.size(); ++i) text += fmt::format("{}#{}", i == 0 ? "" : ", ", plan.key[i]);
    text += ")\n";
  }
  return text;
}

struct Line {
  size_t depth;
  std::string text;
};

void append_quoted(const std::string& text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

// The node at `at` with those below it; moves `at` behind them.
void append_node(const std::vector<Line>& lines, size_t& at, size_t indent, std::string& out) {
  const Line& line = lines[at++];
  const std::string margin(indent, ' ');
  const size_t space = line.text.find(' ');
  out += "{\n" + margin + "  \"Node Type\": ";
  append_quoted(line.text.substr(0, space), out);
  if (space != std::string::npos) {
    out += ",\n" + margin + "  \"Details\": ";
    append_quoted(line.text.substr(space + 1), out);
  }
  bool first = true;
  while (at < lines.size() && lines[at].depth > line.depth) {
    out += first ? ",\n" + margin + "  \"Plans\": [\n" + margin + "    " : ",\n" + margin + "    ";
    first = false;
    append_node(lines, at, indent + 4, out);
  }
  if (!first) out += "\n" + margin + "  ]";
  out += "\n" + margin + "}";
}

// The text form's tree as PostgreSQL's clients expect it: [{"Plan": {..}}]. What stands above the tree
// (Sort, PointRead, Key) goes beside it.
std::string as_json(const std::string& text) {
  std::vector<Line> lines;
  std::vector<std::string> beside;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const size_t depth = line.find_first_not_of(' ');
    if (depth == std::string::npos) continue;
    const bool of_tree = !line.starts_with("Key: ") && !line.starts_with("PointRead ") && line != "Sort" &&
                         line != "Insert" && line != "Update" && line != "Delete";
    if (of_tree) {
      lines.push_back({depth, line.substr(depth)});
    } else {
      beside.push_back(line);
    }
  }
  std::string out = "[\n  {\n    \"Plan\": ";
  size_t at = 0;
  if (!lines.empty()) append_node(lines, at, 4, out);
  if (lines.empty()) out += "{}";
  if (!beside.empty()) {
    out += ",\n    \"Notes\": [";
    for (size_t i = 0; i < beside.size(); ++i) {
      if (i > 0) out += ", ";
      append_quoted(beside[i], out);
    }
    out += "]";
  }
  return out + "\n  }\n]";
}

}  // namespace

StatementBinder::Bound StatementBinder::bind_kind(const ast::Explain& node) {
  bool json = false;
  for (const ast::Option& option : node.options) {
    const std::string value = option.values.empty() ? "true" : option.values[0];
    if (option.name == "analyze" && value != "false" && value != "off" && value != "0") {
      return not_supported("EXPLAIN ANALYZE", "Use EXPLAIN.");
    }
    if (option.name == "format") {
      if (value != "text" && value != "json" && value != "xml" && value != "yaml") {
        return SqlError(sqlstate::kInvalidParameterValue,
                        fmt::format("unrecognized value for EXPLAIN option \"format\": \"{}\"", value));
      }
      json = value == "json";
      if (!json && value != "text") return not_supported("this EXPLAIN format", "Use FORMAT TEXT or FORMAT JSON.");
    }
  }
  if (node.statement == nullptr) return not_supported("EXPLAIN of this statement", "");
  TRY(const BoundStatement bound, bind_tree(*node.statement));
  BoundExplain out;
  const auto query = [&](const BoundQuery& source) {
    if (source.point_read) {
      const catalog::Object& relation = *catalog().find(source.point_read->relation);
      out.text += fmt::format("PointRead {}.{}\n", relation.name.schema, relation.name.name);
    }
    if (!source.finishing.order.empty()) out.text += "Sort\n";
    out.text += explain_text(source.plan, catalog());
  };
  if (const auto* select = std::get_if<BoundQuery>(&bound)) {
    query(*select);
  } else if (const auto* insert = std::get_if<BoundInsert>(&bound)) {
    out.text = "Insert\n";
    query(insert->source);
  } else if (const auto* update = std::get_if<BoundUpdate>(&bound)) {
    out.text = "Update\n";
    query(update->source);
  } else if (const auto* remove = std::get_if<BoundDelete>(&bound)) {
    out.text = "Delete\n";
    query(remove->source);
  } else if (const auto* create = std::get_if<BoundCreate>(&bound)) {
    if (create->plan) out.text = explain_text(*create->plan, catalog());
    if (create->rows) query(*create->rows);
  } else {
    return not_supported("EXPLAIN of this statement", "");
  }
  if (json) out = {as_json(out.text), true};
  return out;
}

}  // namespace millrace::sql
