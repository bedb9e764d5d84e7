"""psql: what people type."""

import os
import subprocess

from one_server import OneServer


class Psql(OneServer):
    def psql(self, *arguments, text=None):
        return subprocess.run(
            ["psql", "-X", "-h", "127.0.0.1", "-p", str(self.server.port), "-U", "millrace", "-d", "millrace", *arguments],
            input=text, capture_output=True, text=True, timeout=60, env=dict(os.environ, PGCONNECT_TIMEOUT="10"), check=False)

    def test_a_session(self):
        run = self.psql("-At", text="""
            CREATE TABLE typed (k int4 PRIMARY KEY, v text NOT NULL);
            INSERT INTO typed VALUES (1, 'one'), (2, 'two');
            CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM typed;
            SELECT n FROM counted;
            INSERT INTO typed VALUES (3, 'three');
            SELECT n FROM counted;
            \\copy typed FROM STDIN
4\tfour
\\.
            SELECT n FROM counted;
            DROP MATERIALIZED VIEW counted; DROP TABLE typed;
            """)
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        self.assertEqual(run.stdout.splitlines(), ["CREATE TABLE", "INSERT 0 2", "CREATE MATERIALIZED VIEW", "2", "INSERT 0 1",
                                                   "3", "COPY 1", "4", "DROP MATERIALIZED VIEW", "DROP TABLE"])

    def test_lists(self):
        run = self.psql("-c", "CREATE TABLE listed (k int4 PRIMARY KEY)", "-c", "\\d", "-c", "\\dt", "-c", "\\dm",
                        "-c", "DROP TABLE listed")
        self.assertEqual((run.stderr.replace("Did not find any relations.\n", ""), run.returncode), ("", 0))
        self.assertIn("listed", run.stdout)

    def test_description_of_a_table(self):
        self.psql("-c", "CREATE TABLE described (k int4 PRIMARY KEY, v varchar(10) DEFAULT 'x')")
        run = self.psql("-c", "\\d described")
        self.psql("-c", "DROP TABLE described")
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        for expected in ("described", "character varying(10)", "not null", "PRIMARY KEY"):
            self.assertIn(expected, run.stdout)

    def test_errors_point_at_their_place(self):
        run = self.psql("-c", "SELECT 1 + nothing")
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr.splitlines(),
                         ['ERROR:  column "nothing" does not exist', "LINE 1: SELECT 1 + nothing", "                   ^"])
        self.assertEqual(self.psql("-c", "\\conninfo").returncode, 0)
