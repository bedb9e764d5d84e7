#include "expr/coercion.h"

#include "base/check.h"
#include "expr/conversion_functions.h"
#include "expr/overload_resolution.h"

namespace millrace::expr {
namespace {

bool allowed(CastContext needed, CastContext given) {
  const auto rank = [](CastContext context) {
    return context == CastContext::kImplicit ? 0 : context == CastContext::kAssignment ? 1 : 2;
  };
  return rank(needed) <= rank(given);
}

bool is_string(SqlType type) { return type.info().category == 'S'; }

SqlError cannot_cast(SqlType source, SqlType target) {
  return SqlError(sqlstate::kCannotCoerce, "cannot cast type " + source.without_typmod().to_string() + " to " +
                                               target.without_typmod().to_string());
}

ExprPtr convert_base(const ExprPtr& expr, SqlType target, const CastPath& path) {
  switch (path.kind) {
    case CastPath::Kind::kNone: break;
    case CastPath::Kind::kIdentity: return expr;
    case CastPath::Kind::kRelabel: return make_call(relabel_function(), {expr}, target);
    case CastPath::Kind::kFunction: return make_call(*path.cast->function, {expr}, target);
    case CastPath::Kind::kText:
      if (target.oid() == oid::kText) return make_call(to_text_function(expr->type()), {expr}, target);
      return make_call(through_text_function(expr->type(), target), {expr}, target);
    case CastPath::Kind::kElements: return make_call(cast_elements_function(), {expr}, target);
  }
  MILLRACE_UNREACHABLE("cast without a path");
}

}  // namespace

CastPath find_cast_path(SqlType source, SqlType target, CastContext context) {
  if (source.same_base(target)) return {CastPath::Kind::kIdentity, nullptr};
  const Cast* cast = FunctionRegistry::instance().find_cast(source.oid(), target.oid());
  if (cast != nullptr) {
    if (!allowed(cast->context, context)) return {};
    switch (cast->method) {
      case CastMethod::kBinary: return {CastPath::Kind::kRelabel, cast};
      case CastMethod::kText: return {CastPath::Kind::kText, cast};
      case CastMethod::kFunction: return {CastPath::Kind::kFunction, cast};
    }
  }
  const TypeInfo* source_element = source.info().element;
  const TypeInfo* target_element = target.info().element;
  if (source_element != nullptr && target_element != nullptr) {
    const CastPath path = find_cast_path(SqlType(*source_element), SqlType(*target_element), context);
    switch (path.kind) {
      case CastPath::Kind::kNone: return {};
      case CastPath::Kind::kIdentity:
      case CastPath::Kind::kRelabel:
      case CastPath::Kind::kFunction:
      case CastPath::Kind::kText:
      case CastPath::Kind::kElements: return {CastPath::Kind::kElements, path.cast};
    }
  }
  // A named composite type is a record.
  if (target.oid() == oid::kRecord && source.info().kind == TypeKind::kComposite) {
    return {CastPath::Kind::kRelabel, nullptr};
  }
  if (source.info().kind == TypeKind::kPseudo || target.info().kind == TypeKind::kPseudo) return {};
  if (is_string(target) && allowed(CastContext::kAssignment, context)) return {CastPath::Kind::kText, nullptr};
  if (is_string(source) && context == CastContext::kExplicit) return {CastPath::Kind::kText, nullptr};
  return {};
}

bool can_coerce(SqlType source, SqlType target, CastContext context) {
  return is_unknown(source) || find_cast_path(source, target, context).kind != CastPath::Kind::kNone;
}

Result<ExprPtr> coerce(const ExprPtr& expr, SqlType target, CastContext context, const TextContext& text) {
  const SqlType source = expr->type();
  if (source == target) return expr;
  if (is_unknown(source)) {
    const auto* literal = expr->as<Constant>();
    if (literal == nullptr) {
      // An unknown expression that is no literal behaves as text.
      const ExprPtr as_text = make_call(relabel_function(), {expr}, type_of(oid::kText));
      return coerce(as_text, target, CastContext::kExplicit, text);
    }
    if (literal->value.is_null()) return make_null(target);
    // A written cast cuts strings to length silently; the type's own input does not. An interval's fields say what
    // a number without a unit counts: they belong to its input.
    const bool cut =
        context == CastContext::kExplicit && target.info().apply_typmod != nullptr && target.oid() != oid::kInterval;
    TRY(Value value, Value::parse(cut ? target.without_typmod() : target, literal->value.slot().view(), text));
    if (!cut || target.typmod() == kNoTypmod) return make_constant(std::move(value));
    Arena arena;
    TRY(const Slot adjusted, target.info().apply_typmod(value.slot(), target.typmod(), true, arena));
    return make_constant(Value(target, adjusted));
  }
  const CastPath path = find_cast_path(source, target, context);
  if (path.kind == CastPath::Kind::kNone) return cannot_cast(source, target);
  const bool is_explicit = context == CastContext::kExplicit;
  // Text I/O applies the modifier by itself only as an assignment would; do it in a step of its own.
  ExprPtr converted = convert_base(expr, target.without_typmod(), path);
  if (path.kind == CastPath::Kind::kIdentity) converted = expr;
  if (target.typmod() == kNoTypmod) {
    if (converted->type().typmod() == kNoTypmod) return converted;
    return make_call(relabel_function(), {converted}, target);  // forgets the modifier
  }
  if (converted->type() == target) return converted;
  return make_call(is_explicit ? apply_typmod_explicit_function() : apply_typmod_function(), {converted}, target);
}

}  // namespace millrace::expr
