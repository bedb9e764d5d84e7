// The simple query protocol: several statements in one text, one implicit transaction.
#include <fmt/format.h>

#include "pgwire/conversation.h"
#include "types/utf8.h"

namespace millrace::pgwire {

Conversation::Step Conversation::on(const Query& message) {
  if (const Status valid = check_utf8(message.text); !valid) {
    simple_ = {};
    return fail_query(valid.error());
  }
  if (place_ == Place::kNetwork && answer_point_read(message.text)) {
    ready();
    return Step::kNext;
  }
  statements_.erase(std::string());
  portals_.erase(std::string());
  touched_ = true;
  simple_ = {};
  if (message.text.size() > parts_.limits.query_bytes_max) {
    return fail_query(
        SqlError(sqlstate::kProgramLimitExceeded, fmt::format("a query of {} bytes is too long: at most {} are taken",
                                                              message.text.size(), parts_.limits.query_bytes_max)));
  }
  simple_.text = message.text;
  work_ = Work::kSimpleQuery;
  return Step::kNext;
}

// A known point read is answered here and now.
bool Conversation::answer_point_read(std::string_view text) {
  engine::PortalPtr portal = session_->find_point_read(text);
  if (portal == nullptr) return false;
  const size_t start = out_.size();
  describe_rows(portal->statement().columns(), {});
  start_run(portal, {}, 0);
  std::string tag;
  const bool answered = session_->try_point_read(portal, rows_, tag);
  running_.reset();
  if (!answered || rows_.error()) {
    out_.resize(start);
    return false;
  }
  encode(CommandComplete{tag}, out_);
  return true;
}

Conversation::Step Conversation::step_simple() {
  if (simple_.stage == SimpleQuery::Stage::kEnd) return end_query();
  if (place_ == Place::kNetwork) return Step::kHop;
  Status done;
  switch (simple_.stage) {
    case SimpleQuery::Stage::kSplit: done = split_query(); break;
    case SimpleQuery::Stage::kPart: done = start_part(); break;
    case SimpleQuery::Stage::kRun: return run();
    case SimpleQuery::Stage::kEnd: break;
  }
  return done ? Step::kNext : fail_query(done.error());
}

Status Conversation::split_query() {
  TRY(simple_.parts, session_->split(simple_.text));
  if (simple_.parts.empty()) encode(EmptyQueryResponse{}, out_);
  simple_.stage = simple_.parts.empty() ? SimpleQuery::Stage::kEnd : SimpleQuery::Stage::kPart;
  return {};
}

Status Conversation::start_part() {
  TRY(const engine::PreparedPtr prepared, session_->prepare(simple_.parts[simple_.next]));
  if (!prepared->parameter_types().empty()) {
    return SqlError(sqlstate::kUndefinedParameter, "there is no parameter $1");
  }
  TRY(engine::PortalPtr portal, session_->bind(prepared, {}));
  ++simple_.next;
  if (!prepared->columns().empty()) describe_rows(prepared->columns(), {});
  start_run(std::move(portal), {}, 0);
  simple_.stage = SimpleQuery::Stage::kRun;
  return {};
}

Conversation::Step Conversation::finish_part(Outcome outcome) {
  running_.reset();
  if (!outcome) return fail_query(outcome.error());
  const bool last = simple_.next == simple_.parts.size();
  switch (outcome->kind) {
    case engine::OutcomeKind::kComplete:
      if (copy_out_) encode(CopyDone{}, out_);
      if (last) {
        simple_.last_tag = std::move(outcome->tag);
      } else {
        encode(CommandComplete{outcome->tag}, out_);
      }
      break;
    case engine::OutcomeKind::kEmpty: encode(EmptyQueryResponse{}, out_); break;
    case engine::OutcomeKind::kSuspended:
    case engine::OutcomeKind::kPaused:
    case engine::OutcomeKind::kCopyIn:
    case engine::OutcomeKind::kCopyOut: MILLRACE_UNREACHABLE("not an end of a statement without a row limit");
  }
  simple_.stage = last ? SimpleQuery::Stage::kEnd : SimpleQuery::Stage::kPart;
  return Step::kNext;
}

// The statements after the failed one are not run.
Conversation::Step Conversation::fail_query(const SqlError& error) {
  append_error(error, Severity::kError, simple_.text, out_);
  session_->statement_failed();
  touched_ = true;
  running_.reset();
  simple_.stage = SimpleQuery::Stage::kEnd;
  work_ = Work::kSimpleQuery;
  return Step::kNext;
}

// What the last statement did is told when it is committed: a client that reads its tag may rely on it.
Conversation::Step Conversation::end_query() {
  return await([this](engine::Completion done) { session_->end_of_messages(std::move(done)); },
               [this](Outcome outcome) {
                 if (!outcome) {
                   append_error(outcome.error(), Severity::kError, {}, out_);
                 } else if (simple_.last_tag) {
                   encode(CommandComplete{*simple_.last_tag}, out_);
                 }
                 simple_ = {};
                 work_ = Work::kMessages;
                 ready();
                 return Step::kNext;
               });
}

}  // namespace millrace::pgwire
