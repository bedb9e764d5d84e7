"""The quickstart's scripts and what its page says to type, in psql: all of it is true."""

import os
import pathlib
import re
import subprocess

import millrace_server
from one_server import OneServer

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "quickstart"


class Quickstart(OneServer):
    def psql(self, *arguments, text=None):
        run = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.server.port),
                              "-U", "millrace", "-d", "millrace", *arguments], input=text, capture_output=True, text=True, timeout=120,
                             env=dict(os.environ, PGOPTIONS="-c client_min_messages=warning"), check=False)
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        return run.stdout

    def test_what_the_page_says(self):
        self.psql("-f", str(FOLDER / "quickstart.sql"))
        self.psql("-f", str(FOLDER / "quickstart.sql"))  # what is there stays, without a word
        millrace_server.eventually(lambda: self.server.query("SELECT bids FROM totals")[0][0] > 0, "the first bid")
        before = self.server.query("SELECT bids FROM totals")[0][0]
        millrace_server.eventually(lambda: self.server.query("SELECT bids FROM totals")[0][0] > before, "one more bid")
        page = (FOLDER / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
        self.assertGreaterEqual(len(blocks), 2)
        self.assertIn("auction_house|running|", self.psql(text="".join(blocks)))
        self.assertEqual(len(self.server.query("SELECT * FROM auction_prices WHERE auction_id = 1")), 1)
        # The views agree with each other and with their input in one statement, while rows come in.
        for _ in range(5):
            self.assertEqual(*self.server.query("SELECT (SELECT bids FROM totals), (SELECT sum(bids) FROM bidders)")[0])
