"""A server for the tests of one module, on a data directory of its own."""

import os
import shutil
import tempfile
import unittest

import millrace_server


class OneServer(unittest.TestCase):
    FLAGS = ("--memory-limit", "2GiB")

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="clients.", dir=os.environ.get("TMPDIR"))
        cls.server = millrace_server.Server(os.environ["MILLRACE"], cls.work, cls.FLAGS)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.server.stop()
        finally:
            if cls.server.process.poll() is None:
                cls.server.kill()
            shutil.rmtree(cls.work)
