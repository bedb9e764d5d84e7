"""The parts of libpq that psycopg2 does not show: parameters and results in binary, pipelines."""

import ctypes
import ctypes.util

pq = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
for name in ("PQconnectdb", "PQexecParams", "PQprepare", "PQexecPrepared", "PQgetResult", "PQgetvalue", "PQdescribePrepared"):
    getattr(pq, name).restype = ctypes.c_void_p
for name in ("PQerrorMessage", "PQresultErrorField", "PQcmdStatus"):
    getattr(pq, name).restype = ctypes.c_char_p

TUPLES_OK, FATAL_ERROR, PIPELINE_SYNC, PIPELINE_ABORTED = 2, 7, 10, 11
TEXT, BINARY = 0, 1


class Result:
    def __init__(self, pointer):
        self.pointer = ctypes.c_void_p(pointer)
        self.status = pq.PQresultStatus(self.pointer)
        self.state = (pq.PQresultErrorField(self.pointer, ord("C")) or b"").decode()
        self.tag = pq.PQcmdStatus(self.pointer).decode()
        self.rows = [[self._value(row, column) for column in range(pq.PQnfields(self.pointer))]
                     for row in range(pq.PQntuples(self.pointer))]
        self.types = [pq.PQftype(self.pointer, column) for column in range(pq.PQnfields(self.pointer))]
        self.parameter_types = [pq.PQparamtype(self.pointer, i) for i in range(pq.PQnparams(self.pointer))]
        pq.PQclear(self.pointer)

    def _value(self, row, column):
        if pq.PQgetisnull(self.pointer, row, column):
            return None
        return ctypes.string_at(pq.PQgetvalue(self.pointer, row, column), pq.PQgetlength(self.pointer, row, column))


class Connection:
    def __init__(self, conninfo):
        self.pointer = ctypes.c_void_p(pq.PQconnectdb(conninfo.encode()))
        if pq.PQstatus(self.pointer) != 0:
            message = pq.PQerrorMessage(self.pointer).decode()
            pq.PQfinish(self.pointer)
            raise ConnectionError(message)

    def close(self):
        pq.PQfinish(self.pointer)

    @staticmethod
    def _parameters(values, binary):
        count = len(values)
        data = (ctypes.c_char_p * count)(*values)
        lengths = (ctypes.c_int * count)(*[len(v) if v is not None else 0 for v in values])
        formats = (ctypes.c_int * count)(*[BINARY if binary else TEXT] * count)
        return count, data, lengths, formats

    def execute(self, sql, values=(), types=(), binary_in=False, binary_out=False):
        count, data, lengths, formats = self._parameters(values, binary_in)
        oids = (ctypes.c_uint * count)(*types) if types else None
        return Result(pq.PQexecParams(self.pointer, sql.encode(), count, oids, data, lengths, formats, int(binary_out)))

    def prepare(self, name, sql):
        return Result(pq.PQprepare(self.pointer, name.encode(), sql.encode(), 0, None))

    def describe(self, name):
        return Result(pq.PQdescribePrepared(self.pointer, name.encode()))

    def execute_prepared(self, name, values=(), binary_in=False, binary_out=False):
        count, data, lengths, formats = self._parameters(values, binary_in)
        return Result(pq.PQexecPrepared(self.pointer, name.encode(), count, data, lengths, formats, int(binary_out)))

    def pipeline(self, statements):
        """Sends all of it, None standing for a sync; everything that is answered, up to the last sync."""
        assert pq.PQenterPipelineMode(self.pointer) == 1
        syncs = 0
        for sql in statements:
            if sql is None:
                assert pq.PQpipelineSync(self.pointer) == 1
                syncs += 1
            else:
                assert pq.PQsendQueryParams(self.pointer, sql.encode(), 0, None, None, None, None, 0) == 1
        results = []
        while syncs:
            pointer = pq.PQgetResult(self.pointer)
            if pointer:
                results.append(Result(pointer))
                syncs -= results[-1].status == PIPELINE_SYNC
        assert pq.PQexitPipelineMode(self.pointer) == 1
        return results
