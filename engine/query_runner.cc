#include "engine/query_runner.h"

#include <algorithm>

#include "engine/result_order.h"
#include "engine/sources.h"
#include "expr/program.h"

namespace millrace::engine {

namespace {

constexpr size_t kStepRows = 128 * 1024;  // fed to the circuit at once; the guard is asked in between

// A relation's column counts for nothing here but its place: inputs are fed whole.
class QueryRun {
 public:
  QueryRun(const sql::BoundQuery& query, const QueryEnvironment& environment)
      : query_(query), env_(environment), reader_(environment.registry.make_reader()) {}

  Result<Delta> run() {
    reader_.enter();
    Result<Delta> rows = query_.point_read ? look_up() : run_circuit();
    reader_.leave();
    if (!rows) return rows;
    TRY(const ResultOrder order, finishing());
    return arrange_result(*rows, order);
  }

 private:
  // Some key = some constants: the rows of that key.
  Result<Delta> look_up() {
    const sql::PointRead& read = *query_.point_read;
    const Relation* relation = env_.world.find(read.relation);
    if (relation == nullptr || relation->rows() == nullptr) return run_circuit();
    TRY(relation->readable_at(env_.tick));
    if (const auto error = relation->errors().error_at(env_.tick)) return *error;
    const storage::ServedIndex& index = *relation->rows();
    DeltaBuilder key(index.key_layout().types());
    for (size_t i = 0; i < read.key.size(); ++i) {
      TRY(const Value value, expr::evaluate_one(read.key[i], env_.eval));
      if (value.is_null()) return Delta{};  // Nothing equals NULL.
      key.column(i).append_slot(value.slot());
    }
    key.end_row(1);
    const DeltaBatch probe = key.finish();
    const std::string packed = index.key_layout().pack(probe, 0);
    std::map<std::string, int64_t, std::less<>> weights;
    index.find(env_.tick, packed, index.hash_of(packed), [&](const storage::ServedRow& row) {
      weights[std::string(row.row)] += row.weight;
      return true;
    });
    if (const auto own = env_.own_writes.find(read.relation); own != env_.own_writes.end()) {
      own->second.find(probe, 0, storage::first_columns(read.key.size()), index.key(),
                       [&](PackedRow row, int64_t weight) { weights[std::string(row)] += weight; });
    }
    std::vector<SqlType> types;
    for (const uint32_t column : read.projection) types.push_back(index.layout().type(column));
    DeltaBuilder found(types);
    for (const auto& [row, weight] : weights) {
      if (weight <= 0) continue;
      for (size_t c = 0; c < read.projection.size(); ++c) {
        index.layout().unpack_column(row, read.projection[c], found.column(c));
      }
      found.end_row(weight);
    }
    Delta rows;
    if (found.rows() > 0) rows.push_back(found.finish());
    return rows;
  }

  Result<Delta> run_circuit() {
    circuit_ = dataflow::make_circuit(env_.executor);
    circuit_->set_guard(&env_.guard);
    TRY(circuit_->attach(kResult, query_.plan, env_.eval));
    for (const ObjectId input : query_.plan.inputs()) TRY(feed(input));
    TRY(step({}));  // Constants, and aggregates of nothing.
    return std::move(result_);
  }

  Status feed(ObjectId input) {
    const catalog::Object* object = env_.catalog->find(input);
    if (object == nullptr) return SqlError(sqlstate::kUndefinedTable, "a relation of the query was dropped meanwhile");
    if (object->as<catalog::SystemRelation>() != nullptr || object->as<catalog::Sequence>() != nullptr) {
      TRY(Delta rows, env_.system_rows(*object));
      return step({{input, std::move(rows)}});
    }
    Relation* relation = env_.world.find(input);
    if (relation != nullptr && relation->rows() != nullptr) {
      TRY(relation->readable_at(env_.tick));
      if (const auto error = relation->errors().error_at(env_.tick)) return *error;
      TRY(scan(input, *relation->rows()));
    } else if (relation != nullptr) {
      TRY(read_source(input, *relation));
    }
    const auto own = env_.own_writes.find(input);
    if (own != env_.own_writes.end()) TRY(step({{input, own->second.deltas()}}));
    return {};
  }

  Status scan(ObjectId input, const storage::ServedIndex& index) {
    storage::ServedIndex::Scan scan(index, env_.tick);
    Delta rows;
    size_t count = 0;
    while (true) {
      DeltaBatch batch = scan.next();
      reader_.quiescent();
      const bool end = batch.empty();
      count += batch.rows();
      if (!end) rows.push_back(std::move(batch));
      if (end || count >= kStepRows) {
        TRY(step({{input, std::move(rows)}}));
        rows = {};
        count = 0;
      }
      if (end) return {};
    }
  }

  // The records of an unstored source up to this tick's offsets.
  Status read_source(ObjectId input, const Relation& relation) {
    const auto* table = relation.object().as<catalog::SourceTable>();
    const ObjectId source = table != nullptr ? table->source : input;
    TRY(const std::shared_ptr<const SourceOffsets> offsets, env_.history.offsets_at(env_.tick));
    const auto until = offsets->find(source);
    if (until == offsets->end()) return {};
    TRY(const std::unique_ptr<ingest::SourceReader> reader,
        ingest::open_reader(describe_source(env_.world, source), {}, until->second, env_.clock));
    const size_t output = table != nullptr ? table->output : 0;
    constexpr int64_t kPollMs = 100;
    while (true) {
      TRY(ingest::SourceBatch batch, reader->poll(kStepRows, kPollMs));
      dataflow::InputChanges changes;
      if (output < batch.outputs.size()) changes[input] = std::move(batch.outputs[output]);
      TRY(step(changes));
      if (batch.finished) return {};
    }
  }

  Status step(const dataflow::InputChanges& changes) {
    TRY(env_.guard.check());
    step_ = next(step_);
    for (const dataflow::ViewChange& change : circuit_->step(step_, changes)) {
      if (change.failure) return *change.failure;
      result_.insert(result_.end(), change.rows.begin(), change.rows.end());
      errors_.apply(step_, change.errors);
    }
    // An error that a later step takes back is none; only the last step knows.
    if (changes.empty()) {
      if (const auto error = errors_.error_at(step_)) return *error;
    }
    return {};
  }

  Result<ResultOrder> finishing() const {
    const sql::Finishing& finishing = query_.finishing;
    ResultOrder order{.order = finishing.order,
                      .offset = 0,
                      .limit = {},
                      .with_ties = finishing.with_ties,
                      .visible_columns = finishing.visible_columns};
    TRY(const std::optional<int64_t> offset, row_count(finishing.offset));
    TRY(const std::optional<int64_t> limit, row_count(finishing.limit));
    if (offset && *offset < 0) {
      return SqlError(sqlstate::kInvalidRowCountInOffset, "OFFSET must not be negative");
    }
    if (limit && *limit < 0) return SqlError(sqlstate::kInvalidRowCountInLimit, "LIMIT must not be negative");
    if (offset) order.offset = static_cast<uint64_t>(*offset);
    if (limit) order.limit = static_cast<uint64_t>(*limit);
    return order;
  }

  Result<std::optional<int64_t>> row_count(const expr::ExprPtr& expr) const {
    if (expr == nullptr) return std::optional<int64_t>();
    TRY(const Value value, expr::evaluate_one(expr, env_.eval));
    if (value.is_null()) return std::optional<int64_t>();
    return std::optional<int64_t>(value.slot().i64);
  }

  static constexpr ObjectId kResult{0};

  const sql::BoundQuery& query_;
  const QueryEnvironment& env_;
  storage::Reader reader_;
  std::unique_ptr<dataflow::Circuit> circuit_;
  TickId step_;
  Delta result_;
  ViewErrors errors_;
};

}  // namespace

Result<Delta> run_query(const sql::BoundQuery& query, const QueryEnvironment& environment) {
  return QueryRun(query, environment).run();
}

}  // namespace millrace::engine
