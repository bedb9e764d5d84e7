#include "expr/polymorphism.h"

#include "expr/overload_resolution.h"
#include "types/type_info.h"

namespace millrace::expr {

bool is_polymorphic(uint32_t type_oid) {
  return type_oid == oid::kAnyElement || type_oid == oid::kAnyArray || type_oid == oid::kAnyNonArray ||
         type_oid == oid::kAnyCompatible || type_oid == oid::kAnyCompatibleArray;
}

namespace {

bool is_array_form(uint32_t type_oid) { return type_oid == oid::kAnyArray || type_oid == oid::kAnyCompatibleArray; }
bool is_compatible_form(uint32_t type_oid) {
  return type_oid == oid::kAnyCompatible || type_oid == oid::kAnyCompatibleArray;
}

// The element type that a family of polymorphic arguments agrees on; invalid when none of them is known.
std::optional<SqlType> decide(const std::vector<uint32_t>& declared, const std::vector<SqlType>& arguments,
                              bool compatible) {
  std::vector<SqlType> votes;
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!is_polymorphic(declared[i]) || is_compatible_form(declared[i]) != compatible) continue;
    if (is_unknown(arguments[i])) continue;
    const TypeInfo* element = arguments[i].info().element;
    if (is_array_form(declared[i])) {
      if (element == nullptr) return std::nullopt;
      votes.push_back(SqlType(*element));
    } else if (declared[i] == oid::kAnyNonArray && element != nullptr) {
      return std::nullopt;
    } else {
      votes.push_back(arguments[i].without_typmod());
    }
  }
  if (votes.empty()) return SqlType();
  if (compatible) {
    auto common = common_type("", votes);
    if (!common) return std::nullopt;
    return common->without_typmod();
  }
  for (const SqlType vote : votes) {
    if (vote != votes.front()) return std::nullopt;
  }
  return votes.front();
}

}  // namespace

std::optional<Specialised> specialise(const std::vector<uint32_t>& declared, uint32_t result,
                                      const std::vector<SqlType>& arguments) {
  const std::optional<SqlType> same = decide(declared, arguments, false);
  const std::optional<SqlType> compatible = decide(declared, arguments, true);
  if (!same || !compatible) return std::nullopt;
  const auto concrete = [&](uint32_t type_oid) -> SqlType {
    if (!is_polymorphic(type_oid)) return type_of(type_oid);
    const SqlType element = is_compatible_form(type_oid) ? *compatible : *same;
    if (!element.valid() || !is_array_form(type_oid)) return element;
    return array_of(element.info());
  };
  Specialised specialised;
  for (size_t i = 0; i < declared.size(); ++i) {
    SqlType target;
    if (declared[i] == oid::kAny || declared[i] == oid::kRecord) {
      target = is_unknown(arguments[i]) ? type_of(oid::kText) : arguments[i];
    } else {
      target = concrete(declared[i]);
      if (!target.valid()) return std::nullopt;
      if (!is_unknown(arguments[i]) && target.same_base(arguments[i])) target = arguments[i];
    }
    specialised.arguments.push_back(target);
  }
  specialised.result = concrete(result);
  if (!specialised.result.valid()) return std::nullopt;
  return specialised;
}

}  // namespace millrace::expr
