"""Runs every check over the repository and prints what breaks a rule, as path:line: what, and why.

usage: python3 tools/lint/run.py [--root DIR] [--tidy] [CHECK...]

A check is a file beside this one with a function check(repository) that yields such lines.
"""

import argparse
import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from repository import Repository  # noqa: E402

CHECKS = ["layers", "cycles", "seams", "house", "text", "links", "docker", "layout"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=pathlib.Path(__file__).parents[2])
    parser.add_argument("--tidy", action="store_true")
    parser.add_argument("checks", nargs="*")
    arguments = parser.parse_args()

    repository = Repository(arguments.root)
    found = 0
    for name in arguments.checks or CHECKS + (["tidy"] if arguments.tidy else []):
        for finding in importlib.import_module(name).check(repository):
            print(f"{finding}  [{name}]")
            found += 1
    if found:
        print(f"lint: {found} findings")
    return 1 if found else 0


sys.exit(main())
