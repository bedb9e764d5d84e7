#include "sql/parser/clause_text.h"
#include "sql/parser/postgres/converter.h"

namespace millrace::sql {

ast::StatementKind Converter::transaction(const TransactionStmt* node) {
  using Kind = ast::Transaction::Kind;
  ast::Transaction out;
  switch (node->kind) {
    case TRANS_STMT_BEGIN: out.kind = Kind::kBegin; break;
    case TRANS_STMT_START: out.kind = Kind::kStart; break;
    case TRANS_STMT_COMMIT: out.kind = Kind::kCommit; break;
    case TRANS_STMT_ROLLBACK: out.kind = Kind::kRollback; break;
    case TRANS_STMT_SAVEPOINT: out.kind = Kind::kSavepoint; break;
    case TRANS_STMT_RELEASE: out.kind = Kind::kRelease; break;
    case TRANS_STMT_ROLLBACK_TO: out.kind = Kind::kRollbackTo; break;
    case TRANS_STMT_PREPARE: out.kind = Kind::kPrepare; break;
    case TRANS_STMT_COMMIT_PREPARED: out.kind = Kind::kCommitPrepared; break;
    case TRANS_STMT_ROLLBACK_PREPARED: out.kind = Kind::kRollbackPrepared; break;
  }
  out.modes = options(node->options);
  out.savepoint = text(node->savepoint_name);
  out.chain = node->chain;
  return out;
}

ast::StatementKind Converter::set(const VariableSetStmt* node) {
  using Kind = ast::Set::Kind;
  ast::Set out;
  out.name = text(node->name);
  out.local = node->is_local;
  switch (node->kind) {
    case VAR_SET_VALUE: out.kind = Kind::kValue; break;
    case VAR_SET_DEFAULT: out.kind = Kind::kDefault; break;
    case VAR_SET_CURRENT: return ast::UnsupportedStatement{"SET .. FROM CURRENT", "Give the value itself."};
    case VAR_SET_MULTI:
      if (out.name == "TRANSACTION SNAPSHOT") {
        return ast::UnsupportedStatement{"SET TRANSACTION SNAPSHOT", "Every transaction reads one tick of its own."};
      }
      out.kind = out.name == "TRANSACTION" ? Kind::kTransaction : Kind::kSessionCharacteristics;
      out.modes = options(node->args);
      return out;
    case VAR_RESET: out.kind = Kind::kReset; break;
    case VAR_RESET_ALL: out.kind = Kind::kResetAll; break;
  }
  out.values = option_values(reinterpret_cast<const Node*>(node->args));
  return out;
}

ast::StatementKind Converter::fetch(const FetchStmt* node) {
  using Direction = ast::Fetch::Direction;
  ast::Fetch out;
  out.cursor = text(node->portalname);
  out.move = node->ismove;
  // The grammar's ALL is the largest long.
  out.count = node->howMany == FETCH_ALL ? INT64_MAX : static_cast<int64_t>(node->howMany);
  switch (node->direction) {
    case FETCH_FORWARD: out.direction = Direction::kForward; break;
    case FETCH_BACKWARD: out.direction = Direction::kBackward; break;
    case FETCH_ABSOLUTE: out.direction = Direction::kAbsolute; break;
    case FETCH_RELATIVE: out.direction = Direction::kRelative; break;
  }
  return out;
}

std::optional<ast::StatementKind> Converter::session(const Node* node) {
  switch (nodeTag(node)) {
    case T_TransactionStmt: return transaction(reinterpret_cast<const TransactionStmt*>(node));
    case T_VariableSetStmt: return set(reinterpret_cast<const VariableSetStmt*>(node));
    case T_VariableShowStmt: return ast::Show{text(reinterpret_cast<const VariableShowStmt*>(node)->name)};
    case T_PrepareStmt: {
      const auto* prepare = reinterpret_cast<const PrepareStmt*>(node);
      ast::Prepare out;
      out.name = text(prepare->name);
      for_each<TypeName>(prepare->argtypes, [&](const TypeName* item) { out.types.push_back(type(item)); });
      out.statement = statement_ptr(prepare->query);
      out.statement_text = query_text(text_);
      return out;
    }
    case T_ExecuteStmt: {
      const auto* execute = reinterpret_cast<const ExecuteStmt*>(node);
      return ast::Execute{text(execute->name), exprs(execute->params)};
    }
    case T_DeallocateStmt: return ast::Deallocate{text(reinterpret_cast<const DeallocateStmt*>(node)->name)};
    case T_ExplainStmt: {
      const auto* explain = reinterpret_cast<const ExplainStmt*>(node);
      return ast::Explain{statement_ptr(explain->query), options(explain->options)};
    }
    case T_RefreshMatViewStmt:
      return ast::RefreshMaterializedView{unplaced(name(reinterpret_cast<const RefreshMatViewStmt*>(node)->relation))};
    case T_DeclareCursorStmt: {
      const auto* declare = reinterpret_cast<const DeclareCursorStmt*>(node);
      if (nodeTag(declare->query) != T_SelectStmt) {
        return ast::UnsupportedStatement{"DECLARE CURSOR of this statement", "Declare it for a SELECT."};
      }
      ast::DeclareCursor out;
      out.name = text(declare->portalname);
      out.query = query_ptr(declare->query);
      out.hold = (declare->options & CURSOR_OPT_HOLD) != 0;
      out.no_scroll = (declare->options & CURSOR_OPT_NO_SCROLL) != 0;
      return out;
    }
    case T_FetchStmt: return fetch(reinterpret_cast<const FetchStmt*>(node));
    case T_ClosePortalStmt: return ast::CloseCursor{text(reinterpret_cast<const ClosePortalStmt*>(node)->portalname)};
    case T_DiscardStmt:
      switch (reinterpret_cast<const DiscardStmt*>(node)->target) {
        case DISCARD_ALL: return ast::Discard{ast::Discard::What::kAll};
        case DISCARD_PLANS: return ast::Discard{ast::Discard::What::kPlans};
        case DISCARD_SEQUENCES: return ast::Discard{ast::Discard::What::kSequences};
        case DISCARD_TEMP: return ast::Discard{ast::Discard::What::kTemporary};
      }
      return std::nullopt;
    case T_VacuumStmt:
      return ast::Nothing{reinterpret_cast<const VacuumStmt*>(node)->is_vacuumcmd ? "VACUUM" : "ANALYZE"};
    case T_CheckPointStmt: return ast::Nothing{"CHECKPOINT"};
    case T_ListenStmt: return ast::Nothing{"LISTEN"};
    case T_UnlistenStmt: return ast::Nothing{"UNLISTEN"};
    case T_ConstraintsSetStmt: return ast::Nothing{"SET CONSTRAINTS"};
    default: return std::nullopt;
  }
}

}  // namespace millrace::sql
