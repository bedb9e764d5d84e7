// Running one portal to its end, in as many pieces as the client's reading allows; COPY both ways.
#include <fmt/format.h>

#include "base/check.h"
#include "pgwire/conversation.h"

namespace millrace::pgwire {

void Conversation::start_run(engine::PortalPtr portal, const std::vector<int16_t>& formats, uint64_t rows_max) {
  rows_.begin(portal->statement().columns(), formats, *session_);
  running_ = std::move(portal);
  open_ = nullptr;
  rows_max_ = rows_max;
  copy_out_ = false;
}

Conversation::Step Conversation::run() {
  touched_ = true;
  const uint64_t rows_left = rows_max_ == 0 ? 0 : rows_max_ - rows_.rows();
  return await(
      [this, rows_left](engine::Completion done) { session_->execute(running_, rows_left, rows_, std::move(done)); },
      [this](Outcome outcome) { return ran(std::move(outcome)); });
}

Conversation::Step Conversation::ran(Outcome outcome) {
  if (rows_.error()) return finish_run(*rows_.error());
  if (!outcome) return finish_run(std::move(outcome));
  for (const engine::Notice& notice : outcome->notices) append_notice(notice, out_);
  if (outcome->deallocated) {
    std::erase_if(statements_, [&](const auto& entry) {
      return outcome->deallocated->empty() ? !entry.first.empty() : entry.first == *outcome->deallocated;
    });
  }
  const std::vector<int16_t> copy_formats(outcome->copy_columns, outcome->copy_binary ? 1 : 0);
  switch (outcome->kind) {
    case engine::OutcomeKind::kPaused:
      if (rows_max_ == 0 || rows_.rows() < rows_max_) return Step::kNext;  // run() again, when there is room
      outcome->kind = engine::OutcomeKind::kSuspended;
      return finish_run(std::move(outcome));
    case engine::OutcomeKind::kCopyIn:
      encode(CopyInResponse{outcome->copy_binary ? '\1' : '\0', copy_formats}, out_);
      copy_in_ = true;
      flush_wanted_ = true;
      return Step::kNext;
    case engine::OutcomeKind::kCopyOut:
      encode(CopyOutResponse{outcome->copy_binary ? '\1' : '\0', copy_formats}, out_);
      rows_.begin_copy();
      copy_out_ = true;
      return Step::kNext;
    case engine::OutcomeKind::kComplete:
    case engine::OutcomeKind::kSuspended:
    case engine::OutcomeKind::kEmpty: return finish_run(std::move(outcome));
  }
  MILLRACE_UNREACHABLE("unknown outcome");
}

Conversation::Step Conversation::finish_run(Outcome outcome) {
  return work_ == Work::kExecute ? finish_execute(std::move(outcome)) : finish_part(std::move(outcome));
}

// What still comes of a COPY that has ended already is passed over.
Conversation::Step Conversation::on(const CopyData& message) {
  if (!copy_in_) return Step::kNext;
  if (place_ == Place::kNetwork) return Step::kHop;
  if (const Status taken = session_->copy_data(message.data); !taken) return end_copy(taken.error());
  return Step::kNext;
}

Conversation::Step Conversation::on(const CopyDone&) {
  if (!copy_in_) return Step::kNext;
  if (place_ == Place::kNetwork) return Step::kHop;
  return await([this](engine::Completion done) { session_->copy_done(std::move(done)); },
               [this](Outcome outcome) {
                 copy_in_ = false;
                 if (outcome) {
                   for (const engine::Notice& notice : outcome->notices) append_notice(notice, out_);
                 }
                 return finish_run(std::move(outcome));
               });
}

Conversation::Step Conversation::on(const CopyFail& message) {
  if (!copy_in_) return Step::kNext;
  session_->copy_fail(message.reason);
  return end_copy(SqlError(sqlstate::kQueryCanceled, fmt::format("COPY from stdin failed: {}", message.reason)));
}

Conversation::Step Conversation::end_copy(SqlError error) {
  copy_in_ = false;
  return finish_run(std::move(error));
}

}  // namespace millrace::pgwire
