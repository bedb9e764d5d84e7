#include "tests/sqllogictest/runner/incremental_views.h"

#include <algorithm>

namespace millrace::slt {
namespace {

// A column of type record or unknown has no place in a relation: PostgreSQL words it 42P16.
bool says_no_view(const ServerError& error) {
  return error.sqlstate == "0A000" ||
         (error.sqlstate == "42P16" && error.message.find("pseudo-type") != std::string::npos);
}

}  // namespace

void IncrementalViews::plan(const std::vector<std::pair<size_t, const Record*>>& queries) {
  for (const auto& [index, record] : queries) {
    StatementShape shape = shape_of(record->sql);
    if (shape.kind != StatementKind::kQuery) continue;
    const size_t columns = std::get<Query>(record->body).types.size();
    View*& view = by_query_[{record->sql, columns}];
    if (view == nullptr) {
      views_.push_back(
          {.sql = std::string(without_terminator(record->sql)), .columns = columns, .words = std::move(shape.words)});
      view = &views_.back();
    }
    view->last_use = index;
  }
  create_pending(0);
}

void IncrementalViews::before_statement(const StatementShape& shape, Connection& connection) {
  if (connection.transaction_failed()) return;
  const bool changes_named = shape.kind == StatementKind::kDrop || shape.kind == StatementKind::kAlter ||
                             (shape.kind == StatementKind::kCreate && shape.words.contains("replace"));
  if (!changes_named && shape.kind != StatementKind::kSetting) return;
  for (View& view : views_) {
    if (!std::holds_alternative<ReadyView>(view.state)) continue;
    bool affected = shape.kind == StatementKind::kSetting;
    if (!affected) {
      const std::set<std::string> below = words_below(view);
      affected = std::any_of(shape.objects.begin(), shape.objects.end(),
                             [&](const SqlObject& object) { return below.contains(object.word); });
    }
    if (affected) drop(view, connection);
  }
}

void IncrementalViews::after_statement(const StatementShape& shape, size_t record_index) {
  switch (shape.kind) {
    case StatementKind::kCreate:
      for (const SqlObject& object : shape.objects) {
        definitions_[object.word].insert(shape.words.begin(), shape.words.end());
      }
      // An index names no object here, and lets no query succeed that did not before.
      if (!shape.objects.empty()) attempt_is_due_ = true;
      break;
    case StatementKind::kAlter:
      // A new name stands for what the old one stood for.
      if (shape.objects.size() == 2) definitions_[shape.objects[1].word].insert(shape.objects[0].word);
      attempt_is_due_ = true;
      break;
    case StatementKind::kDrop:
    case StatementKind::kSetting: attempt_is_due_ = true; break;
    case StatementKind::kQuery:
    case StatementKind::kOther: break;
  }
  if (attempt_is_due_) create_pending(record_index);
}

ViewOutcome IncrementalViews::view_for(const Record& record, Connection& connection) {
  const auto known = by_query_.find({record.sql, std::get<Query>(record.body).types.size()});
  if (known == by_query_.end() || connection.in_transaction()) return NoView{};
  View& view = *known->second;
  if (std::holds_alternative<Pending>(view.state)) {
    if (pool_.any_in_transaction()) return NoView{};
    if (auto failure = create(view, connection)) return FailedView{std::move(*failure)};
  }
  if (const auto* unsupported = std::get_if<UnsupportedView>(&view.state)) return *unsupported;
  return std::get<ReadyView>(view.state);
}

void IncrementalViews::create_pending(size_t record_index) {
  if (pool_.any_in_transaction()) return;
  const auto connection = pool_.get("");
  if (!connection) return;  // the next record will report it
  finish_drops(**connection);
  for (View& view : views_) {
    if (!std::holds_alternative<Pending>(view.state) || view.last_use < record_index) continue;
    // An error is most often a table that is not there yet. One that stays is met again, and
    // reported, when the query's turn comes.
    (void)create(view, **connection);
  }
  attempt_is_due_ = false;
}

std::optional<ServerError> IncrementalViews::create(View& view, Connection& connection) {
  const std::string name = std::string(kNamePrefix) + std::to_string(++names_given_);
  std::string sql = "CREATE MATERIALIZED VIEW " + name + " (";
  for (size_t column = 1; column <= view.columns; ++column) {
    sql += (column == 1 ? "c" : ", c") + std::to_string(column);
  }
  sql += ") AS " + view.sql;
  // On a line of its own: the query may end in a comment.
  if (engine_ == EngineKind::kPostgres) sql += "\nWITH NO DATA";
  const auto answer = connection.run(sql);
  if (answer) {
    view.state = ReadyView{name};
  } else if (says_no_view(answer.error())) {
    view.state = UnsupportedView{answer.error().message};
  } else {
    return answer.error();
  }
  return std::nullopt;
}

void IncrementalViews::drop(View& view, Connection& connection) {
  const std::string name = std::get<ReadyView>(view.state).name;
  view.state = Pending{};
  // What fails here fails again in finish_drops or, more loudly, in the statement that follows.
  (void)connection.run("DROP MATERIALIZED VIEW " + name);
  if (connection.in_transaction()) half_dropped_.push_back(name);
}

void IncrementalViews::finish_drops(Connection& connection) {
  for (const std::string& name : half_dropped_) (void)connection.run("DROP MATERIALIZED VIEW IF EXISTS " + name);
  half_dropped_.clear();
}

std::set<std::string> IncrementalViews::words_below(const View& view) const {
  std::set<std::string> words = view.words;
  std::vector<std::string> to_visit(words.begin(), words.end());
  while (!to_visit.empty()) {
    const auto definition = definitions_.find(to_visit.back());
    to_visit.pop_back();
    if (definition == definitions_.end()) continue;
    for (const std::string& word : definition->second) {
      if (words.insert(word).second) to_visit.push_back(word);
    }
  }
  return words;
}

void IncrementalViews::drop_all() {
  const auto connection = pool_.get("");
  if (!connection) return;
  finish_drops(**connection);
  for (View& view : views_) {
    if (std::holds_alternative<ReadyView>(view.state)) drop(view, **connection);
  }
}

}  // namespace millrace::slt
