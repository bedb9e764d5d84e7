"""Time, randomness, threads, files and the environment are reached through base/'s seams, so that they can be replaced.

Exceptions are few, and stand with their reason in seams_allowed.txt: RULE PATH-PATTERN REASON.
"""

import fnmatch
import pathlib
import re

from repository import line_of

RULES = {
    "threads": (r"\bstd::(?:thread|jthread|async)\b(?!::)|\bpthread_create\b", "threads are started by an Executor (base/executor.h)"),
    "time": (r"_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|(?<![\w.>:])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&\w+)\s*\)"
             r"|\bsleep_(?:for|until)\b|\b(?:u|nano)sleep\b", "time comes from a Clock (base/clock.h)"),
    "random": (r"\brandom_device\b|\bmt19937(?:_64)?\b|(?<![\w.>:])(?:std::)?s?rand\s*\(|\bgetrandom\b|\bgetentropy\b|\barc4random\w*"
               r"|\bRAND_bytes\b", "randomness comes from an Rng or a seeded SplitMix64 (base/rng.h)"),
    "files": (r"\bfopen\b|\bstd::[io]?fstream\b|\bstd::filesystem\b|(?<![\w>])::open(?:at)?\s*\(|\bO_(?:RDONLY|WRONLY|RDWR|CREAT)\b|\bmkstemp\b",
              "files are reached through an Fs (base/fs.h)"),
    "environment": (r"\b(?:secure_)?getenv\b|\bsetenv\b|\benviron\b", "the environment is read by server/ alone"),
    "regex": (r"\bstd::(?:regex|smatch|cmatch|regex_\w+)\b", "std::regex overflows the stack on long input; use RE2"),
}


def check(repository):
    allowed = []
    for line in (pathlib.Path(__file__).parent / "seams_allowed.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            rule, pattern, _ = line.split(None, 2)
            allowed.append((rule, pattern))
    for path in repository.cpp():
        code = repository.code(path)
        for rule, (pattern, reason) in RULES.items():
            if any(rule == name and fnmatch.fnmatch(path, glob) for name, glob in allowed):
                continue
            for match in re.finditer(pattern, code):
                yield f"{path}:{line_of(code, match.start())}: {match.group().strip()} goes round a seam: {reason}"
