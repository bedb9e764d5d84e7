#include "sql/optimizer/window_top_k.h"

#include <algorithm>

namespace millrace::sql {
namespace {

using dataflow::FrameEdge;
using dataflow::FrameMode;
using expr::ExprPtr;
using expr::WindowFunctionKind;

std::optional<int64_t> integer_constant(const ExprPtr& expr) {
  const auto* constant = expr->as<expr::Constant>();
  if (constant == nullptr || constant->value.is_null()) return std::nullopt;
  switch (constant->value.type().oid()) {
    case oid::kInt2: return constant->value.slot().i16;
    case oid::kInt4: return constant->value.slot().i32;
    case oid::kInt8: return constant->value.slot().i64;
    default: return std::nullopt;
  }
}

// column <= most; `exact`: the predicate says nothing else.
struct Bound {
  ColumnId column;
  int64_t most;
  bool exact;
};

std::optional<Bound> as_bound(const ExprPtr& predicate) {
  const auto* call = predicate->as<expr::Call>();
  if (call == nullptr || call->function->kind != expr::FunctionKind::kOperator || predicate->children().size() != 2) {
    return std::nullopt;
  }
  for (const size_t side : {0u, 1u}) {
    const auto* column = predicate->child(side)->as<expr::ColumnRef>();
    const auto constant = integer_constant(predicate->child(1 - side));
    if (column == nullptr || !constant) continue;
    const std::string& name = call->function->name;
    if (name == "=") return Bound{column->index, *constant, *constant == 1};  // numbers begin with 1
    if (name == (side == 0 ? "<=" : ">=")) return Bound{column->index, *constant, true};
    const bool below = name == (side == 0 ? "<" : ">");
    if (below && *constant > INT64_MIN) return Bound{column->index, *constant - 1, true};
  }
  return std::nullopt;
}

// Does the call's value depend on nothing behind its row (on nothing behind the row's peers, `with_ties`)?
bool looks_back(const Window::Call& call, bool with_ties) {
  const dataflow::WindowFrame& frame = call.frame;
  const bool frame_looks_back =
      frame.mode == FrameMode::kRows || with_ties
          ? frame.end.edge == FrameEdge::kCurrentRow || frame.end.edge == FrameEdge::kPreceding
          : false;
  if (call.function == nullptr) return frame_looks_back;
  switch (call.function->which) {
    case WindowFunctionKind::kRowNumber:
    case WindowFunctionKind::kRank:
    case WindowFunctionKind::kDenseRank: return true;
    case WindowFunctionKind::kLag: {
      const auto offset = call.arguments.size() < 2 ? std::optional<int64_t>(1) : integer_constant(call.arguments[1]);
      return offset && *offset >= 0;
    }
    case WindowFunctionKind::kFirstValue:
    case WindowFunctionKind::kLastValue:
    case WindowFunctionKind::kNthValue: return frame_looks_back;
    case WindowFunctionKind::kPercentRank:
    case WindowFunctionKind::kCumeDist:
    case WindowFunctionKind::kNtile:
    case WindowFunctionKind::kLead: return false;
  }
  return false;
}

// The number that the predicate bounds: row_number or rank of this window.
const Window::Call* number_of(const Window& window, ColumnId column) {
  for (const Window::Call& call : window.calls) {
    const bool number = call.function != nullptr && (call.function->which == WindowFunctionKind::kRowNumber ||
                                                     call.function->which == WindowFunctionKind::kRank);
    if (number && call.id == column) return &call;
  }
  return nullptr;
}

void limit_input(Filter& filter) {
  auto* window = filter.input->as<Window>();
  if (window == nullptr) return;
  for (const bool with_ties : {false, true}) {
    const auto which = with_ties ? WindowFunctionKind::kRank : WindowFunctionKind::kRowNumber;
    std::optional<int64_t> most;
    for (const ExprPtr& predicate : filter.predicates) {
      const auto bound = as_bound(predicate);
      const Window::Call* number = bound ? number_of(*window, bound->column) : nullptr;
      if (number == nullptr || number->function->which != which) continue;
      most = most ? std::min(*most, bound->most) : bound->most;
    }
    if (!most) continue;
    const bool fits = std::ranges::all_of(window->calls, [&](const auto& call) { return looks_back(call, with_ties); });
    if (!fits) continue;
    std::erase_if(filter.predicates, [&](const ExprPtr& predicate) {
      const auto bound = as_bound(predicate);
      const Window::Call* number = bound ? number_of(*window, bound->column) : nullptr;
      return number != nullptr && number->function->which == which && bound->exact && bound->most >= *most;
    });
    TopK top;
    top.input = std::move(window->input);
    top.partition = window->partition;
    top.order = window->order;
    top.limit = std::max<int64_t>(*most, 0);
    top.with_ties = with_ties;
    window->input = make_rel(std::move(top));
    return;
  }
}

}  // namespace

RelPtr window_top_k(RelPtr rel) {
  for (RelPtr* input : inputs_of(*rel)) *input = window_top_k(std::move(*input));
  auto* filter = rel->as<Filter>();
  if (filter == nullptr) return rel;
  limit_input(*filter);
  if (!filter->predicates.empty()) return rel;
  RelPtr input = std::move(filter->input);
  return input;
}

}  // namespace millrace::sql
