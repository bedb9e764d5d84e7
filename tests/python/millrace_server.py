"""A Millrace server of a test's own: started, killed, restarted on the same data directory."""

import contextlib
import os
import signal
import socket
import subprocess
import time

import psycopg2


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


class Server:
    def __init__(self, binary, work, flags=()):
        self.binary = binary
        self.data = os.path.join(work, "data")
        self.log_path = os.path.join(work, "server.log")
        self.flags = list(flags)
        self.port, self.http_port = free_ports(2)
        self.process = None

    def start(self, timeout_s=60):
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data-dir", self.data, "--pg-listen", f"127.0.0.1:{self.port}",
             "--http-listen", f"127.0.0.1:{self.http_port}"] + self.flags,
            stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + timeout_s
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"the server does not answer:\n{self.log_tail()}")
                time.sleep(0.02)

    def connect(self):
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="millrace", dbname="millrace",
                                      connect_timeout=10)
        connection.autocommit = True
        return connection

    def query(self, sql, *parameters):
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; fails when it takes more than 10 s or ends badly."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=10)
        if code != 0:
            raise RuntimeError(f"the server stopped with {code}:\n{self.log_tail()}")

    def log_tail(self):
        with open(self.log_path, errors="replace") as log:
            return "".join(log.readlines()[-40:])


def eventually(check, what, timeout_s=60):
    """Asks until `check` gives something true: for what happens by itself, as records arriving."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.05)
