-- An auction house that never closes, and three views that are always right. `./dev up` loads this.

CREATE SOURCE IF NOT EXISTS auction_house FROM LOAD GENERATOR AUCTION (RATE 100) FOR ALL TABLES;

-- What each auction stands at. One row changes with each bid.
CREATE MATERIALIZED VIEW IF NOT EXISTS auction_prices AS
SELECT a.id AS auction_id, a.item, count(*) AS bids, max(b.amount) AS price
FROM auctions a JOIN bids b ON b.auction_id = a.id
GROUP BY a.id, a.item;

-- Who bids most.
CREATE MATERIALIZED VIEW IF NOT EXISTS bidders AS
SELECT u.id AS buyer_id, u.name, count(*) AS bids, sum(b.amount) AS bid_total
FROM bids b JOIN users u ON u.id = b.buyer
GROUP BY u.id, u.name;

-- One row about everything: run `SELECT * FROM totals;` twice.
CREATE MATERIALIZED VIEW IF NOT EXISTS totals AS
SELECT count(*) AS bids, sum(amount) AS volume, max(amount) AS highest_bid
FROM bids;
