"""Random schemas, queries and changes in PostgreSQL's SQL.

Everything has one answer: LIMIT stands over a total order, sums are of exact numbers, nothing divides by zero, and a
scalar subquery has one row. Queries use what a scope offers: (expression, type) pairs of the FROM items around them.
"""

import random

TYPES = ("int", "text", "bool", "numeric(8,2)", "date")
WORDS = ("", "a", "b", "ab", "ba", "abc", "Long words do not fit a slot")


class Table:
    def __init__(self, name, columns, has_key):
        self.name, self.columns, self.has_key = name, columns, has_key  # columns: (name, type, not_null)

    def create(self):
        parts = [f"{name} {type}{' NOT NULL' if not_null else ''}" for name, type, not_null in self.columns]
        key = ", PRIMARY KEY (id)" if self.has_key else ""
        return f"CREATE TABLE {self.name} ({', '.join(parts)}{key})"


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0
        self.next_id = 0
        self.tables = []
        for i in range(self.random.randint(2, 4)):
            columns = [("id", "int", True)]
            for c in range(self.random.randint(2, 4)):
                columns.append((f"c{c}", self.pick(TYPES[:1] * 3 + TYPES), self.chance(0.2)))
            self.tables.append(Table(f"t{i}", columns, self.chance(0.5)))
        self.views = []  # (name, types), readable like tables

    # --- dice

    def chance(self, p):
        return self.random.random() < p

    def pick(self, items):
        return self.random.choice(items)

    def name(self):
        self.names += 1
        return f"x{self.names}"

    # --- changes

    def literal(self, type, null=0.15):
        if self.chance(null):
            return f"NULL::{type}"
        value = {"int": lambda: str(self.random.randint(-1, 6)),
                 "text": lambda: f"'{self.pick(WORDS)}'",
                 "bool": lambda: self.pick(("true", "false")),
                 "numeric(8,2)": lambda: f"{self.random.randint(-300, 900) / 100:.2f}::numeric(8,2)",
                 "date": lambda: f"date '2024-0{self.random.randint(1, 3)}-1{self.random.randint(0, 5)}'"}
        return value[type]()

    def change(self):
        table = self.pick(self.tables)
        kind = self.random.random()
        if kind < 0.55:
            rows = []
            for _ in range(self.pick((1, 1, 2, 5, 12))):
                values = []
                for name, type, not_null in table.columns:
                    self.next_id += name == "id"
                    values.append(str(self.next_id) if name == "id" else self.literal(type, 0 if not_null else 0.15))
                rows.append(f"({', '.join(values)})")
            return f"INSERT INTO {table.name} VALUES {', '.join(rows)}"
        name, type, not_null = self.pick(table.columns)
        where = self.pick((f"{name} = {self.literal(type, 0)}", f"id % {self.random.randint(2, 9)} = 0",
                           f"id > {max(0, self.next_id - 8)}", f"id < {self.random.randint(0, max(1, self.next_id))}"))
        if kind < 0.8:
            target, of, strict = self.pick(table.columns[1:])
            return f"UPDATE {table.name} SET {target} = {self.literal(of, 0 if strict else 0.15)} WHERE {where}"
        if kind < 0.82:
            return f"DELETE FROM {table.name}"
        return f"DELETE FROM {table.name} WHERE {where}"

    # --- expressions. `scope`: a list of (sql, type), the nearest last

    def column(self, scope, type):
        fitting = [sql for sql, of in scope[-12:] if of == type] or [sql for sql, of in scope if of == type]
        return self.pick(fitting) if fitting else self.literal(type)

    def value(self, scope, type, depth):
        if depth <= 0 or self.chance(0.55):
            return self.column(scope, type) if self.chance(0.85) else self.literal(type)
        inner = lambda of=type: self.value(scope, of, depth - 1)
        if self.chance(0.12):
            return f"CASE WHEN {self.predicate(scope, depth - 1)} THEN {inner()} ELSE {inner()} END"
        if self.chance(0.1):
            return f"coalesce({inner()}, {inner()})::{type}"
        if self.chance(0.05):
            return f"nullif({inner()}, {inner()})::{type}"
        if self.chance(0.05):
            return f"{self.pick(('greatest', 'least'))}({inner()}, {inner()})::{type}"
        if depth > 1 and self.chance(0.15):
            return self.scalar_subquery(scope, type, depth)
        if type == "int":
            return self.pick((f"({inner()} + {inner()}) % 1000", f"({inner()} - {inner()})", f"abs({inner()})",
                              f"length({inner('text')})", f"({inner()} % 7) * 3"))
        if type == "text":
            return self.pick((f"upper({inner()})", f"left({inner()}, 3)", f"substr({inner()}, 2)",
                              f"{inner('int')}::text"))
        if type == "bool":
            return self.predicate(scope, depth - 1)
        if type == "date":
            return f"({inner()} + {self.random.randint(-3, 3)})"
        return f"({inner()} * 2)::numeric(8,2)" if self.chance(0.3) else f"round({inner()}, 0)::numeric(8,2)"

    def comparison(self, scope, depth):
        type = self.pick(TYPES)
        op = self.pick(("=", "=", "<>", "<", "<=", ">", ">="))
        return f"{self.value(scope, type, depth - 1)} {op} {self.value(scope, type, depth - 1)}"

    def predicate(self, scope, depth):
        kind = self.random.random()
        type = self.pick(TYPES)
        value = lambda of=type: self.value(scope, of, depth - 1)
        if depth > 0 and kind < 0.3:
            word = self.pick((" AND ", " OR "))
            return "(" + word.join(self.predicate(scope, depth - 1) for _ in range(self.random.randint(2, 3))) + ")"
        if depth > 0 and kind < 0.38:
            return f"NOT ({self.predicate(scope, depth - 1)})"
        if depth > 1 and kind < 0.6:
            return self.subquery_predicate(scope, type, depth)
        return "(" + self.simple_predicate(scope, depth, type, value) + ")"

    def simple_predicate(self, scope, depth, type, value):
        return self.pick((lambda: self.comparison(scope, depth), lambda: self.comparison(scope, depth),
                          lambda: f"{value()} IS {self.pick(('', 'NOT '))}NULL",
                          lambda: f"{value()} IS {self.pick(('', 'NOT '))}DISTINCT FROM {value()}",
                          lambda: f"{value()} {self.pick(('', 'NOT '))}IN "
                                  f"({', '.join(self.literal(type) for _ in range(self.random.randint(1, 4)))})",
                          lambda: f"{value()} {self.pick(('', 'NOT '))}BETWEEN {self.pick(('', 'SYMMETRIC '))}"
                                  f"{value()} AND {value()}",
                          lambda: f"{value('text')} {self.pick(('LIKE', 'NOT LIKE', 'ILIKE'))} '{self.pick(('a%', '%b', '_b%', ''))}'",
                          lambda: f"({value('int')}, {value('text')}) {self.pick(('=', '<>', '<', '>='))} "
                                  f"({value('int')}, {value('text')})",
                          lambda: f"({value('bool')}) IS {self.pick(('', 'NOT '))}{self.pick(('TRUE', 'FALSE', 'UNKNOWN'))}"))()

    def subquery_predicate(self, scope, type, depth):
        if self.chance(0.35):
            sql, _ = self.select(scope, depth - 2, [self.pick(TYPES)])
            return f"{self.pick(('', 'NOT '))}EXISTS ({sql})"
        if self.chance(0.15):
            sql, _ = self.select(scope, depth - 2, ["int", "text"])
            return f"({self.value(scope, 'int', 0)}, {self.value(scope, 'text', 0)}) {self.pick(('', 'NOT '))}IN ({sql})"
        sql, _ = self.select(scope, depth - 2, [type])
        if self.chance(0.6):
            return f"{self.value(scope, type, 0)} {self.pick(('', 'NOT '))}IN ({sql})"
        return f"{self.value(scope, type, 0)} {self.pick(('=', '<>', '<', '>='))} {self.pick(('ANY', 'ALL'))} ({sql})"

    def scalar_subquery(self, scope, type, depth):
        if type == "int" and self.chance(0.4):
            items, own = self.from_clause(scope, depth - 2)
            return f"(SELECT count(*) FROM {items}{self.where(scope + own, depth - 2)})::int"
        if type != "bool" and self.chance(0.5):
            items, own = self.from_clause(scope, depth - 2)
            argument = self.column(own, type)
            return f"(SELECT {self.pick(('min', 'max'))}({argument}) FROM {items}{self.where(scope + own, depth - 2)})"
        sql, _ = self.select(scope, depth - 2, [type])
        return f"(SELECT s.* FROM ({sql}) s ORDER BY 1 LIMIT 1)"

    # --- FROM

    def relation(self):
        if self.views and self.chance(0.2):
            name, types = self.pick(self.views)
            return name, [(f"o{i}", type) for i, type in enumerate(types)]
        table = self.pick(self.tables)
        return table.name, [(name, type) for name, type, _ in table.columns]

    def item(self, scope, depth):
        alias = self.name()
        if depth > 0 and self.chance(0.25):
            sql, types = self.query(scope, depth - 1, None)
            columns = [f"o{i}" for i in range(len(types))]
            return f"({sql}) AS {alias} ({', '.join(columns)})", [(f"{alias}.{c}", t) for c, t in zip(columns, types)]
        name, columns = self.relation()
        return f"{name} AS {alias}", [(f"{alias}.{c}", t) for c, t in columns]

    def from_clause(self, scope, depth):
        """`scope`: what the query around offers. LATERAL items see the items before them too."""
        sql, own = self.item(scope, depth)
        for _ in range(self.pick((0, 0, 1, 1, 2))):
            if depth > 0 and self.chance(0.15):
                inner, types = self.query(scope + own, depth - 1, None)
                alias = self.name()
                columns = [f"o{i}" for i in range(len(types))]
                word = self.pick(("JOIN", "LEFT JOIN"))
                sql += f" {word} LATERAL ({inner}) AS {alias} ({', '.join(columns)}) ON true"
                own = own + [(f"{alias}.{c}", t) for c, t in zip(columns, types)]
                continue
            other, more = self.item(scope, depth)
            pairs = [(a, b) for a, t in own for b, u in more if t == u]
            equality = "{} = {}".format(*self.pick(pairs)) if pairs else "false"
            kind = self.pick(("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"))
            if kind == "CROSS JOIN":
                sql += f" CROSS JOIN {other}"
            elif kind == "FULL JOIN":
                sql += f" FULL JOIN {other} ON {equality if pairs else 'true'}"
            else:
                extra = f" AND {self.predicate(own + more, min(depth, 1))}" if self.chance(0.3) else ""
                sql += f" {kind} {other} ON {equality}{extra}"
            own = own + more
        return sql, own

    def where(self, scope, depth):
        return f" WHERE {self.predicate(scope, depth)}" if self.chance(0.6) else ""

    # --- queries: (sql, types); `wanted`: the types of the outputs, or None

    def types(self, wanted):
        return wanted or [self.pick(TYPES) for _ in range(self.random.randint(1, 3))]

    def query(self, scope, depth, wanted):
        kind = self.random.random()
        if depth > 0 and kind < 0.15:
            types = self.types(wanted)
            word = self.pick(("UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"))
            left, _ = self.query(scope, depth - 1, types)
            right, _ = self.query(scope, depth - 1, types)
            return f"({left}) {word} ({right})", types
        if depth > 0 and kind < 0.25:
            name = self.name()
            inner, inner_types = self.query(scope, depth - 1, None)
            self.views.append((name, inner_types))
            sql, types = self.query(scope, depth - 1, wanted)
            self.views.remove((name, inner_types))
            columns = ", ".join(f"o{i}" for i in range(len(inner_types)))
            word = self.pick(("", "MATERIALIZED ", "NOT MATERIALIZED "))
            return f"WITH {name} ({columns}) AS {word}({inner}) {sql}", types
        if depth > 0 and kind < 0.30:
            return self.recursive(scope, depth, wanted)
        return self.select(scope, depth, wanted)

    def select(self, scope, depth, wanted):
        kind = self.random.random()
        types = self.types(wanted)
        if kind < 0.25:
            return self.grouped(scope, depth, types)
        items, own = self.from_clause(scope, depth)
        inside = scope + own
        values = [self.value(inside, type, depth) for type in types]
        where = self.where(inside, depth)
        order = ", ".join(f"{i + 1}{self.pick(('', ' DESC', ' NULLS FIRST'))}" for i in range(len(types)))
        outputs = ", ".join(f"({value})::{type} AS o{i}" for i, (value, type) in enumerate(zip(values, types)))
        if kind < 0.35:
            return f"SELECT DISTINCT {outputs} FROM {items}{where}", types
        if kind < 0.45:
            limit = f"LIMIT {self.random.randint(0, 5)}"
            if self.chance(0.3):
                limit += f" OFFSET {self.random.randint(0, 3)}"
            if self.chance(0.3):
                order = order.split(",")[0]
                limit = f"FETCH FIRST {self.random.randint(1, 5)} ROWS WITH TIES"
            return f"(SELECT {outputs} FROM {items}{where} ORDER BY {order} {limit})", types
        if kind < 0.5:
            return f"(SELECT DISTINCT ON (1) {outputs} FROM {items}{where} ORDER BY {order})", types
        return f"SELECT {outputs} FROM {items}{where}", types

    def aggregate(self, scope, type, depth):
        """Of `type`; bool_and and the like for bool."""
        filter = f" FILTER (WHERE {self.predicate(scope, min(depth, 1))})" if self.chance(0.2) else ""
        if type == "int" and self.chance(0.6):
            call = self.pick(("count(*)", f"count({self.value(scope, self.pick(TYPES), 1)})",
                              f"count(DISTINCT {self.value(scope, self.pick(TYPES), 1)})",
                              f"sum({self.value(scope, 'int', 1)})", f"sum(DISTINCT {self.value(scope, 'int', 1)})"))
        elif type == "bool":
            call = f"{self.pick(('bool_and', 'bool_or', 'every'))}({self.value(scope, 'bool', 1)})"
        elif type.startswith("numeric") and self.chance(0.6):
            call = f"{self.pick(('sum', 'avg'))}({self.value(scope, type, 1)})"
        else:
            call = f"{self.pick(('min', 'max'))}({self.value(scope, type, 1)})"
        return f"({call}{filter})::{type}"

    def grouped(self, scope, depth, types):
        items, own = self.from_clause(scope, depth)
        inside = scope + own
        where = self.where(inside, depth)
        keys = []
        if own and self.chance(0.8):
            keys = list({sql: (sql, type) for sql, type in (self.pick(own) for _ in range(self.random.randint(1, 2)))}.values())
        values = []
        for type in types:
            fitting = [sql for sql, of in keys if of == type]
            values.append(self.pick(fitting) if fitting and self.chance(0.6) else self.aggregate(inside, type, depth))
        outputs = ", ".join(f"({value})::{type} AS o{i}" for i, (value, type) in enumerate(zip(values, types)))
        group = ""
        if keys:
            listed = ", ".join(sql for sql, _ in keys)
            group = " GROUP BY " + self.pick((listed, listed, listed, f"ROLLUP ({listed})", f"CUBE ({listed})",
                                              f"GROUPING SETS (({listed}), ())"))
        having = f" HAVING {self.aggregate(inside, 'int', 0)} > {self.random.randint(0, 3)}" if self.chance(0.25) else ""
        return f"SELECT {outputs} FROM {items}{where}{group}{having}", types

    def recursive(self, scope, depth, wanted):
        """Reachability over two int columns of a table, bounded by the depth when rows may repeat."""
        name = self.name()
        table = self.pick(self.tables)
        ints = [c for c, type, _ in table.columns if type == "int"]
        source, target = self.pick(ints), self.pick(ints)
        if self.chance(0.5):
            base = f"SELECT {source}, 0 FROM {table.name} WHERE {target} < 3"
            step = (f"SELECT e.{target}, n.o1 + 1 FROM {name} n JOIN {table.name} e ON n.o0 = e.{source} "
                    f"WHERE n.o1 < {self.random.randint(1, 3)}")
            word = self.pick(("UNION", "UNION ALL"))
        else:
            base = f"SELECT {source} % 7, {self.random.randint(0, 2)} FROM {table.name}"
            step = (f"SELECT (n.o0 + e.{target}) % 7, n.o1 FROM {name} n JOIN {table.name} e ON n.o0 = e.{source} % 7")
            word = "UNION"
        self.views.append((name, ["int", "int"]))
        sql, types = self.select(scope, depth - 1, wanted)
        self.views.remove((name, ["int", "int"]))
        return f"WITH RECURSIVE {name} (o0, o1) AS ({base} {word} {step}) {sql}", types

    def view(self):
        return self.query([], self.random.randint(1, 4), None)
