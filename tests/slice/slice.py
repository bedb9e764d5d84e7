"""Every part of the first slice in one story; each step checks what a user would see."""

import argparse
import contextlib
import io
import json
import subprocess

import psycopg2

from millrace_server import Server, eventually

arguments = argparse.ArgumentParser()
arguments.add_argument("--server", required=True)
arguments.add_argument("--work", required=True)
arguments.add_argument("--kafka", required=True)
options = arguments.parse_args()

server = Server(options.server, options.work)
produced = []
checks = 0


def expect(actual, wanted, what):
    global checks
    checks += 1
    assert actual == wanted, f"{what}: got {actual!r}, wanted {wanted!r}"


def produce(records):
    """Writes JSON records to the topic and waits until the broker has them."""
    lines = "".join(f"{record['id']}|{json.dumps(record)}\n" for record in records)
    subprocess.run(["kcat", "-P", "-b", options.kafka, "-t", "orders", "-K", "|", "-X", "acks=all"], input=lines.encode(),
                   check=True)
    produced.extend(records)


def revenue_by_region():
    totals = {}
    for record in produced:
        region = regions[record["customer"]]
        count, total = totals.get(region, (0, 0))
        totals[region] = (count + 1, total + record["amount"])
    return sorted((region, count, total) for region, (count, total) in totals.items())


regions = {1: "EU", 2: "EU", 3: "US"}

server.start()
with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
    # Tables and their changes.
    cursor.execute("CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, region text)")
    cursor.execute("INSERT INTO customers VALUES (1, 'Ada', 'EU'), (2, 'Bob', 'UK')")
    expect(cursor.rowcount, 2, "rows inserted")
    cursor.copy_expert("COPY customers FROM STDIN", io.StringIO("3\tCy\tUS\n4\tDee\t\\N\n"))
    cursor.execute("UPDATE customers SET region = %s WHERE id = %s", ("EU", 2))
    expect(cursor.rowcount, 1, "rows updated")
    cursor.execute("DELETE FROM customers WHERE id = 4")
    cursor.execute("SELECT id, name, region FROM customers ORDER BY id")
    expect(cursor.fetchall(), [(1, "Ada", "EU"), (2, "Bob", "EU"), (3, "Cy", "US")], "the table")
    try:
        cursor.execute("INSERT INTO customers VALUES (1, 'again', 'EU')")
        raise AssertionError("a duplicate key was accepted")
    except psycopg2.errors.UniqueViolation:
        pass
    cursor.execute("SELECT count(*), sum(n) FROM generate_series(1, 100) AS g(n) WHERE n % 2 = 0")
    expect(cursor.fetchall(), [(50, 2550)], "generate_series")

    # A real topic, and a view over it joined with the table.
    cursor.execute("CREATE CONNECTION kafka TO KAFKA (BROKER %s)" % psycopg2.extensions.adapt(options.kafka))
    cursor.execute("CREATE SOURCE orders (id bigint, customer int, amount bigint) "
                   "FROM KAFKA CONNECTION kafka (TOPIC 'orders') FORMAT JSON")
    cursor.execute("CREATE MATERIALIZED VIEW revenue AS SELECT c.region, count(*) AS orders, sum(o.amount) AS amount "
                   "FROM orders o JOIN customers c ON c.id = o.customer GROUP BY c.region")

produce([{"id": i, "customer": 1 + i % 3, "amount": 10 * i} for i in range(300)])
revenue = "SELECT region, orders, amount::bigint FROM revenue ORDER BY region"
eventually(lambda: server.query(revenue) == revenue_by_region(), "the view holds every record")
expect(server.query("SELECT orders, amount::bigint FROM revenue WHERE region = 'EU'"),
       [row[1:] for row in revenue_by_region() if row[0] == "EU"], "a point read")

# A change of the table moves the view.
server.query("UPDATE customers SET region = 'US' WHERE id = 2")
regions[2] = "US"
expect(server.query(revenue), revenue_by_region(), "the view after an update of the joined table")

# A view made later sees what was there before it.
server.query("CREATE MATERIALIZED VIEW big_orders AS SELECT id, amount FROM orders WHERE amount >= 2900")
expect(server.query("SELECT count(*) FROM big_orders"), [(sum(r["amount"] >= 2900 for r in produced),)],
       "a view made after its records")

# A generator that ends.
server.query("CREATE SOURCE counter FROM LOAD GENERATOR COUNTER (RATE 100000, MAX ROWS 5000)")
server.query("CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n, sum(counter) AS total FROM counter")
eventually(lambda: server.query("SELECT n, total::bigint FROM counted") == [(5000, 5000 * 5001 // 2)],
           "the generator's rows are all counted")
eventually(lambda: ("counter", "finished") in server.query("SELECT name, status FROM millrace.sources"),
           "the generator is finished")
server.query("CREATE SOURCE nexmark FROM LOAD GENERATOR NEXMARK (SEED 7, MAX ROWS 5000) FOR ALL TABLES")
server.query("CREATE MATERIALIZED VIEW bids AS SELECT a.category, count(*) AS bids, max(b.price) AS best "
             "FROM bid b JOIN auction a ON a.id = b.auction GROUP BY a.category")
eventually(lambda: ("nexmark", "finished") in server.query("SELECT name, status FROM millrace.sources"), "nexmark ends")
bids = sorted(server.query("SELECT category, bids, best FROM bids"))
expect(sorted(server.query("SELECT a.category, count(*), max(b.price) FROM bid b JOIN auction a ON a.id = b.auction "
                           "GROUP BY a.category")), bids, "the view equals its query")

# Everything is there after a crash, and goes on.
for cycle in range(3):
    server.kill()
    produce([{"id": 1000 + 10 * cycle + i, "customer": 1 + i % 3, "amount": i} for i in range(10)])
    server.start()
    eventually(lambda: server.query(revenue) == revenue_by_region(), "the view after a crash")
    expect(server.query("SELECT n FROM counted"), [(5000,)], "the generator's view after a crash")
    expect(sorted(server.query("SELECT category, bids, best FROM bids")), bids, "nexmark's view after a crash")
    expect(server.query("SELECT count(*) FROM customers"), [(3,)], "the table after a crash")
server.query("INSERT INTO customers VALUES (9, 'Zed', 'US')")
server.stop()
server.start()
eventually(lambda: server.query(revenue) == revenue_by_region(), "the view after a clean restart")
expect(server.query("SELECT name FROM customers WHERE id = 9"), [("Zed",)], "the last write")
server.query("DROP MATERIALIZED VIEW revenue")
server.query("DROP SOURCE counter CASCADE")
expect(server.query("SELECT matviewname FROM pg_matviews ORDER BY 1"), [("bids",), ("big_orders",)], "what is left")
server.stop()
print(f"{checks} passed, 0 failed")
