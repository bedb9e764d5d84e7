// The extended query protocol's messages, but for what runs (conversation_run.cc).
#include <fmt/format.h>

#include "pgwire/conversation.h"
#include "types/type_info.h"
#include "types/utf8.h"

namespace millrace::pgwire {
namespace {

constexpr size_t kInlineBindBytes = size_t{64} << 10;

SqlError no_statement(std::string_view name) {
  return SqlError(sqlstate::kInvalidSqlStatementName,
                  name.empty() ? "unnamed prepared statement does not exist"
                               : fmt::format("prepared statement \"{}\" does not exist", name));
}

SqlError no_portal(std::string_view name) {
  return SqlError(sqlstate::kInvalidCursorName, fmt::format("portal \"{}\" does not exist", name));
}

Status check_formats(const std::vector<int16_t>& formats) {
  for (const int16_t format : formats) {
    if (format != 0 && format != 1) {
      return SqlError(sqlstate::kInvalidParameterValue, fmt::format("unsupported format code: {}", format));
    }
  }
  return {};
}

}  // namespace

// An error ends what the client sent up to its next Sync.
Conversation::Step Conversation::fail(const SqlError& error, std::string_view text) {
  append_error(error, Severity::kError, text, out_);
  session_->statement_failed();
  touched_ = true;
  skip_to_sync_ = true;
  work_ = Work::kMessages;
  copy_in_ = false;
  running_.reset();
  return Step::kNext;
}

Status Conversation::check_room(std::string_view name, size_t count, const char* what) const {
  if (name.empty() || count < parts_.limits.statements_max) return {};
  return SqlError(sqlstate::kConfigurationLimitExceeded,
                  fmt::format("too many {}: a session has at most {}", what, parts_.limits.statements_max))
      .with_hint("Close those that are not needed any more.");
}

Conversation::Step Conversation::on(const Parse& message) {
  if (place_ == Place::kNetwork && message.text.size() > parts_.limits.inline_parse_bytes_max) return Step::kHop;
  if (const Status done = parse(message); !done) return fail(done.error(), message.text);
  encode(ParseComplete{}, out_);
  return Step::kNext;
}

Status Conversation::parse(const Parse& message) {
  if (message.text.size() > parts_.limits.query_bytes_max) {
    return SqlError(sqlstate::kProgramLimitExceeded,
                    fmt::format("a query of {} bytes is too long: at most {} are taken", message.text.size(),
                                parts_.limits.query_bytes_max));
  }
  TRY(check_utf8(message.name));
  TRY(check_utf8(message.text));
  if (message.name.empty()) {
    statements_.erase(std::string());
  } else if (statements_.contains(message.name)) {
    return SqlError(sqlstate::kDuplicatePreparedStatement,
                    fmt::format("prepared statement \"{}\" already exists", message.name));
  }
  TRY(check_room(message.name, statements_.size(), "prepared statements"));
  TRY(engine::PreparedPtr prepared, session_->prepare(message.text, message.types));
  if (!message.name.empty()) TRY(session_->name_statement(message.name, prepared));
  statements_.insert_or_assign(std::string(message.name),
                               Statement{std::move(prepared), std::make_shared<const std::string>(message.text)});
  return {};
}

Conversation::Step Conversation::on(const Bind& message) {
  size_t bytes = 0;
  for (const auto& parameter : message.parameters) bytes += parameter ? parameter->size() : 0;
  if (place_ == Place::kNetwork && bytes > kInlineBindBytes) return Step::kHop;
  if (const Status done = bind(message); !done) {
    const auto statement = statements_.find(message.statement);
    return fail(done.error(), statement == statements_.end() ? std::string_view() : *statement->second.text);
  }
  encode(BindComplete{}, out_);
  return Step::kNext;
}

Status Conversation::bind(const Bind& message) {
  const auto found = statements_.find(message.statement);
  if (found == statements_.end()) return no_statement(message.statement);
  const Statement& statement = found->second;
  const size_t expected = statement.prepared->parameter_types().size();
  if (message.parameter_formats.size() > 1 && message.parameter_formats.size() != message.parameters.size()) {
    return SqlError(sqlstate::kProtocolViolation,
                    fmt::format("bind message has {} parameter formats but {} parameters",
                                message.parameter_formats.size(), message.parameters.size()));
  }
  if (message.parameters.size() != expected) {
    return SqlError(sqlstate::kProtocolViolation,
                    fmt::format("bind message supplies {} parameters, but prepared statement \"{}\" requires {}",
                                message.parameters.size(), message.statement, expected));
  }
  TRY(check_formats(message.parameter_formats));
  TRY(check_formats(message.result_formats));
  const std::vector<engine::ResultColumn>& columns = statement.prepared->columns();
  if (message.result_formats.size() > 1 && message.result_formats.size() != columns.size()) {
    return SqlError(sqlstate::kProtocolViolation,
                    fmt::format("bind message has {} result formats but query has {} columns",
                                message.result_formats.size(), columns.size()));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (is_binary(message.result_formats, i) && columns[i].type.info().send == nullptr) {
      return SqlError(sqlstate::kUndefinedFunction,
                      fmt::format("no binary output function available for type {}", columns[i].type.to_string()));
    }
  }
  raw_parameters_.clear();
  for (size_t i = 0; i < message.parameters.size(); ++i) {
    const auto& parameter = message.parameters[i];
    const bool binary = is_binary(message.parameter_formats, i);
    if (parameter && !binary) TRY(check_utf8(*parameter));
    raw_parameters_.push_back({!parameter.has_value(), binary, parameter.value_or(std::string_view())});
  }
  if (message.portal.empty()) {
    portals_.erase(std::string());
  } else if (portals_.contains(message.portal)) {
    return SqlError(sqlstate::kDuplicateCursor, fmt::format("cursor \"{}\" already exists", message.portal));
  }
  TRY(check_room(message.portal, portals_.size(), "portals"));
  TRY(engine::PortalPtr portal, session_->bind(statement.prepared, raw_parameters_));
  portals_.insert_or_assign(std::string(message.portal),
                            OpenPortal{std::move(portal), statement.text, message.result_formats});
  return {};
}

Conversation::Step Conversation::on(const Describe& message) {
  if (const Status done = describe(message); !done) return fail(done.error());
  return Step::kNext;
}

Status Conversation::describe(const Describe& message) {
  if (message.kind == 'S') {
    const auto found = statements_.find(message.name);
    if (found == statements_.end()) return no_statement(message.name);
    ParameterDescription parameters;
    for (const SqlType& type : found->second.prepared->parameter_types()) parameters.types.push_back(type.oid());
    encode(parameters, out_);
    describe_rows(found->second.prepared->columns(), {});
    return {};
  }
  if (message.kind == 'P') {
    const auto found = portals_.find(message.name);
    if (found == portals_.end()) return no_portal(message.name);
    describe_rows(found->second.portal->statement().columns(), found->second.formats);
    return {};
  }
  return SqlError(sqlstate::kProtocolViolation,
                  fmt::format("invalid DESCRIBE message subtype {}", static_cast<unsigned char>(message.kind)));
}

void Conversation::describe_rows(const std::vector<engine::ResultColumn>& columns,
                                 const std::vector<int16_t>& formats) {
  if (columns.empty()) {
    encode(NoData{}, out_);
    return;
  }
  RowDescription description;
  description.columns.reserve(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const engine::ResultColumn& column = columns[i];
    description.columns.push_back({.name = column.name,
                                   .relation = column.relation.value(),
                                   .attribute = static_cast<uint16_t>(column.attribute),
                                   .type = column.type.oid(),
                                   .type_bytes = column.type.info().length,
                                   .typmod = column.type.typmod(),
                                   .format = static_cast<int16_t>(is_binary(formats, i))});
  }
  encode(description, out_);
}

Conversation::Step Conversation::on(const Execute& message) {
  const auto found = portals_.find(message.portal);
  if (found == portals_.end()) return fail(no_portal(message.portal));
  OpenPortal& open = found->second;
  const std::vector<engine::ResultColumn>& columns = open.portal->statement().columns();
  if (open.finished) {
    if (columns.empty()) {
      return fail(SqlError(sqlstate::kObjectNotInPrerequisiteState,
                           fmt::format("portal \"{}\" cannot be run", message.portal)));
    }
    encode(CommandComplete{"SELECT 0"}, out_);
    return Step::kNext;
  }
  const uint64_t rows_max = message.rows_max > 0 ? static_cast<uint64_t>(message.rows_max) : 0;
  start_run(open.portal, open.formats, rows_max);
  open_ = &open;
  if (place_ == Place::kNetwork && rows_max == 0) {
    std::string tag;
    if (session_->try_point_read(open.portal, rows_, tag)) {
      running_.reset();
      open.finished = true;
      if (rows_.error()) return fail(*rows_.error());
      encode(CommandComplete{tag}, out_);
      return Step::kNext;
    }
  }
  work_ = Work::kExecute;
  return Step::kNext;
}

Conversation::Step Conversation::finish_execute(Outcome outcome) {
  if (!outcome) return fail(outcome.error(), *open_->text);
  switch (outcome->kind) {
    case engine::OutcomeKind::kComplete:
      if (copy_out_) encode(CopyDone{}, out_);
      encode(CommandComplete{outcome->tag}, out_);
      open_->finished = true;
      break;
    case engine::OutcomeKind::kSuspended: encode(PortalSuspended{}, out_); break;
    case engine::OutcomeKind::kEmpty: encode(EmptyQueryResponse{}, out_); break;
    case engine::OutcomeKind::kPaused:
    case engine::OutcomeKind::kCopyIn:
    case engine::OutcomeKind::kCopyOut: MILLRACE_UNREACHABLE("ran() deals with it");
  }
  running_.reset();
  work_ = Work::kMessages;
  return Step::kNext;
}

// Closing what does not exist is no error.
Conversation::Step Conversation::on(const Close& message) {
  if (message.kind == 'S') {
    if (const auto found = statements_.find(message.name); found != statements_.end()) statements_.erase(found);
    session_->forget_statement(message.name);
  } else if (message.kind == 'P') {
    if (const auto found = portals_.find(message.name); found != portals_.end()) portals_.erase(found);
  } else {
    return fail(SqlError(sqlstate::kProtocolViolation,
                         fmt::format("invalid CLOSE message subtype {}", static_cast<unsigned char>(message.kind))));
  }
  encode(CloseComplete{}, out_);
  return Step::kNext;
}

Conversation::Step Conversation::on(const Flush&) {
  flush_wanted_ = true;
  return Step::kNext;
}

Conversation::Step Conversation::on(const Sync&) {
  skip_to_sync_ = false;
  if (!touched_) {
    ready();
    return Step::kNext;
  }
  return await([this](engine::Completion done) { session_->end_of_messages(std::move(done)); },
               [this](Outcome outcome) {
                 if (!outcome) append_error(outcome.error(), Severity::kError, {}, out_);
                 ready();
                 return Step::kNext;
               });
}

Conversation::Step Conversation::on(const FunctionCall&) {
  simple_ = {};
  return fail_query(not_supported("the function call protocol", "Call the function in a SELECT."));
}

Conversation::Step Conversation::on(const Terminate&) {
  ended_ = true;
  return Step::kNext;
}

}  // namespace millrace::pgwire
