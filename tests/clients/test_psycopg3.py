"""psycopg 3: the extended protocol of Python programs, prepared by itself, with parameters and rows in binary."""

import datetime
import decimal
import uuid

import psycopg
from psycopg import errors

from one_server import OneServer

# A value of each kind that comes and goes in binary.
VALUES = [
    ("bool", True), ("int2", -7), ("int4", 2**31 - 1), ("int8", -2**63), ("float8", 0.1), ("float4", 0.5),
    ("numeric", decimal.Decimal("-12345678901234567890.0001")), ("numeric", decimal.Decimal("0.00")), ("text", "\u00e4 \u20ac \U0001f600"),
    ("bytea", bytes(range(256))), ("date", datetime.date(2024, 2, 29)), ("time", datetime.time(23, 59, 59, 999999)),
    ("timestamp", datetime.datetime(1999, 12, 31, 23, 59, 59, 1)),
    ("timestamptz", datetime.datetime(2024, 7, 1, 12, 0, tzinfo=datetime.timezone.utc)),
    ("interval", datetime.timedelta(days=40, seconds=3, microseconds=7)), ("uuid", uuid.UUID(int=0x1234 << 64)),
    ("int4[]", [1, None, 3]), ("text[]", ["a", "", None, "{,}"]), ("jsonb", {"a": [1, None, "x"]}),
]


class Psycopg3(OneServer):
    def setUp(self):
        self.connection = psycopg.connect(f"host=127.0.0.1 port={self.server.port} user=millrace dbname=millrace", autocommit=True)
        self.addCleanup(self.connection.close)

    def test_values_in_text_and_binary(self):
        for type_name, value in VALUES:
            for binary_out in (False, True):
                for placeholder in ("%s", "%b", "%t"):
                    if type_name == "jsonb":
                        argument = psycopg.types.json.Jsonb(value)
                    else:
                        argument = value
                    got = self.connection.execute(f"SELECT {placeholder}::{type_name}", [argument], binary=binary_out).fetchone()
                    self.assertEqual(got, (value,), (type_name, placeholder, binary_out))
        for binary_out in (False, True):
            self.assertEqual(self.connection.execute("SELECT %s::int4", [None], binary=binary_out).fetchone(), (None,))

    def test_statements_it_prepares_by_itself(self):
        self.connection.execute("CREATE TABLE prepared (k int8 PRIMARY KEY, v text)")
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO prepared VALUES (%s, %s)", [(i, f"v{i}") for i in range(100)])
            self.assertEqual(cursor.rowcount, 100)
            for i in range(20):  # from the sixth on by name
                cursor.execute("SELECT v FROM prepared WHERE k = %s", [i], binary=i % 2 == 0)
                self.assertEqual(cursor.fetchall(), [(f"v{i}",)])
            cursor.execute("SELECT v FROM prepared WHERE k = %s", [1], prepare=True)
            self.assertEqual([(c.name, c.type_code) for c in cursor.description], [("v", 25)])
        # What was prepared is planned again when its table was made anew.
        self.connection.execute("DROP TABLE prepared")
        with self.assertRaises(errors.UndefinedTable):
            self.connection.execute("SELECT v FROM prepared WHERE k = %s", [1])

    def test_transactions_and_errors(self):
        self.connection.execute("CREATE TABLE kept3 (a int4 PRIMARY KEY)")
        with self.assertRaises(errors.UniqueViolation):
            with self.connection.transaction():
                self.connection.execute("INSERT INTO kept3 VALUES (%s)", [1])
                self.connection.execute("INSERT INTO kept3 VALUES (%s)", [1])
        with self.connection.transaction():
            self.connection.execute("INSERT INTO kept3 VALUES (%s)", [2])
        self.assertEqual(self.connection.execute("SELECT a FROM kept3").fetchall(), [(2,)])
        self.assertEqual(self.connection.info.transaction_status, psycopg.pq.TransactionStatus.IDLE)
        self.connection.execute("DROP TABLE kept3")

    def test_pipeline(self):
        self.connection.execute("CREATE TABLE piped3 (a int4)")
        with self.connection.pipeline():
            cursors = [self.connection.execute("INSERT INTO piped3 VALUES (%s) RETURNING a", [i]) for i in range(50)]
            self.assertEqual([c.fetchone()[0] for c in cursors], list(range(50)))
        self.connection.execute("DROP TABLE piped3")

    def test_copy(self):
        self.connection.execute("CREATE TABLE copied3 (a int4, b text)")
        with self.connection.cursor() as cursor:
            with cursor.copy("COPY copied3 FROM STDIN") as copy:
                for i in range(1000):
                    copy.write_row((i, None if i % 3 == 0 else f"tab\t{i}"))
            with cursor.copy("COPY copied3 TO STDOUT") as copy:
                rows = sorted((int(a), b) for a, b in copy.rows())
        self.assertEqual(rows, [(i, None if i % 3 == 0 else f"tab\t{i}") for i in range(1000)])
        self.connection.execute("DROP TABLE copied3")
