"""Random views kept up to date through random changes, compared with PostgreSQL after every batch.

One round is one random schema with ten views. A view is a materialized view here and a plain view there. Some are
made before their tables have rows, some in the middle. A difference prints all that leads to it.
"""

import argparse
import collections
import os
import sys
import time

import psycopg2
import psycopg2.extensions

from generator import Generator
from millrace_server import Server

VIEWS_A_ROUND = 10

arguments = argparse.ArgumentParser()
arguments.add_argument("--server", required=True)
arguments.add_argument("--postgres", required=True)
arguments.add_argument("--work", required=True)
arguments.add_argument("--views", type=int, default=200)
arguments.add_argument("--batches", type=int, default=20)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--url", help="a running server instead of one of its own")
options = arguments.parse_args()

# Every value as the server wrote it.
TEXT = psycopg2.extensions.new_type((16, 20, 21, 23, 25, 700, 701, 1082, 1700, 2249), "TEXT", lambda value, _: value)


class Session:
    def __init__(self, connection):
        self.connection = connection
        connection.autocommit = True
        psycopg2.extensions.register_type(TEXT, connection)

    def run(self, sql):
        """The error's SQLSTATE, or None."""
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql)
            return None
        except psycopg2.Error as error:
            if self.connection.closed:
                raise
            return error.pgcode, str(error).strip()

    def rows(self, relation):
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {relation}")
                return collections.Counter(cursor.fetchall()), None
        except psycopg2.Error as error:
            if self.connection.closed:
                raise
            return None, (error.pgcode, str(error).strip())


def describe(difference):
    lines = [f"    {count:+d} {row}" for row, count in sorted(difference.items(), key=repr)[:8]]
    return "\n".join(lines)


class Round:
    def __init__(self, seed, ours, theirs):
        self.seed, self.ours, self.theirs = seed, ours, theirs
        self.generator = Generator(seed)
        self.log = []  # statements that both took
        self.views = {}  # name -> query
        self.failures = 0
        self.unsupported = collections.Counter()
        self.made = self.refused = self.compared = 0

    def both(self, sql):
        theirs = self.theirs.run(sql)
        ours = self.ours.run(sql)
        if (theirs is None) != (ours is None) or (theirs and theirs[0] != ours[0]):
            self.fail(f"a statement\n  {sql}\n  PostgreSQL: {theirs}\n  here: {ours}")
            return False
        if ours is None:
            self.log.append(sql)
        return ours is None

    def fail(self, what):
        self.failures += 1
        print(f"--- seed {self.seed}: {what}\n", flush=True)

    def history(self):
        return ";\n  ".join(self.log)

    def make_view(self):
        name = f"v{len(self.views) + self.refused + self.made}"
        query, types = self.generator.view()
        error = self.theirs.run(f"CREATE VIEW {name} AS {query}")
        if error is not None:
            self.refused += 1  # the generator's mistake
            if os.environ.get("RANDOM_VIEWS_VERBOSE"):
                print(f"refused: {error[1]}\n  {query}")
            return
        if self.theirs.rows(name)[1] is not None and self.theirs.rows(name)[1][0] == "57014":
            self.theirs.run(f"DROP VIEW {name}")
            self.refused += 1
            return
        error = self.ours.run(f"CREATE MATERIALIZED VIEW {name} AS {query}")
        if error is not None:
            self.theirs.run(f"DROP VIEW {name}")
            if error[0] == "0A000":
                self.unsupported[error[1].splitlines()[0]] += 1
            else:
                self.fail(f"a view that PostgreSQL has\n  {query}\n  here: {error}")
            self.refused += 1
            return
        self.made += 1
        self.views[name] = query
        self.log.append(f"CREATE MATERIALIZED VIEW {name} AS {query}")
        if self.generator.chance(0.3):
            self.generator.views.append((name, types))

    def compare(self, batch):
        for name in list(self.views):
            theirs, their_error = self.theirs.rows(name)
            if their_error is not None and their_error[0] == "57014":
                continue
            ours, our_error = self.ours.rows(name)
            self.compared += 1
            if theirs == ours and (their_error or [None])[0] == (our_error or [None])[0]:
                continue
            text = f"view {name} after batch {batch}\n  {self.views[name]}\n"
            if their_error is None and our_error is None:
                difference = collections.Counter(ours)
                difference.subtract(theirs)
                text += "  rows here that there are not (+), and missing ones (-):\n"
                text += describe({row: count for row, count in difference.items() if count})
            else:
                text += f"  PostgreSQL: {their_error or 'rows'}\n  here: {our_error or 'rows'}"
            if os.environ.get("RANDOM_VIEWS_VERBOSE"):
                text += f"\n  {self.history()}"
            self.fail(text)
            del self.views[name]  # its kin may go on

    def run(self, views):
        self.theirs.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        for table in self.generator.tables:
            self.both(table.create())
        late = [self.generator.random.randint(1, options.batches) for _ in range(views // 4)]
        for _ in range(views - len(late)):
            self.make_view()
        self.compare(0)
        for batch in range(1, options.batches + 1):
            for _ in range(self.generator.random.randint(1, 4)):
                self.both(self.generator.change())
            for _ in range(late.count(batch)):
                self.make_view()
            self.compare(batch)
        for name in reversed(list(self.generator.tables)):
            self.ours.run(f"DROP TABLE {name.name} CASCADE")


theirs = Session(psycopg2.connect(options.postgres))
theirs.run("SET statement_timeout = 4000; SET client_min_messages = error")
server = None
if options.url:
    connect = lambda: psycopg2.connect(options.url)
else:
    server = Server(options.server, options.work)
    server.start()
    connect = server.connect
ours = Session(connect())
totals = collections.Counter()
unsupported = collections.Counter()
start = time.monotonic()
seed = options.seed
while totals["made"] < options.views:
    one = Round(seed, ours, theirs)
    try:
        one.run(VIEWS_A_ROUND)
    except psycopg2.Error as error:
        print(f"--- seed {seed}: the connection is gone: {error}\n  {one.history()}")
        if server:
            print(server.log_tail())
        sys.exit(1)
    seed += 1
    unsupported += one.unsupported
    for what in ("made", "refused", "failures", "compared"):
        totals[what] += getattr(one, what)
for what, count in unsupported.most_common():
    print(f"not supported, {count} times: {what}")
if server:
    server.stop()
print(f"{totals['made']} views, {totals['compared']} comparisons, {totals['failures']} differences "
      f"(seeds {options.seed} to {seed - 1}, {totals['refused']} queries left out, {time.monotonic() - start:.0f} s)")
sys.exit(1 if totals["failures"] else 0)
