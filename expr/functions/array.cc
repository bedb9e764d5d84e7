// Arrays: their shape, joining, searching, and text in pieces.
#include "types/array.h"

#include <algorithm>

#include "expr/families.h"
#include "expr/typed_lambda.h"
#include "types/type_info.h"

namespace millrace::expr {
namespace {

using std::string_view;
using Array = Any<oid::kAnyArray>;
using CommonArray = Any<oid::kAnyCompatibleArray>;
using CommonElement = Any<oid::kAnyCompatible>;
using NewArray = InArena<oid::kAnyCompatibleArray>;
constexpr uint32_t kTextArray = 1009;
constexpr uint32_t kInt4Array = 1007;

ArrayView view(const Array& array) { return ArrayView(array.slot, array.type); }
ArrayView view(const CommonArray& array) { return ArrayView(array.slot, array.type); }

// Dimension `number`, counted from 1.
std::optional<ArrayDimension> dimension(const ArrayView& array, int32_t number) {
  if (number < 1 || number > array.dimension_count()) return std::nullopt;
  return array.dimension(number - 1);
}

std::optional<int32_t> length(const ArrayView& array, int32_t number) {
  const auto found = dimension(array, number);
  return found ? std::optional(found->length) : std::nullopt;
}

std::optional<int32_t> lower(const ArrayView& array, int32_t number) {
  const auto found = dimension(array, number);
  return found ? std::optional(found->lower_bound) : std::nullopt;
}

std::optional<int32_t> upper(const ArrayView& array, int32_t number) {
  const auto found = dimension(array, number);
  return found ? std::optional(found->lower_bound + found->length - 1) : std::nullopt;
}

std::optional<std::string> dimensions_text(const ArrayView& array) {
  if (array.empty()) return std::nullopt;
  std::string text;
  for (const ArrayDimension& each : array.dimensions()) {
    text += "[" + std::to_string(each.lower_bound) + ":" + std::to_string(each.lower_bound + each.length - 1) + "]";
  }
  return text;
}

SqlError only_one_dimension(const char* what) {
  return SqlError(sqlstate::kFeatureNotSupported, std::string(what) + " in multidimensional arrays is not supported");
}

SqlError must_be_flat() { return SqlError(SqlState("22000"), "argument must be empty or one-dimensional array"); }

void append(ArrayBuilder& builder, const std::optional<CommonElement>& element) {
  if (element) {
    builder.append(element->slot);
  } else {
    builder.append_null();
  }
}

// One element put before or after; a NULL array counts as empty.
Result<NewArray> extended(SqlType type, const std::optional<CommonArray>& array,
                          const std::optional<CommonElement>& element, bool at_end, Arena& arena) {
  ArrayBuilder builder(SqlType(*type.info().element));
  ArrayDimension shape{1, 1};
  if (!at_end) append(builder, element);
  if (array) {
    const ArrayView old = view(*array);
    if (old.dimension_count() > 1) return must_be_flat();
    for (size_t i = 0; i < old.size(); ++i) builder.append_from(old, i);
    if (!old.empty()) {
      shape = old.dimension(0);
      ++shape.length;
    }
  }
  if (at_end) append(builder, element);
  TRY(array_size({&shape, 1}));
  return NewArray{builder.finish({&shape, 1}, arena)};
}

SqlError cannot_join(const char* detail) {
  return SqlError(sqlstate::kArraySubscriptError, "cannot concatenate incompatible arrays").with_detail(detail);
}

// Dimensions of a || b: equal but for the outermost, or b an element of a's outermost, or the other way round.
Result<std::vector<ArrayDimension>> joined_shape(const ArrayView& a, const ArrayView& b) {
  std::vector<ArrayDimension> left = a.dimensions(), right = b.dimensions();
  if (left.size() == right.size()) {
    for (size_t i = 1; i < left.size(); ++i) {
      if (left[i] != right[i]) {
        return cannot_join("Arrays with differing element dimensions are not compatible for concatenation.");
      }
    }
    left[0].length += right[0].length;
    return left;
  }
  const bool right_is_element = left.size() == right.size() + 1;
  if (!right_is_element && right.size() != left.size() + 1) {
    return SqlError(sqlstate::kArraySubscriptError, "cannot concatenate incompatible arrays")
        .with_detail("Arrays of " + std::to_string(left.size()) + " and " + std::to_string(right.size()) +
                     " dimensions are not compatible for concatenation.");
  }
  std::vector<ArrayDimension>& outer = right_is_element ? left : right;
  const std::vector<ArrayDimension>& inner = right_is_element ? right : left;
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] != outer[i + 1]) {
      return cannot_join("Arrays with differing dimensions are not compatible for concatenation.");
    }
  }
  ++outer[0].length;
  return outer;
}

Result<std::optional<NewArray>> concatenated(SqlType type, const std::optional<CommonArray>& a,
                                             const std::optional<CommonArray>& b, Arena& arena) {
  using Answer = std::optional<NewArray>;
  if (!a || !b) {
    if (!a && !b) return Answer();
    return Answer(NewArray{Slot::copy_bytes((a ? a : b)->slot.view(), arena)});
  }
  const ArrayView left = view(*a), right = view(*b);
  if (left.empty()) return Answer(NewArray{Slot::copy_bytes(b->slot.view(), arena)});
  if (right.empty()) return Answer(NewArray{Slot::copy_bytes(a->slot.view(), arena)});
  TRY(const std::vector<ArrayDimension> shape, joined_shape(left, right));
  TRY(array_size(shape));
  ArrayBuilder builder(SqlType(*type.info().element));
  for (size_t i = 0; i < left.size(); ++i) builder.append_from(left, i);
  for (size_t i = 0; i < right.size(); ++i) builder.append_from(right, i);
  return Answer(NewArray{builder.finish(shape, arena)});
}

// IS NOT DISTINCT FROM.
bool same(const ArrayView& array, size_t index, const std::optional<CommonElement>& value) {
  if (array.is_null(index) || !value) return array.is_null(index) && !value;
  return array.element_type().info().compare(array.element(index), value->slot, array.element_type()) == 0;
}

Result<std::optional<int32_t>> position(const std::optional<CommonArray>& array,
                                        const std::optional<CommonElement>& value, int32_t start) {
  if (!array) return std::optional<int32_t>();
  const ArrayView elements = view(*array);
  if (elements.dimension_count() > 1) return only_one_dimension("searching for elements");
  if (elements.empty()) return std::optional<int32_t>();
  const int64_t first = elements.dimension(0).lower_bound;
  for (int64_t i = std::max<int64_t>(0, start - first); i < static_cast<int64_t>(elements.size()); ++i) {
    if (same(elements, static_cast<size_t>(i), value)) return std::optional(static_cast<int32_t>(first + i));
  }
  return std::optional<int32_t>();
}

Result<std::optional<InArena<kInt4Array>>> positions(const std::optional<CommonArray>& array,
                                                     const std::optional<CommonElement>& value, Arena& arena) {
  using Answer = std::optional<InArena<kInt4Array>>;
  if (!array) return Answer();
  const ArrayView elements = view(*array);
  if (elements.dimension_count() > 1) return only_one_dimension("searching for elements");
  ArrayBuilder builder(type_of(oid::kInt4));
  for (size_t i = 0; i < elements.size(); ++i) {
    if (same(elements, i, value)) {
      builder.append(Slot::of_i32(elements.dimension(0).lower_bound + static_cast<int32_t>(i)));
    }
  }
  return Answer(InArena<kInt4Array>{builder.finish(arena)});
}

Result<std::optional<NewArray>> removed(SqlType type, const std::optional<CommonArray>& array,
                                        const std::optional<CommonElement>& value, Arena& arena) {
  if (!array) return std::optional<NewArray>();
  const ArrayView elements = view(*array);
  if (elements.dimension_count() > 1) {
    return SqlError(sqlstate::kFeatureNotSupported, "removing elements from multidimensional arrays is not supported");
  }
  ArrayBuilder builder(SqlType(*type.info().element));
  for (size_t i = 0; i < elements.size(); ++i) {
    if (!same(elements, i, value)) builder.append_from(elements, i);
  }
  if (elements.empty()) return std::optional(NewArray{builder.finish(arena)});
  const ArrayDimension shape{static_cast<int32_t>(builder.size()), elements.dimension(0).lower_bound};
  return std::optional(NewArray{builder.finish({&shape, 1}, arena)});
}

std::optional<NewArray> replaced(SqlType type, const std::optional<CommonArray>& array,
                                 const std::optional<CommonElement>& from, const std::optional<CommonElement>& to,
                                 Arena& arena) {
  if (!array) return std::nullopt;
  const ArrayView elements = view(*array);
  ArrayBuilder builder(SqlType(*type.info().element));
  for (size_t i = 0; i < elements.size(); ++i) {
    if (same(elements, i, from)) {
      append(builder, to);
    } else {
      builder.append_from(elements, i);
    }
  }
  return NewArray{builder.finish(elements.dimensions(), arena)};
}

// Whether every element of `part` equals one of `whole`; a NULL equals nothing.
bool contains(const ArrayView& whole, const ArrayView& part) {
  const SqlType type = whole.element_type();
  const auto found = [&](size_t p) {
    if (part.is_null(p)) return false;
    for (size_t w = 0; w < whole.size(); ++w) {
      if (!whole.is_null(w) && type.info().compare(whole.element(w), part.element(p), type) == 0) return true;
    }
    return false;
  };
  for (size_t p = 0; p < part.size(); ++p) {
    if (!found(p)) return false;
  }
  return true;
}

bool overlap(const ArrayView& a, const ArrayView& b) {
  const SqlType type = a.element_type();
  for (size_t i = 0; i < a.size(); ++i) {
    if (a.is_null(i)) continue;
    for (size_t j = 0; j < b.size(); ++j) {
      if (!b.is_null(j) && type.info().compare(a.element(i), b.element(j), type) == 0) return true;
    }
  }
  return false;
}

std::string to_string(const EvalContext& context, const ArrayView& array, string_view separator,
                      std::optional<string_view> null_text) {
  std::string text;
  bool first = true;
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i) && !null_text) continue;
    if (!first) text += separator;
    first = false;
    if (array.is_null(i)) {
      text += *null_text;
    } else {
      array.element_type().info().format(array.element(i), array.element_type(), context.text, text);
    }
  }
  return text;
}

// A NULL separator splits into characters; a field equal to `null_text` becomes NULL.
InArena<kTextArray> from_string(string_view text, std::optional<string_view> separator,
                                std::optional<string_view> null_text, Arena& arena) {
  ArrayBuilder builder(type_of(oid::kText));
  const auto add = [&](string_view field) {
    if (null_text && field == *null_text) {
      builder.append_null();
    } else {
      builder.append(Slot::of_bytes(field));
    }
  };
  if (text.empty()) return {builder.finish(arena)};
  if (!separator) {
    for (size_t at = 0; at < text.size();) {
      size_t end = at + 1;
      while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) ++end;
      add(text.substr(at, end - at));
      at = end;
    }
  } else if (separator->empty()) {
    add(text);
  } else {
    for (size_t at = 0;;) {
      const size_t found = text.find(*separator, at);
      add(text.substr(at, found - at));
      if (found == string_view::npos) break;
      at = found + separator->size();
    }
  }
  return {builder.finish(arena)};
}

void add_shape(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar(
      "array_length", [](Array a, int32_t n) { return length(view(a), n); }, "Elements along a dimension.",
      "array_length(ARRAY[1, 2, 3], 1) = 3"));
  rows.push_back(scalar(
      "array_lower", [](Array a, int32_t n) { return lower(view(a), n); }, "First subscript of a dimension.",
      "array_lower('[0:2]={1,2,3}'::integer[], 1) = 0"));
  rows.push_back(scalar(
      "array_upper", [](Array a, int32_t n) { return upper(view(a), n); }, "Last subscript of a dimension.",
      "array_upper(ARRAY[1, 8, 3, 7], 1) = 4"));
  rows.push_back(scalar(
      "array_ndims",
      [](Array a) {
        const int count = view(a).dimension_count();
        return count == 0 ? std::nullopt : std::optional<int32_t>(count);
      },
      "Dimensions.", "array_ndims(ARRAY[ARRAY[1, 2], ARRAY[3, 4]]) = 2"));
  rows.push_back(scalar(
      "array_dims", [](Array a) { return dimensions_text(view(a)); }, "The dimensions as text.",
      "array_dims(ARRAY[ARRAY[1, 2, 3], ARRAY[4, 5, 6]]) = '[1:2][1:3]'"));
  rows.push_back(scalar(
      "cardinality", [](Array a) { return static_cast<int32_t>(view(a).size()); }, "Elements in all.",
      "cardinality(ARRAY[ARRAY[1, 2], ARRAY[3, 4]]) = 4"));
}

void add_joining(std::vector<ScalarFunction>& rows) {
  const auto append_one = [](ResultType type, ResultArena arena, std::optional<CommonArray> a,
                             std::optional<CommonElement> e) { return extended(type.type, a, e, true, arena.arena); };
  const auto prepend_one = [](ResultType type, ResultArena arena, std::optional<CommonElement> e,
                              std::optional<CommonArray> a) { return extended(type.type, a, e, false, arena.arena); };
  const auto join = [](ResultType type, ResultArena arena, std::optional<CommonArray> a, std::optional<CommonArray> b) {
    return concatenated(type.type, a, b, arena.arena);
  };
  rows.push_back(scalar("array_append", append_one, "An element put at the end.",
                        "array_append(ARRAY[1, 2], 3) = ARRAY[1, 2, 3]"));
  rows.push_back(op("||", append_one, "An element put at the end.", "ARRAY[1, 2] || 3 = ARRAY[1, 2, 3]"));
  rows.push_back(scalar("array_prepend", prepend_one, "An element put before the first.",
                        "array_prepend(1, ARRAY[2, 3]) = ARRAY[1, 2, 3]"));
  rows.push_back(op("||", prepend_one, "An element put before the first.", "1 || ARRAY[2, 3] = ARRAY[1, 2, 3]"));
  rows.push_back(scalar("array_cat", join, "Two arrays joined.", "array_cat(ARRAY[1, 2], ARRAY[3]) = ARRAY[1, 2, 3]"));
  rows.push_back(op("||", join, "Two arrays joined.", "ARRAY[1, 2] || ARRAY[3] = ARRAY[1, 2, 3]"));
}

void add_searching(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar(
      "array_position",
      [](std::optional<CommonArray> a, std::optional<CommonElement> e) { return position(a, e, INT32_MIN); },
      "Subscript of the first such element.", "array_position(ARRAY['a', 'b', 'a'], 'b') = 2"));
  rows.push_back(scalar(
      "array_position",
      [](std::optional<CommonArray> a, std::optional<CommonElement> e,
         std::optional<int32_t> start) -> Result<std::optional<int32_t>> {
        if (!start) {
          return SqlError(sqlstate::kNullValueNotAllowed, "initial position must not be null");
        }
        return position(a, e, *start);
      },
      "The same from a subscript on.", "array_position(ARRAY['a', 'b', 'a'], 'a', 2) = 3"));
  rows.push_back(scalar(
      "array_positions",
      [](ResultArena arena, std::optional<CommonArray> a, std::optional<CommonElement> e) {
        return positions(a, e, arena.arena);
      },
      "Subscripts of all such elements.", "array_positions(ARRAY['a', 'b', 'a'], 'a') = ARRAY[1, 3]"));
  rows.push_back(scalar(
      "array_remove",
      [](ResultType type, ResultArena arena, std::optional<CommonArray> a, std::optional<CommonElement> e) {
        return removed(type.type, a, e, arena.arena);
      },
      "Without the elements that equal a value.", "array_remove(ARRAY[1, 2, 3, 2], 2) = ARRAY[1, 3]"));
  rows.push_back(scalar(
      "array_replace",
      [](ResultType type, ResultArena arena, std::optional<CommonArray> a, std::optional<CommonElement> from,
         std::optional<CommonElement> to) { return replaced(type.type, a, from, to, arena.arena); },
      "Elements that equal a value replaced.", "array_replace(ARRAY[1, 2, 5, 4], 5, 3) = ARRAY[1, 2, 3, 4]"));
  rows.push_back(op(
      "@>", [](Array a, Array b) { return contains(view(a), view(b)); }, "Contains all elements of.",
      "ARRAY[1, 4, 3] @> ARRAY[3, 1, 3]"));
  rows.push_back(op(
      "<@", [](Array a, Array b) { return contains(view(b), view(a)); }, "All elements are contained in.",
      "ARRAY[2, 2] <@ ARRAY[1, 2]"));
  rows.push_back(op(
      "&&", [](Array a, Array b) { return overlap(view(a), view(b)); }, "Have an element in common.",
      "ARRAY[1, 4, 3] && ARRAY[2, 1]"));
}

void add_text(std::vector<ScalarFunction>& rows) {
  rows.push_back(scalar(
      "array_to_string",
      [](const EvalContext& context, Array a, string_view separator) {
        return to_string(context, view(a), separator, std::nullopt);
      },
      "The elements' text with a separator between, without the NULLs.",
      "array_to_string(ARRAY[1, 2, NULL, 4], ',') = '1,2,4'"));
  rows.push_back(scalar(
      "array_to_string",
      [](const EvalContext& context, std::optional<Array> a, std::optional<string_view> separator,
         std::optional<string_view> null_text) -> std::optional<std::string> {
        if (!a || !separator) return std::nullopt;
        return to_string(context, view(*a), *separator, null_text);
      },
      "The same with a text for NULLs.", "array_to_string(ARRAY[1, 2, NULL, 4], ',', '*') = '1,2,*,4'"));
  rows.push_back(scalar(
      "string_to_array",
      [](ResultArena arena, std::optional<string_view> text,
         std::optional<string_view> separator) -> std::optional<InArena<kTextArray>> {
        if (!text) return std::nullopt;
        return from_string(*text, separator, std::nullopt, arena.arena);
      },
      "The fields between separators.", "string_to_array('a,b', ',') = ARRAY['a', 'b']"));
  rows.push_back(scalar(
      "string_to_array",
      [](ResultArena arena, std::optional<string_view> text, std::optional<string_view> separator,
         std::optional<string_view> null_text) -> std::optional<InArena<kTextArray>> {
        if (!text) return std::nullopt;
        return from_string(*text, separator, null_text, arena.arena);
      },
      "The same, some text becoming NULL.", "string_to_array('xx~~yy~~zz', '~~', 'yy') = ARRAY['xx', NULL, 'zz']"));
}

}  // namespace

std::vector<ScalarFunction> array_functions() {
  std::vector<ScalarFunction> rows;
  add_shape(rows);
  add_joining(rows);
  add_searching(rows);
  add_text(rows);
  return rows;
}

}  // namespace millrace::expr
