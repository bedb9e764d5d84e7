"""JDBC, the driver of the Java world, run inside this process: prepared by the server after some uses, binary then."""

import unittest

import jpype

from one_server import OneServer

JARS = ["/usr/share/java/postgresql.jar", "/usr/share/java/org.jpype.jar"]  # where Debian puts them


class Jdbc(OneServer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        jpype.startJVM(classpath=JARS, convertStrings=True)

    def setUp(self):
        url = f"jdbc:postgresql://127.0.0.1:{self.server.port}/millrace?user=millrace&prepareThreshold=3"
        self.connection = jpype.JClass("org.postgresql.Driver")().connect(url, jpype.java.util.Properties())
        self.addCleanup(self.connection.close)

    def execute(self, sql):
        statement = self.connection.createStatement()
        statement.execute(sql)
        count = statement.getUpdateCount()
        statement.close()
        return count

    def rows(self, result):
        columns = range(1, result.getMetaData().getColumnCount() + 1)
        out = []
        while result.next():
            out.append(tuple(result.getString(i) for i in columns))
        return out

    def test_prepared_statements(self):
        self.execute("CREATE TABLE java (k int8 PRIMARY KEY, v text, n numeric(10,2), t timestamp, b bool)")
        insert = self.connection.prepareStatement("INSERT INTO java VALUES (?, ?, ?, ?, ?)")
        for i in range(100):
            insert.setLong(1, i)
            insert.setString(2, f"v{i}")
            insert.setBigDecimal(3, jpype.java.math.BigDecimal(f"{i}.25"))
            insert.setTimestamp(4, jpype.java.sql.Timestamp.valueOf("2024-02-29 12:34:56.789"))
            insert.setBoolean(5, i % 2 == 0)
            insert.addBatch()
        self.assertEqual(list(insert.executeBatch()), [1] * 100)
        read = self.connection.prepareStatement("SELECT k, v, n, t, b FROM java WHERE k = ?")
        for k in range(10):  # from the third on a named statement, its numbers in binary
            read.setLong(1, k)
            result = read.executeQuery()
            self.assertTrue(result.next())
            self.assertEqual((result.getLong(1), result.getString(2), str(result.getBigDecimal(3)), result.getBoolean(5)),
                             (k, f"v{k}", f"{k}.25", k % 2 == 0))
            self.assertEqual(str(result.getTimestamp(4)), "2024-02-29 12:34:56.789")
            self.assertFalse(result.next())
        self.assertEqual(self.execute("UPDATE java SET v = 'w' WHERE k < 7"), 7)
        self.assertEqual(self.execute("DROP TABLE java"), 0)

    def test_a_transaction_with_a_cursor(self):
        self.connection.setAutoCommit(False)
        statement = self.connection.createStatement()
        statement.setFetchSize(100)  # a portal, read in pieces
        self.assertEqual(len(self.rows(statement.executeQuery("SELECT g FROM generate_series(1, 1234) g"))), 1234)
        self.execute("CREATE TABLE gone (a int4)")
        self.connection.rollback()
        self.connection.setAutoCommit(True)
        with self.assertRaises(jpype.java.sql.SQLException) as caught:
            self.execute("SELECT * FROM gone")
        self.assertEqual(caught.exception.getSQLState(), "42P01")

    def test_what_tools_ask(self):
        self.execute("CREATE TABLE asked (k int8 PRIMARY KEY, v varchar(20) NOT NULL)")
        about = self.connection.getMetaData()
        self.assertEqual(about.getDatabaseProductName(), "PostgreSQL")
        self.assertIn("asked", [row[2] for row in self.rows(about.getTables(None, "public", "%", ["TABLE"]))])
        self.assertIn("public", [row[0] for row in self.rows(about.getSchemas())])
        self.execute("DROP TABLE asked")


if __name__ == "__main__":
    unittest.main()
