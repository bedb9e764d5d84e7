"""Crash loop with an independent ledger.

Writers keep a ledger: what they meant to write before they sent it, and what was acknowledged after. After each
kill -9 and restart:

  - every acknowledged row is there, whatever was refused is not, and what was under way is there whole or not at all;
  - a bank of accounts has the money it had: transfers are transactions;
  - a view over both tables equals its query, and a generator's view has no gap and no double count.
"""

import argparse
import random
import threading

import psycopg2

from millrace_server import Server, eventually

arguments = argparse.ArgumentParser()
arguments.add_argument("--server", required=True)
arguments.add_argument("--work", required=True)
arguments.add_argument("--cycles", type=int, required=True)
arguments.add_argument("--seed", type=int, default=20261124)
options = arguments.parse_args()

ACCOUNTS = 20
START_BALANCE = 1000
WRITERS = 4


class Writer(threading.Thread):
    """Inserts numbered rows of its own and moves money, until the connection dies."""

    def __init__(self, number, first_row, seed):
        super().__init__(daemon=True)
        self.number = number
        self.next_row = first_row
        self.random = random.Random(seed)
        self.acknowledged = set()
        self.unknown = set()
        self.failure = None

    def run(self):
        try:
            connection = server.connect()
            cursor = connection.cursor()
            while True:
                if self.random.random() < 0.5:
                    self.insert(cursor)
                else:
                    self.transfer(connection, cursor)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.AdminShutdown):
            pass  # killed
        except Exception as error:  # a wrong answer is not a crash
            self.failure = error

    def insert(self, cursor):
        rows = [self.next_row + i for i in range(self.random.choice([1, 1, 1, 5, 50]))]
        self.next_row += len(rows)
        self.unknown = set(rows)
        cursor.execute("INSERT INTO ledger VALUES " + ", ".join(f"({self.number}, {row})" for row in rows))
        self.acknowledged |= self.unknown
        self.unknown = set()

    def transfer(self, connection, cursor):
        source, target = self.random.sample(range(ACCOUNTS), 2)
        amount = self.random.randrange(1, 50)
        connection.autocommit = False
        try:
            cursor.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", (amount, source))
            cursor.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (amount, target))
            connection.commit()
        except psycopg2.errors.SerializationFailure:
            connection.rollback()  # another transfer was faster
        finally:
            if not connection.closed:
                connection.autocommit = True


server = Server(options.server, options.work, ["--checkpoint-interval", "1s"])
server.start()
for statement in [
    "CREATE TABLE ledger (writer int, row bigint, PRIMARY KEY (writer, row))",
    "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL)",
    f"INSERT INTO accounts SELECT n, {START_BALANCE} FROM generate_series(0, {ACCOUNTS - 1}) AS g(n)",
    "CREATE MATERIALIZED VIEW per_writer AS SELECT writer, count(*) AS rows, min(row) AS low, max(row) AS high "
    "FROM ledger GROUP BY writer",
    "CREATE MATERIALIZED VIEW money AS SELECT sum(balance) AS total FROM accounts",
    "CREATE SOURCE events FROM LOAD GENERATOR COUNTER (RATE 2000)",
    "CREATE MATERIALIZED VIEW seen AS SELECT count(*) AS n, min(counter) AS low, max(counter) AS high FROM events",
]:
    server.query(statement)

known = {number: set() for number in range(WRITERS)}  # rows that must be there, for ever
next_rows = dict.fromkeys(known, 0)
seen_before = 0
acknowledged_total = 0
chaos = random.Random(options.seed)

for cycle in range(options.cycles):
    writers = [Writer(number, next_rows[number], options.seed + cycle * WRITERS + number) for number in known]
    for writer in writers:
        writer.start()
    chaos_s = chaos.uniform(0.02, 0.6)
    threading.Event().wait(chaos_s)
    if cycle % 5 == 0:
        seen_before = max(seen_before, server.query("SELECT n FROM seen")[0][0])
    server.kill()
    for writer in writers:
        writer.join()
        assert writer.failure is None, f"cycle {cycle}: {writer.failure!r}"
    server.start()
    for writer in writers:
        there = {row for (row,) in server.query("SELECT row FROM ledger WHERE writer = %s", writer.number)}
        known[writer.number] |= writer.acknowledged
        lost = known[writer.number] - there
        assert not lost, f"cycle {cycle}: writer {writer.number} lost {sorted(lost)[:10]}"
        extra = there - known[writer.number]
        assert extra in (set(), writer.unknown), f"cycle {cycle}: writer {writer.number} has {sorted(extra)[:10]}"
        known[writer.number] = there
        next_rows[writer.number] = writer.next_row
        acknowledged_total += len(writer.acknowledged)
    wanted = sorted((number, len(rows), min(rows), max(rows)) for number, rows in known.items() if rows)
    assert sorted(server.query("SELECT * FROM per_writer")) == wanted, f"cycle {cycle}: the view differs from its query"
    total = server.query("SELECT sum(balance)::bigint FROM accounts")[0][0]
    assert total == ACCOUNTS * START_BALANCE, f"cycle {cycle}: the bank has {total}"
    assert server.query("SELECT total::bigint FROM money") == [(total,)], f"cycle {cycle}: the bank's view differs"
    n, low, high = server.query("SELECT n, low, high FROM seen")[0]
    assert n == 0 or (low, high) == (1, n), f"cycle {cycle}: the generator's view has {n} rows from {low} to {high}"
    assert n >= seen_before, f"cycle {cycle}: {n} events are fewer than the {seen_before} shown before"

eventually(lambda: server.query("SELECT n FROM seen")[0][0] > seen_before, "the generator goes on")
server.stop()
assert acknowledged_total > 10 * options.cycles, f"only {acknowledged_total} rows were written: the test tests nothing"
print(f"{options.cycles} passed, 0 failed")
