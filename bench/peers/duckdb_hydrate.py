#!/usr/bin/env python3
"""The hydration on DuckDB, one thread: the same shape of rows, grouped into a stored table. Prints the line of JSON
that the other programs print. usage: duckdb_hydrate.py hydrate rows=N groups=N [...]
"""
import json
import sys
import time

import duckdb

options = dict(argument.split("=") for argument in sys.argv[2:])
rows = int(float(options["tick"])) * int(float(options["ticks"]))
groups = int(float(options["groups"]))
connection = duckdb.connect(config={"threads": 1})
connection.execute(
    f"CREATE TABLE t AS SELECT (hash(i) % {groups})::BIGINT AS key, (i % 1000)::INTEGER AS value FROM range({rows}) r(i)"
)
wall, cpu = time.monotonic(), time.process_time()
connection.execute("CREATE TABLE v AS SELECT key, sum(value), count(*) FROM t GROUP BY key")
wall, cpu = time.monotonic() - wall, time.process_time() - cpu
print(json.dumps({"engine": "duckdb", "changes_per_s": rows / wall, "changes_per_cpu_s": rows / cpu, "answer": None}))
