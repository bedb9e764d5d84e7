"""Text files end in one newline, have no trailing blanks, and name nothing of the machine they were written on."""

import os
import re
import subprocess

from repository import line_of

# Spelled so that they do not match themselves.
MACHINE = re.compile(r"(?<![\w.])/(?:wor[k]|roo[t]|home/[a-z]+|tmp/m[r])/|\b(?:deb\.debia[n]\.org|repo1\.mave[n]\.org|pyp[i]\.org|npmj[s]\.org)\b")


def check(repository):
    for path in repository.text_files():
        text = repository.text(path)
        if path == "LICENSE" or "\0" in text:
            continue
        if text and not text.endswith("\n"):
            yield f"{path}:{text.count(chr(10)) + 1}: no newline at the end"
        if text.endswith("\n\n"):
            yield f"{path}:{text.count(chr(10))}: empty lines at the end"
        if not path.startswith("tests/"):
            for match in re.finditer(r"[ \t]+$", text, re.MULTILINE):
                yield f"{path}:{line_of(text, match.start())}: trailing blanks"
        for match in MACHINE.finditer(text):
            yield f"{path}:{line_of(text, match.start())}: {match.group()} names a machine"
        if text.startswith("#!") and not os.access(repository.root / path, os.X_OK):
            yield f"{path}:1: a script that cannot be executed"
        if text.startswith("#!/usr/bin/env bash"):
            parse = subprocess.run(["bash", "-n", str(repository.root / path)], capture_output=True, text=True)
            if parse.returncode != 0:
                yield f"{path}:1: {parse.stderr.strip()}"
