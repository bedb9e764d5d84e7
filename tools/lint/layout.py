"""C++ is laid out by clang-format 19 and .clang-format; `./dev format` does it."""

import shutil
import subprocess


def check(repository):
    files = repository.cpp()
    if not files:
        return
    if shutil.which("clang-format-19") is None:
        yield ".clang-format:1: clang-format-19 is not installed (./dev setup lint)"
        return
    run = subprocess.run(["clang-format-19", "--dry-run", "--ferror-limit=1", *files], cwd=repository.root, capture_output=True, text=True)
    for line in run.stderr.splitlines():
        if "[-Wclang-format-violations]" in line:
            path, row = line.split(":")[:2]
            yield f"{path}:{row}: not laid out; ./dev format"
