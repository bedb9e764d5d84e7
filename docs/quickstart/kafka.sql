-- Orders from a Kafka topic, a JSON object a record. `./dev up --kafka` starts a broker, feeds it, and loads this.

CREATE CONNECTION IF NOT EXISTS shop TO KAFKA (BROKER '127.0.0.1:19092');

CREATE SOURCE IF NOT EXISTS orders (order_id bigint, customer text, amount bigint)
FROM KAFKA CONNECTION shop (TOPIC 'orders')
FORMAT JSON;

-- What each customer has spent.
CREATE MATERIALIZED VIEW IF NOT EXISTS customers AS
SELECT customer, count(*) AS orders, sum(amount) AS spent
FROM orders
GROUP BY customer;
