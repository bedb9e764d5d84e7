"""asyncpg: everything prepared, everything in binary, the types asked from the catalog."""

import asyncio
import datetime
import decimal
import io
import unittest

import asyncpg

from one_server import OneServer


class Asyncpg(OneServer, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.connection = await asyncpg.connect(host="127.0.0.1", port=self.server.port, user="millrace", database="millrace", ssl=False)

    async def asyncTearDown(self):
        await self.connection.close()

    async def test_values(self):
        values = [("int4", 7), ("int8", -2**40), ("text", "\u00e4"), ("float8", 0.1), ("numeric", decimal.Decimal("1.50")), ("bool", False),
                  ("bytea", b"\0\1\xff"), ("date", datetime.date(1969, 7, 20)), ("timestamp", datetime.datetime(2024, 1, 1, 0, 0, 0, 1)),
                  ("interval", datetime.timedelta(hours=5))]
        for type_name, value in values:
            self.assertEqual(await self.connection.fetchval(f"SELECT $1::{type_name}", value), value, type_name)
            self.assertIsNone(await self.connection.fetchval(f"SELECT $1::{type_name}", None), type_name)

    async def test_prepared_statements(self):
        await self.connection.execute("CREATE TABLE fetched (k int8 PRIMARY KEY, v text); INSERT INTO fetched VALUES (1, 'one')")
        await self.connection.executemany("INSERT INTO fetched VALUES ($1, $2)", [(i, str(i)) for i in range(2, 200)])
        statement = await self.connection.prepare("SELECT v FROM fetched WHERE k = $1")
        self.assertEqual([p.name for p in statement.get_parameters()], ["int8"])
        self.assertEqual([await statement.fetchval(k) for k in (1, 199, 200)], ["one", "199", None])
        async with self.connection.transaction():
            rows = [row["k"] async for row in self.connection.cursor("SELECT k FROM fetched ORDER BY k", prefetch=50)]
        self.assertEqual(rows, list(range(1, 200)))
        await self.connection.execute("DROP TABLE fetched")

    async def test_errors(self):
        with self.assertRaises(asyncpg.UndefinedTableError):
            await self.connection.fetch("SELECT * FROM nowhere")
        with self.assertRaises(asyncpg.DivisionByZeroError):
            await self.connection.fetch("SELECT 1 / $1::int4", 0)
        self.assertEqual(await self.connection.fetchval("SELECT 1"), 1)

    async def test_copy(self):
        await self.connection.execute("CREATE TABLE copied_async (a int4, b text)")
        lines = "".join(f"{i}\t{i * i}\n" for i in range(100)).encode()
        self.assertEqual(await self.connection.copy_to_table("copied_async", source=io.BytesIO(lines)), "COPY 100")
        out = io.BytesIO()
        self.assertEqual(await self.connection.copy_from_query("SELECT a, b FROM copied_async ORDER BY a", output=out), "COPY 100")
        self.assertEqual(out.getvalue(), lines)
        await self.connection.execute("DROP TABLE copied_async")

    async def test_many_at_once(self):
        async def one(i):
            connection = await asyncpg.connect(host="127.0.0.1", port=self.server.port, user="millrace", database="millrace", ssl=False)
            try:
                return await connection.fetchval("SELECT $1::int4 + 1", i)
            finally:
                await connection.close()
        self.assertEqual(await asyncio.gather(*(one(i) for i in range(50))), list(range(1, 51)))
