"""The command, the login, HTTP, and the ends of a server."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

import psycopg2

import millrace_server
from one_server import OneServer

BINARY = os.environ["MILLRACE"]


class Password(OneServer):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(dir=os.environ.get("TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "password")
        with open(path, "w") as file:
            file.write("sesame \u00e4\n")
        cls.FLAGS = ("--password-file", path)
        os.environ["PGPASSWORD"] = "sesame \u00e4"
        cls.addClassCleanup(os.environ.pop, "PGPASSWORD")
        super().setUpClass()

    def test_only_the_right_one_opens(self):
        self.assertEqual(self.server.query("SELECT 1"), [(1,)])
        for password, user in (("Sesame", "millrace"), ("sesame \u00e4", "nobody")):
            with self.assertRaises(psycopg2.OperationalError) as caught:
                psycopg2.connect(host="127.0.0.1", port=self.server.port, user=user, dbname="millrace", password=password)
            self.assertIn("password authentication failed", str(caught.exception))

    def test_it_is_written_nowhere(self):
        for folder, _, names in os.walk(self.work):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn("sesame \u00e4".encode(), file.read(), name)


class Http(OneServer):
    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.http_port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_endpoints(self):
        self.assertEqual(self.get("/healthz"), (200, "alive\n"))
        self.assertEqual(millrace_server.eventually(lambda: self.get("/readyz")[0] == 200, "ready"), True)
        status, text = self.get("/metrics")
        self.assertEqual(status, 200)
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        self.assertEqual(values["millrace_ready"], "1")
        self.assertIn("millrace_tick", values)
        self.assertEqual(self.get("/nowhere")[0], 404)


class Command(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.mkdtemp(prefix="command.", dir=os.environ.get("TMPDIR"))
        self.addCleanup(shutil.rmtree, self.work)

    def run_it(self, *arguments):
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30, check=False)

    def test_help_and_mistakes(self):
        self.assertEqual(self.run_it("--version").stdout.split()[0], "millrace")
        self.assertIn("--pg-listen HOST:PORT", self.run_it("--help").stdout)
        self.assertEqual(self.run_it().returncode, 2)
        mistake = self.run_it("serve", "--datadir", "x")
        self.assertEqual(mistake.returncode, 2)
        self.assertIn("Did you mean --data-dir?", mistake.stderr)
        exposed = self.run_it("serve", "--data-dir", self.work + "/d", "--pg-listen", "0.0.0.0:0")
        self.assertEqual(exposed.returncode, 1)
        self.assertIn("--insecure", exposed.stderr)

    def test_the_image_starts_by_its_own_command(self):
        dockerfile = os.path.join(os.path.dirname(__file__), "..", "..", "docker", "Dockerfile")
        with open(dockerfile, encoding="utf-8") as file:
            arguments = json.loads(re.search(r"^CMD (.*)$", file.read(), re.MULTILINE).group(1))
        ports = millrace_server.free_ports(2)
        here = {"/var/lib/millrace": self.work + "/data", "0.0.0.0:6875": f"0.0.0.0:{ports[0]}", "0.0.0.0:6876": f"0.0.0.0:{ports[1]}"}
        self.assertLessEqual(set(here), set(arguments))
        process = subprocess.Popen([BINARY, *(here.get(a, a) for a in arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

        def answers():
            self.assertIsNone(process.poll(), "it was refused")
            with contextlib.suppress(psycopg2.OperationalError):
                psycopg2.connect(host="127.0.0.1", port=ports[0], user="millrace", dbname="millrace", connect_timeout=10).close()
                return True
        millrace_server.eventually(answers, "a login")

    def test_one_server_a_data_directory(self):
        first = millrace_server.Server(BINARY, self.work)
        first.start()
        try:
            ports = millrace_server.free_ports(2)
            second = self.run_it("serve", "--data-dir", first.data, "--pg-listen", f"127.0.0.1:{ports[0]}",
                                 "--http-listen", f"127.0.0.1:{ports[1]}")
            self.assertEqual(second.returncode, 1)
            taken = self.run_it("serve", "--data-dir", self.work + "/other", "--pg-listen", f"127.0.0.1:{first.port}",
                                "--http-listen", f"127.0.0.1:{ports[1]}")
            self.assertEqual(taken.returncode, 1)
            self.assertIn("Address already in use", taken.stderr)
        finally:
            first.stop()

    def test_stopping_loses_nothing_and_tells_clients(self):
        server = millrace_server.Server(BINARY, self.work)
        server.start()
        server.query("CREATE TABLE lasting (a int4)")
        server.query("INSERT INTO lasting VALUES (1)")
        idle = server.connect()
        server.stop()
        with self.assertRaises(psycopg2.Error) as caught:
            idle.cursor().execute("SELECT 1")
        self.assertIn(caught.exception.pgcode, ("57P01", None))
        server.start()
        self.assertEqual(server.query("SELECT a FROM lasting"), [(1,)])
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.wait(timeout=10), 0)
