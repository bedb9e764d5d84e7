// Transactions, settings, prepared statements.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "expr/program.h"
#include "sql/binder/type_names.h"
#include "sql/statement/statement_binder.h"

namespace millrace::sql {

StatementBinder::Bound StatementBinder::bind_kind(const ast::Transaction& node) {
  using Kind = ast::Transaction::Kind;
  BoundTransaction out{TransactionAction::kBegin, false, node.chain, node.savepoint, ""};
  for (const ast::Option& mode : node.modes) {
    if (mode.name == "transaction_read_only")
      out.read_only = !mode.values.empty() && mode.values[0] != "0" && mode.values[0] != "false";
  }
  switch (node.kind) {
    case Kind::kBegin: out.tag = "BEGIN"; break;
    case Kind::kStart: out.tag = "START TRANSACTION"; break;
    case Kind::kCommit:
      out.action = TransactionAction::kCommit;
      out.tag = "COMMIT";
      break;
    case Kind::kRollback:
      out.action = TransactionAction::kRollback;
      out.tag = "ROLLBACK";
      break;
    case Kind::kSavepoint:
      out.action = TransactionAction::kSavepoint;
      out.tag = "SAVEPOINT";
      break;
    case Kind::kRelease:
      out.action = TransactionAction::kRelease;
      out.tag = "RELEASE";
      break;
    case Kind::kRollbackTo:
      out.action = TransactionAction::kRollbackTo;
      out.tag = "ROLLBACK";
      break;
    case Kind::kPrepare:
    case Kind::kCommitPrepared:
    case Kind::kRollbackPrepared: return not_supported("two-phase commit", "Commit in one step.");
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Set& node) {
  using Kind = ast::Set::Kind;
  BoundSet out;
  out.local = node.local;
  switch (node.kind) {
    case Kind::kResetAll: out.reset = true; return out;
    case Kind::kTransaction:
    case Kind::kSessionCharacteristics:
      // Every transaction is strictly serializable: what is asked for is given. Reading only is a mode.
      for (const ast::Option& mode : node.modes) {
        if (mode.name != "transaction_read_only") continue;
        out.name = node.kind == Kind::kTransaction ? "transaction_read_only" : "default_transaction_read_only";
        out.value = !mode.values.empty() && mode.values[0] != "0" && mode.values[0] != "false" ? "on" : "off";
        out.local = node.kind == Kind::kTransaction;
        return out;
      }
      return BoundNothing{"SET", ""};
    case Kind::kValue:
    case Kind::kDefault:
    case Kind::kReset: break;
  }
  out.name = node.name;
  std::transform(out.name.begin(), out.name.end(), out.name.begin(),
                 [](char c) { return static_cast<char>(std::tolower(c)); });
  out.reset = node.kind != Kind::kValue;
  for (const std::string& value : node.values) {
    if (!out.value.empty()) out.value += ", ";
    // A list keeps its quotes where a plain word would read differently.
    out.value += node.values.size() > 1 || out.name == "search_path" ? quote_identifier(value) : value;
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Show& node) { return BoundShow{node.name}; }

StatementBinder::Bound StatementBinder::bind_kind(const ast::Prepare& node) {
  const ast::StatementKind& kind = node.statement->kind;
  const bool allowed = std::holds_alternative<ast::Query>(kind) || std::holds_alternative<ast::Insert>(kind) ||
                       std::holds_alternative<ast::Update>(kind) || std::holds_alternative<ast::Delete>(kind);
  if (!allowed) return not_supported("PREPARE of this statement", "Send the statement itself.");
  BindContext context = context_;
  context.parameter_types.clear();
  for (const ast::TypeName& name : node.types) {
    TRY(const SqlType type, resolve_type(name));
    context.parameter_types.push_back(type);
  }
  StatementBinder inner(statement_, context);
  TRY(inner.bind_tree(*node.statement));
  TRY(std::vector<SqlType> types, inner.parameters_.finish());
  return BoundPrepare{node.name, node.statement_text, std::move(types)};
}

// The values keep the types they have by themselves; the session coerces them to the prepared ones.
StatementBinder::Bound StatementBinder::bind_kind(const ast::Execute& node) {
  BoundExecute out;
  out.name = node.name;
  Block nothing;
  for (const ast::ExprPtr& argument : node.arguments) {
    TRY(expr::ExprPtr value, queries_.bind_expr(*argument, nothing, Clause::kExecute));
    value = expr::fold_constants(value);
    if (const auto* constant = value->as<expr::Constant>()) {
      out.arguments.push_back(constant->value);
      continue;
    }
    expr::EvalContext context;
    context.text = context_.text;
    TRY(Value evaluated, expr::evaluate_one(value, context));
    out.arguments.push_back(std::move(evaluated));
  }
  return out;
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Deallocate& node) { return BoundDeallocate{node.name}; }

StatementBinder::Bound StatementBinder::bind_kind(const ast::DeclareCursor& node) {
  TRY(BoundQuery query, bind_select(*node.query));
  return BoundDeclareCursor{node.name, node.hold, node.no_scroll, std::move(query)};
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Fetch& node) {
  const auto direction = [&] {
    switch (node.direction) {
      case ast::Fetch::Direction::kForward: return BoundFetch::Direction::kForward;
      case ast::Fetch::Direction::kBackward: return BoundFetch::Direction::kBackward;
      case ast::Fetch::Direction::kAbsolute: return BoundFetch::Direction::kAbsolute;
      case ast::Fetch::Direction::kRelative: return BoundFetch::Direction::kRelative;
    }
    MILLRACE_UNREACHABLE("direction of FETCH");
  };
  return BoundFetch{node.cursor, direction(), node.count, node.move};
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::CloseCursor& node) { return BoundCloseCursor{node.name}; }

StatementBinder::Bound StatementBinder::bind_kind(const ast::Discard& node) {
  switch (node.what) {
    case ast::Discard::What::kAll: return BoundDiscard{true, "DISCARD ALL"};
    case ast::Discard::What::kPlans: return BoundDiscard{false, "DISCARD PLANS"};
    case ast::Discard::What::kSequences: return BoundDiscard{false, "DISCARD SEQUENCES"};
    case ast::Discard::What::kTemporary: return BoundDiscard{false, "DISCARD TEMP"};
  }
  MILLRACE_UNREACHABLE("what to discard");
}

StatementBinder::Bound StatementBinder::bind_kind(const ast::Nothing& node) { return BoundNothing{node.tag, ""}; }

}  // namespace millrace::sql
