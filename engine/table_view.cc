#include "engine/table_view.h"

#include "engine/column_types.h"
#include "engine/unique_keys.h"
#include "types/type_info.h"

namespace millrace::engine {
namespace {

storage::KeyColumns to_key(const std::vector<uint32_t>& columns) {
  storage::KeyColumns key;
  for (const uint32_t column : columns) key.emplace_back(column);
  return key;
}

// A reader that is entered only while a view reads.
class Entered {
 public:
  explicit Entered(storage::Reader& reader) : reader_(reader) { reader_.enter(); }
  ~Entered() { reader_.leave(); }

 private:
  storage::Reader& reader_;
};

}  // namespace

TableView::TableView(const QueryEnvironment& environment, ObjectId table)
    : env_(environment),
      table_(*environment.catalog->find(table)),
      index_(environment.world.find(table) != nullptr ? environment.world.find(table)->rows() : nullptr),
      reader_(environment.registry.make_reader()),
      layout_(column_types(table_)),
      own_(nullptr),
      statement_(column_types(table_)) {
  const auto own = environment.own_writes.find(table);
  if (own != environment.own_writes.end()) own_ = &own->second;
}

void TableView::add(const DeltaBatch& rows, int64_t sign) { statement_.add(sign > 0 ? rows : rows.negate()); }

Delta TableView::changes() const { return statement_.net(); }

int64_t TableView::net_weight(PackedRow row, int64_t base) const {
  return base + (own_ != nullptr ? own_->weight_of(row) : 0) + statement_.weight_of(row);
}

// Rows of the pinned table with these columns equal to row 0 of `probe`.
void TableView::visit_base(const DeltaBatch& probe, const std::vector<uint32_t>& columns,
                           const std::function<void(PackedRow, int64_t)>& visit) const {
  if (index_ == nullptr) return;
  const Entered entered(reader_);
  const storage::KeyColumns key = to_key(columns);
  if (index_->key() == key) {
    index_->find(env_.tick, probe, 0, key, storage::hash_key(probe, 0, key), [&](const storage::ServedRow& row) {
      visit(row.row, row.weight);
      return true;
    });
    return;
  }
  // A constraint that is not the primary key: the commit looks it up in an index, here the rows are read.
  storage::ServedIndex::Scan scan(*index_, env_.tick);
  for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      const std::string packed = layout_.pack(batch, row);
      if (storage::keys_equal(probe, 0, key, layout_, packed, key)) visit(packed, batch.weight(row));
    }
  }
}

int64_t TableView::weight_of(const DeltaBatch& rows, size_t row) const {
  const std::string packed = layout_.pack(rows, row);
  int64_t base = 0;
  if (index_ != nullptr) {
    const Entered entered(reader_);
    const storage::KeyColumns& key = index_->key();
    index_->find(env_.tick, rows, row, key, storage::hash_key(rows, row, key), [&](const storage::ServedRow& found) {
      if (found.row == packed) base += found.weight;
      return true;
    });
  }
  return net_weight(packed, base);
}

std::optional<DeltaBatch> TableView::find(const DeltaBatch& probe, const std::vector<uint32_t>& columns) const {
  const storage::KeyColumns key = to_key(columns);
  if (storage::key_has_null(probe, 0, key)) return std::nullopt;
  std::optional<std::string> found;
  visit_base(probe, columns, [&](PackedRow row, int64_t weight) {
    if (net_weight(row, weight) > 0) found = std::string(row);
  });
  for (const TableChanges* changes : {own_, &statement_}) {
    if (changes == nullptr || found) continue;
    changes->find(probe, 0, key, key, [&](PackedRow row, int64_t weight) {
      if (!found && weight > 0 && net_weight(row, 0) > 0) found = std::string(row);
    });
  }
  if (!found) return std::nullopt;
  DeltaBuilder builder(layout_.types());
  layout_.unpack(*found, builder);
  builder.end_row(1);
  return builder.finish();
}

bool TableView::changed_here(const DeltaBatch& row) const { return statement_.weight_of(row, 0) > 0; }

Status TableView::check_unique(const Delta& delta) const {
  if (delta.empty() || table_.as<catalog::Table>()->unique.empty()) return {};
  const Entered entered(reader_);
  return UniqueKeys::check_at(table_, index_, env_.tick, own_, delta);
}

Result<Delta> TableView::all_rows() const {
  Delta rows;
  if (index_ != nullptr) {
    const Entered entered(reader_);
    storage::ServedIndex::Scan scan(*index_, env_.tick);
    for (DeltaBatch batch = scan.next(); !batch.empty(); batch = scan.next()) {
      TRY(env_.guard.check());
      rows.push_back(std::move(batch));
    }
  }
  if (own_ != nullptr) {
    const Delta own = own_->net();
    rows.insert(rows.end(), own.begin(), own.end());
  }
  return rows;
}

}  // namespace millrace::engine
