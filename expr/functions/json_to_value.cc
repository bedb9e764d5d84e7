#include "expr/functions/json_to_value.h"

#include "types/array.h"
#include "types/record.h"

namespace millrace::expr {
namespace {

class Populator {
 public:
  Populator(const EvalContext& context, Arena& arena) : context_(context), arena_(arena) {}

  Result<FieldValues> fields(const JsonItem& item, std::span<const CompositeField> fields, const FieldValues& base) {
    TRY(const JsonbKind kind, item.kind());
    if (kind != JsonbKind::kObject) {
      return SqlError(sqlstate::kInvalidParameterValue, kind == JsonbKind::kArray
                                                            ? "cannot call populate_composite on an array"
                                                            : "cannot call populate_composite on a scalar");
    }
    FieldValues values;
    for (size_t i = 0; i < fields.size(); ++i) {
      TRY(const std::optional<JsonItem> part, item.field(fields[i].name));
      const std::optional<Slot> kept = i < base.size() ? base[i] : std::nullopt;
      if (!part) {
        values.push_back(kept);
        continue;
      }
      key_ = fields[i].name;
      TRY(values.emplace_back(), value(*part, fields[i].type, kept));
    }
    return values;
  }

 private:
  Result<std::optional<Slot>> value(const JsonItem& item, SqlType type, const std::optional<Slot>& base) {
    using Answer = std::optional<Slot>;
    TRY(const JsonbKind kind, item.kind());
    if (type.oid() == oid::kJson || type.oid() == oid::kJsonb) {
      if (kind == JsonbKind::kNull) return Answer();
      TRY(const Slot slot, type.info().parse(item.written(), type, context_.text, arena_));
      return Answer(Slot::copy_bytes(slot.view(), arena_));
    }
    if (kind == JsonbKind::kNull) return Answer();
    if (type.info().element != nullptr && kind != JsonbKind::kString) return array(item, kind, type);
    if (!type.info().fields.empty() && kind != JsonbKind::kString) {
      TRY(const FieldValues parts, fields(item, type.info().fields, values_of(base, type)));
      std::vector<const Slot*> slots;
      for (const std::optional<Slot>& part : parts) slots.push_back(part ? &*part : nullptr);
      return Answer(make_record(slots, type, arena_));
    }
    TRY(const std::optional<std::string> text, item.text());
    TRY(const Slot slot, type.info().parse(*text, type, context_.text, arena_));
    return Answer(slot);
  }

  static FieldValues values_of(const std::optional<Slot>& record, SqlType type) {
    FieldValues values;
    if (!record) return values;
    const RecordView view(*record, type);
    for (size_t i = 0; i < view.size(); ++i) {
      values.push_back(view.is_null(i) ? std::nullopt : std::optional(view.field(i)));
    }
    return values;
  }

  // --- arrays: how many dimensions there are shows at the first element that is no array ---

  struct Elements {
    ArrayBuilder builder;
    SqlType element;
    int dimension_count = 0;       // 0: not known yet
    std::vector<int32_t> lengths;  // of each dimension; -1: none ended yet
    std::vector<int32_t> at;       // subscripts of the element being read
  };

  Result<std::optional<Slot>> array(const JsonItem& item, JsonbKind kind, SqlType type) {
    Elements elements{
        ArrayBuilder(SqlType(*type.info().element)), SqlType(*type.info().element, type.typmod()), 0, {}, {}};
    const std::string key = key_;
    if (kind != JsonbKind::kArray) return expected_array(elements, key);
    TRY(dimension(item, elements, key));
    std::vector<ArrayDimension> dimensions;
    for (const int32_t length : elements.lengths) dimensions.push_back({length, 1});
    TRY(array_size(dimensions));
    if (elements.builder.size() == 0) return std::optional(elements.builder.finish(arena_));
    return std::optional(elements.builder.finish(dimensions, arena_));
  }

  Status dimension(const JsonItem& item, Elements& elements, const std::string& key) {
    const size_t depth = elements.at.size() + 1;
    if (depth > kMaxArrayDimensions) {
      return SqlError(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(depth) +
                                                           ") exceeds the maximum allowed (" +
                                                           std::to_string(kMaxArrayDimensions) + ")");
    }
    elements.at.push_back(0);
    if (elements.lengths.size() < depth) elements.lengths.push_back(-1);
    TRY(item.for_each_element([&](const JsonItem& each) -> Status {
      TRY(const JsonbKind kind, each.kind());
      if (kind != JsonbKind::kArray && elements.dimension_count == 0) {
        elements.dimension_count = static_cast<int>(depth);
      }
      if (elements.dimension_count == static_cast<int>(depth)) {
        TRY(const std::optional<Slot> slot, value(each, elements.element, std::nullopt));
        slot ? elements.builder.append(*slot) : elements.builder.append_null();
      } else if (kind == JsonbKind::kArray) {
        TRY(dimension(each, elements, key));
      } else {
        return expected_array(elements, key);
      }
      ++elements.at.back();
      return {};
    }));
    if (elements.dimension_count == 0) elements.dimension_count = static_cast<int>(depth);
    int32_t& length = elements.lengths[depth - 1];
    if (length != -1 && length != elements.at.back()) {
      return SqlError(sqlstate::kInvalidTextRepresentation, "malformed JSON array")
          .with_detail("Multidimensional arrays must have sub-arrays with matching dimensions.");
    }
    length = elements.at.back();
    elements.at.pop_back();
    return {};
  }

  static SqlError expected_array(const Elements& elements, const std::string& key) {
    std::string subscripts;
    for (const int32_t at : elements.at) subscripts += "[" + std::to_string(at) + "]";
    return SqlError(sqlstate::kInvalidTextRepresentation, "expected JSON array")
        .with_hint(subscripts.empty() ? "See the value of key \"" + key + "\"."
                                      : "See the array element " + subscripts + " of key \"" + key + "\".");
  }

  const EvalContext& context_;
  Arena& arena_;
  std::string key_;  // being read, for the hints
};

}  // namespace

Result<FieldValues> json_to_fields(const JsonItem& item, std::span<const CompositeField> fields,
                                   const FieldValues& base, const EvalContext& context, Arena& arena) {
  return Populator(context, arena).fields(item, fields, base);
}

}  // namespace millrace::expr
