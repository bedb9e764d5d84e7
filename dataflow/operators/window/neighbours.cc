// lag and lead: the value k places before or after the row, else the default, which is the row's own.
//
// What changes: the k places behind a change (before it for lead). An offset that differs from row to row can
// look anywhere, so that then all rows of the partition are computed anew.
#include "dataflow/operators/window/call.h"

namespace millrace::dataflow::window {
namespace {

class Neighbour final : public Call {
 public:
  Neighbour(const WindowCall& call, const CallContext& context)
      : back_(call.function->which == expr::WindowFunctionKind::kLag),
        value_(call.arguments[0], context.layout),
        one_{.column = {}, .constant = Value(type_of(oid::kInt4), Slot::of_i32(1))},
        offset_(call.arguments.size() > 1 ? call.arguments[1] : one_, context.layout) {
    if (call.arguments.size() > 2) default_.emplace(call.arguments[2], context.layout);
  }

  void reach(const Partition& before, const Changes& changes, Stretches& out) const override {
    if (!offset_.is_constant()) return out.add_all(before);
    const auto offset = offset_.constant_integer();
    if (!offset) return;
    const int64_t places = back_ ? *offset : -*offset;
    for (const storage::OrderedEntry& row : changes.rows) {
      if (places >= 0) {
        add_behind(before, row, places, out);
      } else {
        add_ahead(before, row, -places, out);
      }
    }
  }

  void enter(const Partition& partition) override {
    Call::enter(partition);
    cursor_.emplace(partition.trees().rows);
  }
  CallValue value(const Place& place, Arena&) override {
    const auto offset = offset_.integer_at(place.row.row());
    if (!offset) return std::optional<Slot>();
    const int64_t at = back_ ? place.position - *offset : place.position + *offset;
    if (at >= 0 && at < partition_->size()) {
      cursor_->seek(partition_->base() + at);
      if (cursor_->valid()) return value_.at(cursor_->entry().row());
    }
    return default_ ? default_->at(place.row.row()) : std::nullopt;
  }

 private:
  const bool back_;
  const Argument value_;
  const ColumnOrConstant one_;
  const Argument offset_;
  std::optional<Argument> default_;
  std::optional<storage::OrderedCursor> cursor_;
};

}  // namespace

std::unique_ptr<Call> make_neighbour(const WindowCall& call, const CallContext& context) {
  return std::make_unique<Neighbour>(call, context);
}

}  // namespace millrace::dataflow::window
