"""Bytes no honest client sends: an error or a closed connection, and the server lives."""

import random
import socket
import struct

from one_server import OneServer

STARTUP = b"\0\x03\0\0user\0millrace\0database\0millrace\0\0"


def packet(body):
    return struct.pack("!i", len(body) + 4) + body


def message(tag, body=b""):
    return tag + packet(body)


SYNC = message(b"S")
CORPUS = [
    message(b"Q", b"SELECT 1\0"), message(b"Q", b"SELECT 1; SELECT 'two'; SELECT 1/0\0"),
    message(b"P", b"s\0SELECT $1::int4\0\0\0") + message(b"B", b"\0s\0\0\0\0\1\0\0\0\x0217\0\0") + message(b"D", b"P\0") +
    message(b"E", b"\0\0\0\0\0") + SYNC,
    message(b"Q", b"BEGIN\0") + message(b"Q", b"ROLLBACK\0"), message(b"C", b"Ss\0") + SYNC, message(b"H") + SYNC,
    message(b"F", b"whatever") + SYNC, message(b"d", b"data") + message(b"c") + message(b"f", b"why\0") + SYNC,
]
LENGTHS = (-2**31, -1, 0, 3, 5, 65536, 2**24, 2**30, 2**31 - 1)


class MalformedProtocol(OneServer):
    def client(self, log_in=True):
        client = socket.create_connection(("127.0.0.1", self.server.port), timeout=20)
        self.addCleanup(client.close)
        if log_in:
            client.sendall(packet(STARTUP))
            self.read_until(client, b"Z\0\0\0\x05I")
        return client

    @staticmethod
    def read_until(client, end=None):
        """All bytes up to `end`, or to the close."""
        data = b""
        try:
            while end is None or not data.endswith(end):
                piece = client.recv(65536)
                if not piece:
                    break
                data += piece
        except ConnectionResetError:
            pass
        return data

    def offer(self, data, log_in=True):
        """Sends `data` and hangs up."""
        with self.client(log_in) as client:
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # closed already, as it should be
            self.read_until(client)

    def answer(self, data, log_in=True):
        """Sends `data`, whole messages, and takes leave; all that comes back."""
        with self.client(log_in) as client:
            try:
                client.sendall(data + message(b"X"))
            except OSError:
                pass
            return self.read_until(client)

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server died")
        self.assertEqual(self.server.query("SELECT 1"), [(1,)])

    def test_truncated_anywhere(self):
        for data in CORPUS:
            for end in range(len(data)):
                self.offer(data[:end])
        whole = packet(STARTUP)
        for end in range(len(whole)):
            self.offer(whole[:end], log_in=False)

    def test_wrong_lengths(self):
        for length in LENGTHS:
            for tag in b"QPBDECFdfScHXp":
                self.offer(bytes([tag]) + struct.pack("!i", length) + b"some bytes")
            self.offer(struct.pack("!i", length) + STARTUP, log_in=False)

    def test_wrong_types_for_the_state(self):
        for tag in range(256):
            answer = self.answer(message(bytes([tag]), b"xyz\0"))
            if tag not in b"QPBDECFdfScHX":
                self.assertIn(b"C08P01\0", answer, tag)
            self.offer(message(bytes([tag]), b"xyz\0"), log_in=False)

    def test_wrong_counts_and_fields(self):
        for counts in (b"\xff\xff\xff\xff", b"\0\1\0\2", b"\0\0\x7f\xff", b"\0\0\0\1\xff\xff\xff\xfe", b"\0\0\0\1\x7f\xff\xff\xff"):
            answer = self.answer(message(b"P", b"\0SELECT $1::text\0\0\0") + message(b"B", b"\0\0" + counts) + SYNC)
            self.assertIn(b"C08P01\0", answer)
            self.assertTrue(answer.endswith(b"Z\0\0\0\x05I"))

    def test_bad_text(self):
        for text in (b"SELECT '\xff'", b"SELECT '\xc0\x80'", b"SELECT '\xed\xa0\x80'", b"SELECT '\xf4\x90\x80\x80'"):
            self.assertIn(b"C22021\0", self.answer(message(b"Q", text + b"\0")))
        self.assertIn(b"C08P01\0", self.answer(message(b"Q", b"SELECT 1\0SELECT 2\0")))
        self.assertIn(b"C54000\0", self.answer(message(b"Q", b"SELECT '" + b"x" * (1 << 20) + b"'\0")))
        self.assertIn(b"C54001\0", self.answer(message(b"Q", b"SELECT " + b"(" * 100000 + b"1" + b")" * 100000 + b"\0")))

    def test_split_at_every_byte(self):
        data = packet(STARTUP) + b"".join(CORPUS)
        expected = self.tags(self.answer(data, log_in=False))
        for cut in range(1, len(data), 7):
            with self.client(log_in=False) as client:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client.sendall(data[:cut])
                client.sendall(data[cut:] + message(b"X"))
                self.assertEqual(self.tags(self.read_until(client)), expected, cut)

    @staticmethod
    def tags(data):
        tags = b""
        while data:
            tags += data[:1]
            data = data[1 + struct.unpack("!i", data[1:5])[0]:]
        return tags

    def test_random_bytes(self):
        rng = random.Random(4)
        for seed in range(300):
            data = bytearray(b"".join(rng.sample(CORPUS, 4)))
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            with self.subTest(seed):
                self.offer(bytes(data) if seed % 3 else rng.randbytes(len(data)), log_in=seed % 2 == 0)

    def test_a_client_that_does_not_read(self):
        lazy = self.client()
        lazy.sendall(message(b"Q", b"SELECT g, repeat('x', 1000) FROM generate_series(1, 100000) g\0"))
        self.assertEqual(self.server.query("SELECT 2"), [(2,)])
        lazy.close()

    def test_many_that_say_nothing(self):
        silent = [self.client(log_in=False) for _ in range(60)]
        self.assertEqual(self.server.query("SELECT 3"), [(3,)])
        for client in silent:
            client.close()
