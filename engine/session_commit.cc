// The end of a transaction.
#include "engine/database_session.h"

namespace millrace::engine {

void DatabaseSession::commit(std::function<void(Status)> done) {
  if (transaction_ == nullptr || !transaction_->has_writes()) {
    end_transaction(/*committed=*/true);
    done({});
    return;
  }
  CommitRequest request;
  request.read_tick = transaction_->pin.tick();
  request.world_version = transaction_->world->version;
  request.ddl = std::move(transaction_->ddl);
  for (auto& [table, changes] : transaction_->writes) {
    if (transaction_->catalog->find(table) == nullptr) continue;  // Dropped in the same transaction.
    request.writes[table] = changes.take();
  }
  // Sequences made here begin where the transaction left them.
  for (const DdlStep& step : request.ddl) {
    for (const catalog::Object& object : step.change.created) {
      if (object.as<catalog::Sequence>() == nullptr || transaction_->world->find(object.id) != nullptr) continue;
      if (transaction_->catalog->find(object.id) == nullptr) continue;  // Dropped again.
      request.writes[object.id] = {sequence_row(sequences_.take_new(object), 1)};
    }
  }
  request.depends_on = std::move(transaction_->depends_on);
  // Views that this makes: the answer waits until they hold what their inputs held.
  std::vector<ObjectId> views;
  for (const DdlStep& step : request.ddl) {
    for (const catalog::Object& object : step.change.created) {
      if (object.as<catalog::MaterializedView>() != nullptr) views.push_back(object.id);
    }
  }
  const bool alone = request.ddl.size() == 1 && request.writes.empty() && !in_block_;
  transaction_->pin.release();
  request.done = [this, views = std::move(views), alone, done = std::move(done)](Result<TickId> committed) {
    end_transaction(committed.has_value());
    if (committed) {
      wait_for_views(views, alone, done);
    } else {
      done(std::move(committed).error());
    }
  };
  database_.sequencer().submit(std::move(request));
}

void DatabaseSession::wait_for_views(const std::vector<ObjectId>& views, bool alone, std::function<void(Status)> done) {
  const WorldPtr world = database_.world().get();
  for (const ObjectId view : views) {
    Relation* relation = world->find(view);
    if (relation == nullptr) continue;
    const Readiness readiness = relation->readiness();
    if (readiness == Readiness::kReady || readiness == Readiness::kFailed) continue;
    const StatementWaits::WaitPtr wait = waits_.begin([this, views, alone, done](SqlError why) {
      pool_.run([this, views, alone, done, why = std::move(why)]() mutable {
        constexpr int kAttempts = 100;
        if (alone) return take_back(views, std::move(why), done, kAttempts);
        done({});  // The rest of the transaction is committed: so is the view.
      });
    });
    if (cancelled_.load(std::memory_order_relaxed)) cancel();
    relation->when_settled([wait, done] {
      if (wait->take()) done({});
    });
    return;
  }
  done({});
}

// As if it had never been created. Others may have built on it meanwhile: then it stays.
void DatabaseSession::take_back(const std::vector<ObjectId>& views, SqlError why, std::function<void(Status)> done,
                                int attempts) {
  const WorldPtr world = database_.world().get();
  CommitRequest request;
  request.read_tick = database_.registry().published();
  request.world_version = world->version;
  DdlStep& step = request.ddl.emplace_back();
  for (const ObjectId view : views) {
    if (world->catalog->find(view) != nullptr && world->catalog->dependents(view).empty()) {
      step.change.dropped.push_back(view);
    }
  }
  if (step.change.dropped.empty() || attempts == 0) return done(std::move(why));
  request.done = [this, views, why = std::move(why), done, attempts](Result<TickId> committed) mutable {
    if (committed || committed.error().state() != sqlstate::kSerializationFailure) return done(std::move(why));
    // Other DDL was faster.
    pool_.run([this, views, why = std::move(why), done, attempts]() mutable {
      take_back(views, std::move(why), done, attempts - 1);
    });
  };
  database_.sequencer().submit(std::move(request));
}

void DatabaseSession::rollback() { end_transaction(/*committed=*/false); }

void DatabaseSession::end_transaction(bool committed) {
  transaction_.reset();
  sequences_.end_transaction();
  in_block_ = false;
  failed_ = false;
  cursors_.end_transaction(committed);
  if (committed) {
    settings_.commit();
  } else {
    settings_.rollback();
  }
  names_.reset();
  refresh_text();
}

}  // namespace millrace::engine
