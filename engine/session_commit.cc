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
  request.depends_on = std::move(transaction_->depends_on);
  // Views that this makes: the answer waits until they hold what their inputs held.
  std::vector<ObjectId> views;
  for (const DdlStep& step : request.ddl) {
    for (const catalog::Object& object : step.change.created) {
      if (object.as<catalog::MaterializedView>() != nullptr) views.push_back(object.id);
    }
  }
  transaction_->pin.release();
  request.done = [this, views = std::move(views), done = std::move(done)](Result<TickId> committed) {
    end_transaction(committed.has_value());
    if (!committed) {
      done(std::move(committed).error());
      return;
    }
    const WorldPtr world = database_.world().get();
    for (const ObjectId view : views) {
      Relation* relation = world->find(view);
      if (relation == nullptr) continue;
      const Readiness readiness = relation->readiness();
      if (readiness == Readiness::kReady || readiness == Readiness::kFailed) continue;
      relation->when_settled([done] { done({}); });
      return;
    }
    done({});
  };
  database_.sequencer().submit(std::move(request));
}

void DatabaseSession::rollback() { end_transaction(/*committed=*/false); }

void DatabaseSession::end_transaction(bool committed) {
  transaction_.reset();
  in_block_ = false;
  failed_ = false;
  if (committed) {
    settings_.commit();
  } else {
    settings_.rollback();
  }
  names_.reset();
  refresh_text();
}

}  // namespace millrace::engine
