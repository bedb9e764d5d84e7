#include "expr/expr_codec.h"

#include <cstring>

#include "expr/constant_set.h"
#include "expr/function_registry.h"

namespace millrace::expr {
namespace {

// The tag of each node is its index in the variant; these pin the order.
template <class T, size_t I>
constexpr bool has_tag = std::is_same_v<std::variant_alternative_t<I, Node>, T>;
static_assert(has_tag<ColumnRef, 0> && has_tag<Constant, 1> && has_tag<Parameter, 2> && has_tag<Call, 3> &&
              has_tag<Case, 4> && has_tag<Coalesce, 5> && has_tag<Extreme, 6> && has_tag<And, 7> && has_tag<Or, 8> &&
              has_tag<Not, 9> && has_tag<IsNull, 10> && has_tag<IsDistinct, 11> && has_tag<InList, 12> &&
              has_tag<AnyOrAll, 13> && has_tag<ArrayConstructor, 14> && has_tag<RowConstructor, 15> &&
              has_tag<FieldSelect, 16> && has_tag<Subscript, 17>);

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void byte(uint8_t value) { out_ += static_cast<char>(value); }
  void u32(uint32_t value) { out_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<uint8_t>(value | 0x80));
    byte(static_cast<uint8_t>(value));
  }
  void bytes(std::string_view value) {
    varint(value.size());
    out_ += value;
  }

  void type(SqlType type) {
    u32(type.oid());
    u32(static_cast<uint32_t>(type.typmod()));
    if (type.oid() != oid::kRecord && type.oid() != oid::kRecordArray) return;
    const TypeInfo& record = type.oid() == oid::kRecord ? type.info() : *type.info().element;
    varint(record.fields.size());
    for (const CompositeField& field : record.fields) {
      bytes(field.name);
      this->type(field.type);
    }
  }

  void value(const Value& value) {
    byte(value.is_null());
    if (value.is_null()) return;
    std::string binary;
    value.type().info().send(value.slot(), value.type(), binary);
    bytes(binary);
  }

  void function(const ScalarFunction& function) {
    byte(static_cast<uint8_t>(function.kind));
    u32(function.oid);
  }

  void node(const Expr& expr) {
    byte(static_cast<uint8_t>(expr.node().index()));
    type(expr.type());
    std::visit([&](const auto& payload) { write(payload); }, expr.node());
    varint(expr.children().size());
  }

 private:
  void write(const ColumnRef& node) { varint(node.index); }
  void write(const Constant& node) { value(node.value); }
  void write(const Parameter& node) { varint(node.number); }
  void write(const Call& node) { function(*node.function); }
  void write(const Extreme& node) { byte(node.greatest); }
  void write(const AnyOrAll& node) {
    function(*node.function);
    byte(node.all);
  }
  void write(const ArrayConstructor& node) { byte(node.nested); }
  void write(const FieldSelect& node) { varint(node.field); }
  void write(const InList& node) {
    type(node.values->type());
    varint(node.values->values().size());
    for (const Value& each : node.values->values()) value(each);
  }
  void write(const Case&) {}
  void write(const Coalesce&) {}
  void write(const And&) {}
  void write(const Or&) {}
  void write(const Not&) {}
  void write(const IsNull&) {}
  void write(const IsDistinct&) {}
  void write(const RowConstructor&) {}
  void write(const Subscript&) {}

  std::string& out_;
};

SqlError corrupt(const char* what) {
  return SqlError(sqlstate::kDataCorrupted, std::string("malformed expression in a plan: ") + what);
}

constexpr int kMaxTypeNesting = 64;

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::string_view rest() const { return bytes_; }

  Result<uint8_t> byte() {
    TRY(const std::string_view taken, take(1));
    return static_cast<uint8_t>(taken[0]);
  }
  Result<bool> flag() {
    TRY(const uint8_t value, byte());
    if (value > 1) return corrupt("flag");
    return value == 1;
  }
  Result<uint32_t> u32() {
    TRY(const std::string_view taken, take(4));
    uint32_t value;
    std::memcpy(&value, taken.data(), sizeof value);
    return value;
  }
  Result<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      TRY(const uint8_t next, byte());
      value |= uint64_t{next & 0x7fu} << shift;
      if (next < 0x80) return value;
    }
    return corrupt("number");
  }
  Result<uint32_t> small() {
    TRY(const uint64_t value, varint());
    if (value > UINT32_MAX) return corrupt("number");
    return static_cast<uint32_t>(value);
  }
  // How many things follow; each takes a byte at least.
  Result<size_t> count() {
    TRY(const uint64_t value, varint());
    if (value > bytes_.size()) return corrupt("count");
    return static_cast<size_t>(value);
  }
  Result<std::string_view> bytes() {
    TRY(const size_t size, count());
    return take(size);
  }

  Result<SqlType> type(int nesting = 0) {
    if (nesting > kMaxTypeNesting) return corrupt("type");
    TRY(const uint32_t type_oid, u32());
    TRY(const uint32_t typmod, u32());
    if (type_oid == oid::kRecord || type_oid == oid::kRecordArray) {
      TRY(const size_t size, count());
      std::vector<CompositeField> fields;
      for (size_t i = 0; i < size; ++i) {
        TRY(const std::string_view name, bytes());
        TRY(const SqlType field, type(nesting + 1));
        fields.push_back({std::string(name), field});
      }
      if (!fields.empty()) {
        const SqlType record = record_of(std::move(fields));
        return type_oid == oid::kRecord ? record : array_of(record.info());
      }
    }
    const TypeInfo* info = find_type(type_oid);
    if (info == nullptr) return corrupt("unknown type");
    return SqlType(*info, static_cast<int32_t>(typmod));
  }

  Result<Value> value(SqlType type) {
    TRY(const bool is_null, flag());
    if (is_null) return Value::null(type);
    TRY(const std::string_view binary, bytes());
    Arena arena;
    auto slot = type.info().receive(binary, type.without_typmod(), arena);
    if (!slot) return corrupt("constant");
    return Value(type, *slot);
  }

  Result<const ScalarFunction*> function() {
    TRY(const uint8_t kind, byte());
    TRY(const uint32_t function_oid, u32());
    if (kind > static_cast<uint8_t>(FunctionKind::kWindow)) return corrupt("function");
    const auto* found = FunctionRegistry::instance().find_scalar(static_cast<FunctionKind>(kind), function_oid);
    if (found == nullptr) return corrupt("unknown function");
    return found;
  }

  // The payload of node kind `tag`.
  Result<Node> payload(uint8_t tag, SqlType type) {
    switch (tag) {
      case 0: {
        TRY(const uint32_t index, small());
        return Node(ColumnRef{index});
      }
      case 1: {
        TRY(Value constant, value(type));
        return Node(Constant{std::move(constant)});
      }
      case 2: {
        TRY(const uint32_t number, small());
        return Node(Parameter{number});
      }
      case 3: {
        TRY(const ScalarFunction* called, function());
        return Node(Call{called});
      }
      case 4: return Node(Case{});
      case 5: return Node(Coalesce{});
      case 6: {
        TRY(const bool greatest, flag());
        return Node(Extreme{greatest});
      }
      case 7: return Node(And{});
      case 8: return Node(Or{});
      case 9: return Node(Not{});
      case 10: return Node(IsNull{});
      case 11: return Node(IsDistinct{});
      case 12: return in_list();
      case 13: {
        TRY(const ScalarFunction* comparison, function());
        TRY(const bool all, flag());
        return Node(AnyOrAll{comparison, all});
      }
      case 14: {
        TRY(const bool nested, flag());
        return Node(ArrayConstructor{nested});
      }
      case 15: return Node(RowConstructor{});
      case 16: {
        TRY(const uint32_t field, small());
        return Node(FieldSelect{field});
      }
      case 17: return Node(Subscript{});
    }
    return corrupt("unknown node");
  }

 private:
  Result<Node> in_list() {
    TRY(const SqlType element, type());
    if (element.info().compare == nullptr || element.info().hash == nullptr) return corrupt("IN list");
    TRY(const size_t size, count());
    std::vector<Value> values;
    for (size_t i = 0; i < size; ++i) {
      TRY(Value each, value(element));
      values.push_back(std::move(each));
    }
    return Node(InList{std::make_shared<const ConstantSet>(element, std::move(values))});
  }

  Result<std::string_view> take(size_t size) {
    if (size > bytes_.size()) return corrupt("cut short");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
};

// Whether a node of this kind may stand over these children: what the rest of the code takes for granted.
bool well_formed(const Node& node, const std::vector<ExprPtr>& children, SqlType type) {
  const size_t n = children.size();
  const auto same_types = [&] {
    for (const ExprPtr& child : children) {
      if (child->type().physical() != type.physical()) return false;
    }
    return true;
  };
  const auto boolean = [&](size_t i) { return children[i]->type().oid() == oid::kBool; };
  const auto all_boolean = [&] {
    for (size_t i = 0; i < n; ++i) {
      if (!boolean(i)) return false;
    }
    return type.oid() == oid::kBool;
  };
  if (const auto* call = std::get_if<Call>(&node)) {
    const size_t declared = call->function->arguments.size();
    return n == declared || (call->function->variadic && n + 1 >= declared);
  }
  if (std::holds_alternative<Case>(node)) {
    if (n < 3 || n % 2 == 0) return false;
    for (size_t i = 0; i < n; ++i) {
      const bool is_condition = i % 2 == 0 && i + 1 < n;
      if (is_condition ? !boolean(i) : children[i]->type().physical() != type.physical()) return false;
    }
    return true;
  }
  if (std::holds_alternative<Coalesce>(node) || std::holds_alternative<Extreme>(node)) return n > 0 && same_types();
  if (std::holds_alternative<And>(node) || std::holds_alternative<Or>(node)) return n > 0 && all_boolean();
  if (std::holds_alternative<Not>(node)) return n == 1 && all_boolean();
  if (std::holds_alternative<IsNull>(node)) return n == 1 && type.oid() == oid::kBool;
  if (std::holds_alternative<IsDistinct>(node)) return n == 2 && children[0]->type().same_base(children[1]->type());
  if (const auto* in = std::get_if<InList>(&node)) return n == 1 && children[0]->type().same_base(in->values->type());
  if (std::holds_alternative<AnyOrAll>(node)) return n == 2 && children[1]->type().info().element != nullptr;
  if (std::holds_alternative<ArrayConstructor>(node)) return type.info().element != nullptr;
  if (std::holds_alternative<RowConstructor>(node)) return type.info().fields.size() == n;
  if (const auto* select = std::get_if<FieldSelect>(&node)) {
    return n == 1 && select->field < children[0]->type().info().fields.size();
  }
  if (std::holds_alternative<Subscript>(node)) return n >= 2 && children[0]->type().info().element != nullptr;
  return n == 0;  // columns, constants, parameters
}

}  // namespace

void serialize(const Expr& expr, std::string& out) {
  // Children before parents, without recursion: parents first, then turned round.
  std::vector<const Expr*> open{&expr}, order;
  while (!open.empty()) {
    const Expr* next = open.back();
    open.pop_back();
    order.push_back(next);
    for (const ExprPtr& child : next->children()) open.push_back(child.get());
  }
  Writer writer(out);
  writer.varint(order.size());
  for (size_t i = order.size(); i-- > 0;) writer.node(*order[i]);
}

Result<ExprPtr> deserialize(std::string_view& bytes) {
  Reader reader(bytes);
  TRY(const size_t nodes, reader.count());
  std::vector<ExprPtr> stack;
  for (size_t i = 0; i < nodes; ++i) {
    TRY(const uint8_t tag, reader.byte());
    TRY(const SqlType type, reader.type());
    TRY(Node node, reader.payload(tag, type));
    TRY(const uint64_t arity, reader.varint());
    if (arity > stack.size()) return corrupt("missing operands");
    std::vector<ExprPtr> children(stack.end() - static_cast<ptrdiff_t>(arity), stack.end());
    stack.resize(stack.size() - arity);
    if (!well_formed(node, children, type)) return corrupt("operands do not fit");
    stack.push_back(Expr::make(std::move(node), std::move(children), type));
  }
  if (stack.size() != 1) return corrupt("not one root");
  bytes = reader.rest();
  return std::move(stack.back());
}

}  // namespace millrace::expr
