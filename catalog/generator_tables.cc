#include "catalog/generator_tables.h"

#include "catalog/column_list.h"

namespace millrace::catalog {
namespace {

constexpr GeneratorTable kCounter[] = {{"counter", "counter int8", "counter"}};

// Materialize's auction house.
constexpr GeneratorTable kAuction[] = {
    {"organizations", "id int8, name text", "id"},
    {"users", "id int8, org_id int8, name text", "id"},
    {"accounts", "id int8, org_id int8, balance int8", "id"},
    {"auctions", "id int8, seller int8, item text, end_time timestamptz", "id"},
    {"bids", "id int8, buyer int8, auction_id int8, amount int4, bid_time timestamptz", "id"},
};

constexpr GeneratorTable kNexmark[] = {
    {"person",
     "id int8, name text, email_address text, credit_card text, city text, state text, date_time timestamp, "
     "extra text",
     "id"},
    {"auction",
     "id int8, item_name text, description text, initial_bid int8, reserve int8, date_time timestamp, "
     "expires timestamp, seller int8, category int8, extra text",
     "id"},
    {"bid", "auction int8, bidder int8, price int8, channel text, url text, date_time timestamp, extra text", ""},
};

}  // namespace

std::span<const GeneratorTable> generator_tables(GeneratorKind kind) {
  switch (kind) {
    case GeneratorKind::kCounter: return kCounter;
    case GeneratorKind::kAuction: return kAuction;
    case GeneratorKind::kNexmark: return kNexmark;
    case GeneratorKind::kClock:
    case GeneratorKind::kTpch:
    case GeneratorKind::kKeyValue:
    case GeneratorKind::kBank: return {};
  }
  return {};
}

std::vector<ColumnDefinition> generator_columns(const GeneratorTable& table) {
  std::vector<ColumnDefinition> columns = parse_column_list(table.columns);
  for (ColumnDefinition& column : columns) column.not_null = true;
  return columns;
}

}  // namespace millrace::catalog
