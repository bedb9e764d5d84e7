// EXPLAIN: the circuit of a statement, as a tree of lines or as JSON.
#include <fmt/format.h>

#include "sql/statement/statement_binder.h"
#include "types/json.h"

namespace millrace::sql {
namespace {

using dataflow::PlanTree;

struct Explanation {
  std::vector<std::string> above;  // what is done with the tree's rows, and where one key's are read
  std::optional<PlanTree> tree;
  std::string key;  // of its rows; empty when it has none

  void add(const dataflow::CircuitPlan& plan, const catalog::CatalogSnapshot& catalog) {
    tree = dataflow::describe(plan, [&](ObjectId id) {
      const catalog::Object* object = catalog.find(id);
      return object == nullptr ? std::to_string(id.value()) : object->name.schema + "." + object->name.name;
    });
    if (!plan.has_key) return;
    for (const uint32_t column : plan.key) key += fmt::format("{}#{}", key.empty() ? "Key: (" : ", ", column);
    key += key.empty() ? "Key: ()" : ")";
  }
};

void add_lines(const PlanTree& tree, size_t depth, std::vector<std::string>& out) {
  out.push_back(std::string(depth * 2, ' ') + tree.text);
  for (const PlanTree& each : tree.below) add_lines(each, depth + 1, out);
}

std::vector<std::string> as_lines(Explanation explanation) {
  std::vector<std::string> out = std::move(explanation.above);
  if (explanation.tree) add_lines(*explanation.tree, 0, out);
  if (!explanation.key.empty()) out.push_back(std::move(explanation.key));
  return out;
}

void append_node(const PlanTree& tree, size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  const size_t space = tree.text.find(' ');
  out += "{\n" + margin + "  \"Node Type\": ";
  append_json_string(tree.text.substr(0, space), out);
  if (space != std::string::npos) {
    out += ",\n" + margin + "  \"Details\": ";
    append_json_string(tree.text.substr(space + 1), out);
  }
  if (!tree.below.empty()) {
    const char* before = ",\n{0}  \"Plans\": [\n{0}    ";
    for (const PlanTree& each : tree.below) {
      out += fmt::format(fmt::runtime(before), margin);
      before = ",\n{0}    ";
      append_node(each, indent + 4, out);
    }
    out += "\n" + margin + "  ]";
  }
  out += "\n" + margin + "}";
}

// As PostgreSQL's clients expect it: [{"Plan": {..}}]. What stands around the tree goes beside it.
std::string as_json(const Explanation& explanation) {
  std::string out = "[\n  {\n    \"Plan\": ";
  if (explanation.tree) append_node(*explanation.tree, 4, out);
  if (!explanation.tree) out += "{}";
  std::vector<std::string> notes = explanation.above;
  if (!explanation.key.empty()) notes.push_back(explanation.key);
  for (size_t i = 0; i < notes.size(); ++i) {
    out += i == 0 ? ",\n    \"Notes\": [" : ", ";
    append_json_string(notes[i], out);
  }
  if (!notes.empty()) out += "]";
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
  Explanation out;
  const auto query = [&](const BoundQuery& source) {
    if (source.point_read) {
      const catalog::Object& relation = *catalog().find(source.point_read->relation);
      out.above.push_back(fmt::format("PointRead {}.{}", relation.name.schema, relation.name.name));
    }
    if (!source.finishing.order.empty()) out.above.push_back("Sort");
    out.add(source.plan, catalog());
  };
  if (const auto* select = std::get_if<BoundQuery>(&bound)) {
    query(*select);
  } else if (const auto* insert = std::get_if<BoundInsert>(&bound)) {
    out.above.push_back("Insert");
    query(insert->source);
  } else if (const auto* update = std::get_if<BoundUpdate>(&bound)) {
    out.above.push_back("Update");
    query(update->source);
  } else if (const auto* remove = std::get_if<BoundDelete>(&bound)) {
    out.above.push_back("Delete");
    query(remove->source);
  } else if (const auto* create = std::get_if<BoundCreate>(&bound)) {
    if (create->plan) out.add(*create->plan, catalog());
    if (create->rows) query(*create->rows);
  } else {
    return not_supported("EXPLAIN of this statement", "");
  }
  if (json) return BoundExplain{{as_json(out)}, true};
  return BoundExplain{as_lines(std::move(out)), false};
}

}  // namespace millrace::sql
