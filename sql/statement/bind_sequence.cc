// CREATE SEQUENCE and ALTER SEQUENCE, and the sequences behind serial and identity columns.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sql/binder/type_names.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {
namespace {

using catalog::Object;
using catalog::Sequence;

struct Bounds {
  int64_t least;
  int64_t greatest;
};

Result<Bounds> bounds_of(uint32_t type) {
  switch (type) {
    case oid::kInt2: return Bounds{INT16_MIN, INT16_MAX};
    case oid::kInt4: return Bounds{INT32_MIN, INT32_MAX};
    case oid::kInt8: return Bounds{INT64_MIN, INT64_MAX};
    default: return SqlError(sqlstate::kInvalidParameterValue, "sequence type must be smallint, integer, or bigint");
  }
}

Result<int64_t> integer_of(const ast::Option& option) {
  int64_t value = 0;
  const std::string& text = option.values[0];
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return SqlError(sqlstate::kInvalidTextRepresentation,
                    fmt::format("invalid input syntax for type bigint: \"{}\"", text))
        .at(option.location);
  }
  return value;
}

// What the options say, each once. Names are the grammar's.
class Options {
 public:
  explicit Options(const std::vector<ast::Option>& options) : options_(options) {}

  Result<const ast::Option*> find(std::string_view name) const {
    const ast::Option* found = nullptr;
    for (const ast::Option& option : options_) {
      if (option.name != name) continue;
      if (found != nullptr) {
        return SqlError(sqlstate::kSyntaxError, "conflicting or redundant options").at(option.location);
      }
      found = &option;
    }
    return found;
  }

  // The number, where there is one.
  Result<std::optional<int64_t>> number(std::string_view name) const {
    TRY(const ast::Option* option, find(name));
    if (option == nullptr || option->values.empty()) return std::optional<int64_t>();
    TRY(const int64_t value, integer_of(*option));
    return std::optional<int64_t>(value);
  }

 private:
  const std::vector<ast::Option>& options_;
};

Status check_within(const char* what, int64_t value, const Sequence& sequence) {
  if (value < sequence.minimum) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("{} value ({}) cannot be less than MINVALUE ({})", what, value, sequence.minimum));
  }
  if (value > sequence.maximum) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("{} value ({}) cannot be greater than MAXVALUE ({})", what, value, sequence.maximum));
  }
  return {};
}

// One bound: as given, as it was (ALTER), or the type's own.
Status set_bound(const Options& options, std::string_view name, int64_t ordinary, bool is_new, const Bounds& type,
                 uint32_t type_oid, int64_t& bound) {
  TRY(const ast::Option* option, options.find(name));
  if (option == nullptr && !is_new) return {};
  bound = ordinary;
  if (option == nullptr || option->values.empty()) return {};
  TRY(bound, integer_of(*option));
  if (bound >= type.least && bound <= type.greatest) return {};
  return SqlError(sqlstate::kInvalidParameterValue,
                  fmt::format("{} ({}) is out of range for sequence data type {}",
                              name == "minvalue" ? "MINVALUE" : "MAXVALUE", bound, type_of(type_oid).to_string()));
}

}  // namespace

Status StatementBinder::set_sequence_options(const std::vector<ast::Option>& given, bool is_new,
                                             catalog::Sequence& sequence) const {
  const Options options(given);
  TRY(const ast::Option* type, options.find("as"));
  if (type != nullptr) {
    const std::string& name = type->values.empty() ? std::string() : type->values[0];
    const TypeInfo* info = find_type(name);
    if (info == nullptr) {
      return SqlError(sqlstate::kUndefinedObject, fmt::format("type \"{}\" does not exist", name)).at(type->location);
    }
    sequence.type_oid = info->oid;
  }
  TRY(const Bounds bounds, bounds_of(sequence.type_oid));
  TRY(const std::optional<int64_t> increment, options.number("increment"));
  if (increment) sequence.increment = *increment;
  if (sequence.increment == 0) return SqlError(sqlstate::kInvalidParameterValue, "INCREMENT must not be zero");
  TRY(const ast::Option* cycle, options.find("cycle"));
  if (cycle != nullptr) sequence.cycle = cycle->values.empty() || cycle->values[0] != "false";
  const bool up = sequence.increment > 0;
  TRY(set_bound(options, "maxvalue", up ? bounds.greatest : -1, is_new, bounds, sequence.type_oid, sequence.maximum));
  TRY(set_bound(options, "minvalue", up ? 1 : bounds.least, is_new, bounds, sequence.type_oid, sequence.minimum));
  if (sequence.minimum >= sequence.maximum) {
    return SqlError(sqlstate::kInvalidParameterValue,
                    fmt::format("MINVALUE ({}) must be less than MAXVALUE ({})", sequence.minimum, sequence.maximum));
  }
  TRY(const std::optional<int64_t> start, options.number("start"));
  if (start) {
    sequence.start = *start;
  } else if (is_new) {
    sequence.start = up ? sequence.minimum : sequence.maximum;
  }
  TRY(check_within("START", sequence.start, sequence));
  TRY(const std::optional<int64_t> cache, options.number("cache"));
  if (cache && *cache <= 0) {
    return SqlError(sqlstate::kInvalidParameterValue, fmt::format("CACHE ({}) must be greater than zero", *cache));
  }
  TRY(const ast::Option* owner, options.find("owned_by"));
  if (owner == nullptr) return {};
  sequence.owner = ObjectId();
  if (owner->values.size() == 1 && owner->values[0] == "none") return {};
  if (owner->values.size() < 2) {
    return SqlError(sqlstate::kSyntaxError, "invalid OWNED BY option")
        .with_hint("Specify OWNED BY table.column or OWNED BY NONE.")
        .at(owner->location);
  }
  ast::ObjectName name{owner->values, -1};
  const std::string column = name.parts.back();
  name.parts.pop_back();
  TRY(const Object* table, queries_.find_relation(name));
  const auto found = std::find_if(table->columns.begin(), table->columns.end(),
                                  [&](const catalog::ColumnDefinition& c) { return c.name == column; });
  if (found == table->columns.end()) {
    return SqlError(sqlstate::kUndefinedColumn,
                    fmt::format("column \"{}\" of relation \"{}\" does not exist", column, table->name.name));
  }
  sequence.owner = table->id;
  sequence.owner_column = static_cast<uint32_t>(found - table->columns.begin());
  return {};
}

Object StatementBinder::new_sequence(catalog::QualifiedName name, catalog::Sequence sequence) const {
  Object object = new_object(std::move(name));
  object.columns = {{"last_value", type_of(oid::kInt8), true},
                    {"log_cnt", type_of(oid::kInt8), true},
                    {"is_called", type_of(oid::kBool), true}};
  if (sequence.owner.value() != 0) object.depends_on = {sequence.owner};
  object.details = sequence;
  return object;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CreateSequence& node) {
  if (node.temporary) return not_supported("a temporary sequence", "Use an ordinary sequence and drop it.");
  bool exists = false;
  TRY(catalog::QualifiedName name, new_name(node.name, node.if_not_exists ? &exists : nullptr));
  if (exists) return skipped(name.name, "CREATE SEQUENCE");
  catalog::Sequence sequence;
  TRY(set_sequence_options(node.options, /*is_new=*/true, sequence));
  BoundCreate out;
  out.objects.push_back(new_sequence(std::move(name), sequence));
  out.if_not_exists = node.if_not_exists;
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::AlterSequence& node) {
  Result<const Object*> found = queries_.find_relation(node.name);
  if (!found && node.if_exists) {
    return BoundNothing{"ALTER SEQUENCE", fmt::format("relation \"{}\" does not exist, skipping", node.name.last())};
  }
  if (!found) return std::move(found).error();
  const auto* old = (*found)->as<catalog::Sequence>();
  if (old == nullptr) {
    return SqlError(sqlstate::kWrongObjectType, fmt::format("\"{}\" is not a sequence", (*found)->name.name));
  }
  BoundAlter out{**found, "ALTER SEQUENCE", {}};
  catalog::Sequence sequence = *old;
  TRY(set_sequence_options(node.options, /*is_new=*/false, sequence));
  const Options options(node.options);
  TRY(const ast::Option* restart, options.find("restart"));
  if (restart != nullptr) {
    TRY(const std::optional<int64_t> value, options.number("restart"));
    out.restart = value.value_or(sequence.start);
    TRY(check_within("RESTART", *out.restart, sequence));
  }
  out.object.depends_on.clear();
  if (sequence.owner.value() != 0) out.object.depends_on = {sequence.owner};
  out.object.details = sequence;
  return out;
}

}  // namespace millrace::sql
