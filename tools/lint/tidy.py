"""clang-tidy 19 with .clang-tidy, over what the preset `clang` compiles. Slow, so only on request: ./dev lint --tidy."""

import concurrent.futures
import json
import os
import subprocess


def check(repository):
    folder = repository.root / "build" / "clang"
    commands = json.loads((folder / "compile_commands.json").read_text())
    files = sorted({entry["file"] for entry in commands if not entry["file"].startswith(str(repository.root / "build"))})

    def tidy(path):
        return subprocess.run(["clang-tidy-19", "--quiet", "-p", str(folder), path], capture_output=True, text=True).stdout

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = set()
        for output in pool.map(tidy, files):
            for line in output.splitlines():
                if (" warning: " in line or " error: " in line) and line not in seen:
                    seen.add(line)
                    yield line.replace(str(repository.root) + "/", "")
