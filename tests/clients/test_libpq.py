"""libpq: the extended protocol, in text and in binary, prepared and pipelined."""

import struct

import libpq
from one_server import OneServer

INT4, INT8, TEXT, FLOAT8, BOOL = 23, 20, 25, 701, 16


class Libpq(OneServer):
    def setUp(self):
        self.connection = libpq.Connection(f"host=127.0.0.1 port={self.server.port} user=millrace dbname=millrace")
        self.addCleanup(self.connection.close)

    def test_text_and_binary_agree(self):
        values = [(INT4, b"-7", struct.pack("!i", -7)), (INT8, b"9223372036854775807", struct.pack("!q", 2**63 - 1)),
                  (TEXT, "\u00e4\u20ac".encode(), "\u00e4\u20ac".encode()), (FLOAT8, b"0.5", struct.pack("!d", 0.5)),
                  (BOOL, b"t", b"\1")]
        for oid, text, binary in values:
            for binary_in in (False, True):
                for binary_out in (False, True):
                    result = self.connection.execute("SELECT $1", [binary if binary_in else text], [oid], binary_in, binary_out)
                    self.assertEqual((result.status, result.rows), (libpq.TUPLES_OK, [[binary if binary_out else text]]), oid)
                    self.assertEqual(result.types, [oid])
        self.assertEqual(self.connection.execute("SELECT $1::int4", [None]).rows, [[None]])
        self.assertEqual(self.connection.execute("SELECT $1::int4", [b"x"]).state, "22P02")
        self.assertEqual(self.connection.execute("SELECT $1::int4", [b"123"], [INT4], True).state, "08P01")
        self.assertEqual(self.connection.execute("SELECT $1::int4", [b"12345"], [INT4], True).state, "22P03")
        self.assertEqual(self.connection.execute("SELECT $1::text", [b"\xff"]).state, "22021")

    def test_prepared_statements(self):
        self.assertEqual(self.connection.prepare("sum", "SELECT $1::int4 + $2, $3::text").state, "")
        described = self.connection.describe("sum")
        self.assertEqual((described.parameter_types, described.types), ([INT4, INT4, TEXT], [INT4, TEXT]))
        for i in range(50):
            result = self.connection.execute_prepared("sum", [str(i).encode(), b"1", b"t"])
            self.assertEqual(result.rows, [[str(i + 1).encode(), b"t"]])
        result = self.connection.execute_prepared("sum", [struct.pack("!i", 1), struct.pack("!i", 2), b"t"], True, True)
        self.assertEqual(result.rows, [[struct.pack("!i", 3), b"t"]])
        self.assertEqual(self.connection.prepare("sum", "SELECT 1").state, "42P05")
        self.assertEqual(self.connection.execute_prepared("none").state, "26000")
        self.assertEqual(self.connection.prepare("bad", "SELEC").state, "42601")
        self.assertEqual(self.connection.prepare("two", "SELECT 1; SELECT 2").state, "42601")

    def test_point_reads(self):
        for sql in ("CREATE TABLE reads (k int8 PRIMARY KEY, v text)",
                    "INSERT INTO reads SELECT g, 'v' || g FROM generate_series(1, 1000) g",
                    "CREATE MATERIALIZED VIEW lengths AS SELECT length(v) AS len, count(*) AS n FROM reads GROUP BY length(v)"):
            self.assertEqual(self.connection.execute(sql).state, "", sql)
        self.connection.prepare("read", "SELECT v FROM reads WHERE k = $1")
        for k in (1, 500, 1000):
            self.assertEqual(self.connection.execute_prepared("read", [str(k).encode()]).rows, [[f"v{k}".encode()]])
        self.assertEqual(self.connection.execute_prepared("read", [b"1001"]).rows, [])
        self.assertEqual(self.connection.execute("SELECT n FROM lengths WHERE len = 4").rows, [[b"900"]])
        self.connection.execute("DELETE FROM reads WHERE k = 500")
        self.assertEqual(self.connection.execute_prepared("read", [b"500"]).rows, [])
        self.assertEqual(self.connection.execute("SELECT n FROM lengths WHERE len = 4").rows, [[b"899"]])
        self.connection.execute("DROP MATERIALIZED VIEW lengths")
        self.connection.execute("DROP TABLE reads")

    def test_pipelines(self):
        self.connection.execute("CREATE TABLE piped (a int4)")
        results = self.connection.pipeline(
            ["INSERT INTO piped VALUES (1)", "INSERT INTO piped VALUES (2)", None,
             "INSERT INTO piped VALUES (3)", "SELECT 1/0", "INSERT INTO piped VALUES (4)", None] + ["SELECT 7"] * 200 + [None])
        told = [r.state or ("sync" if r.status == libpq.PIPELINE_SYNC else
                            "skipped" if r.status == libpq.PIPELINE_ABORTED else r.tag) for r in results]
        self.assertEqual(told, ["INSERT 0 1", "INSERT 0 1", "sync", "INSERT 0 1", "22012", "skipped", "sync"] +
                         ["SELECT 1"] * 200 + ["sync"])
        self.assertEqual(self.connection.execute("SELECT a FROM piped ORDER BY a").rows, [[b"1"], [b"2"]])
        self.connection.execute("DROP TABLE piped")
