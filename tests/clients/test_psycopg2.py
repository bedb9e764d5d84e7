"""psycopg2: the simple protocol as Python programs use it."""

import io
import threading

import psycopg2
from psycopg2 import errors, extensions

from one_server import OneServer


class Psycopg2(OneServer):
    def setUp(self):
        self.connection = self.server.connect()
        self.addCleanup(self.connection.close)
        self.cursor = self.connection.cursor()

    def rows(self, sql, *parameters):
        self.cursor.execute(sql, parameters or None)
        return self.cursor.fetchall()

    def test_types_come_and_go(self):
        self.assertEqual(self.rows("SELECT 1, 'two', 3.5::float8, NULL::int4, true, 4.50::numeric(5,2)")[0][:5],
                         (1, "two", 3.5, None, True))
        text = "quote ' backslash \\ umlaut \u00e4 euro \u20ac face \U0001f600 \n\t end"
        self.assertEqual(self.rows("SELECT %s::text", text), [(text,)])
        self.assertEqual(self.rows("SELECT %s::int8, %s::bool", -2**62, False), [(-2**62, False)])
        self.assertEqual(bytes(self.rows("SELECT %s::bytea", psycopg2.Binary(bytes(range(256))))[0][0]), bytes(range(256)))
        self.assertEqual(self.rows("SELECT ARRAY[1,2,NULL]::int4[]"), [([1, 2, None],)])

    def test_rows_are_counted_and_described(self):
        self.cursor.execute("CREATE TABLE counted (a int4, b text)")
        self.cursor.execute("INSERT INTO counted VALUES (1, 'x'), (2, 'y'), (3, NULL)")
        self.assertEqual((self.cursor.rowcount, self.cursor.statusmessage), (3, "INSERT 0 3"))
        self.cursor.execute("UPDATE counted SET b = 'z' WHERE a > 1")
        self.assertEqual((self.cursor.rowcount, self.cursor.statusmessage), (2, "UPDATE 2"))
        self.assertEqual(self.rows("SELECT a, b FROM counted ORDER BY a"), [(1, "x"), (2, "z"), (3, "z")])
        self.assertEqual([(c.name, c.type_code) for c in self.cursor.description], [("a", 23), ("b", 25)])
        self.cursor.execute("DELETE FROM counted")
        self.assertEqual(self.cursor.statusmessage, "DELETE 3")
        self.cursor.execute("DROP TABLE counted")

    def test_errors_have_their_fields(self):
        with self.assertRaises(errors.UndefinedTable) as caught:
            self.cursor.execute("SELECT '\u00e4\u20ac', x FROM nowhere")
        diag = caught.exception.diag
        self.assertEqual((diag.severity, diag.sqlstate, diag.message_primary), ("ERROR", "42P01", 'relation "nowhere" does not exist'))
        self.assertEqual(diag.statement_position, "21")  # in characters, not bytes
        with self.assertRaises(errors.SyntaxError):
            self.cursor.execute("SELEC 1")
        with self.assertRaises(errors.DivisionByZero):
            self.cursor.execute("SELECT 1/0")
        self.cursor.execute("CREATE TABLE keyed (k int4 PRIMARY KEY)")
        self.cursor.execute("INSERT INTO keyed VALUES (1)")
        with self.assertRaises(errors.UniqueViolation) as caught:
            self.cursor.execute("INSERT INTO keyed VALUES (1)")
        self.assertEqual((caught.exception.diag.table_name, caught.exception.diag.constraint_name), ("keyed", "keyed_pkey"))
        self.cursor.execute("DROP TABLE keyed")

    def test_transactions(self):
        self.cursor.execute("CREATE TABLE kept (a int4)")
        self.connection.autocommit = False
        self.cursor.execute("INSERT INTO kept VALUES (1)")
        self.connection.rollback()
        self.cursor.execute("INSERT INTO kept VALUES (2)")
        self.connection.commit()
        with self.assertRaises(errors.DivisionByZero):
            self.cursor.execute("INSERT INTO kept VALUES (3); SELECT 1/0")
        self.assertEqual(self.connection.info.transaction_status, extensions.TRANSACTION_STATUS_INERROR)
        with self.assertRaises(errors.InFailedSqlTransaction):
            self.cursor.execute("SELECT 1")
        self.connection.rollback()
        self.connection.autocommit = True
        # Several statements in one message are one transaction.
        with self.assertRaises(errors.DivisionByZero):
            self.cursor.execute("INSERT INTO kept VALUES (4); SELECT 1/0")
        self.cursor.execute("INSERT INTO kept VALUES (5); INSERT INTO kept VALUES (6)")
        self.assertEqual(self.rows("SELECT a FROM kept ORDER BY a"), [(2,), (5,), (6,)])
        self.cursor.execute("DROP TABLE kept")

    def test_copy(self):
        self.cursor.execute("CREATE TABLE copied (a int4, b text)")
        lines = "".join(f"{i}\t{'row' if i % 3 else chr(92) + 'N'} {i}\n" if i % 3 else f"{i}\t\\N\n" for i in range(5000))
        self.cursor.copy_expert("COPY copied FROM STDIN", io.StringIO(lines))
        self.assertEqual(self.cursor.rowcount, 5000)
        self.assertEqual(self.rows("SELECT count(*), count(b), sum(a) FROM copied"), [(5000, 3333, 12497500)])
        out = io.StringIO()
        self.cursor.copy_expert("COPY copied TO STDOUT", out)
        self.assertEqual(sorted(out.getvalue().splitlines()), sorted(lines.splitlines()))
        with self.assertRaises(errors.InvalidTextRepresentation):
            self.cursor.copy_expert("COPY copied FROM STDIN", io.StringIO("1\tx\nnot a number\ty\n"))
        self.assertEqual(self.rows("SELECT count(*) FROM copied"), [(5000,)])
        self.cursor.execute("DROP TABLE copied")

    def test_cancel(self):
        # A statement is asked between its steps whether it should go on: this one has five.
        self.cursor.execute("CREATE TABLE large (a int8)")
        self.cursor.execute("INSERT INTO large SELECT g FROM generate_series(1, 600000) g")
        timer = threading.Timer(0.3, self.connection.cancel)
        timer.start()
        with self.assertRaises(errors.QueryCanceled):
            self.cursor.execute("SELECT sum(a * g) FROM large, generate_series(1, 20) g")
        timer.join()
        self.assertEqual(self.rows("SELECT count(*) FROM large"), [(600000,)])
        self.cursor.execute("DROP TABLE large")

    def test_settings_are_reported(self):
        self.assertGreaterEqual(self.connection.server_version, 150000)
        self.assertEqual(self.connection.encoding, "UTF8")
        self.cursor.execute("SET TimeZone = 'Europe/Berlin'")
        self.assertEqual(self.connection.get_parameter_status("TimeZone"), "Europe/Berlin")

    def test_many_rows(self):
        self.cursor.execute("SELECT g, repeat('x', 100) FROM generate_series(1, 100000) g")
        self.assertEqual(sum(1 for _ in self.cursor), 100000)
