#!/usr/bin/env python3
"""Writes every statement and query of tests/sqllogictest as a file of DIR: where the SQL fuzzers begin.

usage: tools/fuzz_seeds.py DIR
"""

import hashlib
import pathlib
import re
import sys

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
for path in pathlib.Path(__file__).parent.parent.glob("tests/sqllogictest/*/*.slt"):
    for record in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        match = re.search(r"^(?:statement|query)\b[^\n]*\n(.*?)(?=^----|\Z)", record, re.MULTILINE | re.DOTALL)
        if match and match.group(1).strip():
            sql = match.group(1).strip().encode()
            (target / hashlib.sha1(sql).hexdigest()).write_bytes(sql)
