"""The files that lint looks at: those that git tracks or would, or, in a plain folder, all but build/."""

import pathlib
import re
import subprocess

BINARY = {".png", ".jpg", ".ico", ".gz", ".jar"}


class Repository:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.paths = sorted(path for path in self._list() if (self.root / path).is_file())
        self._texts = {}

    def _list(self):
        if (self.root / ".git").exists():
            listing = subprocess.run(
                ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                capture_output=True)
            if listing.returncode == 0:
                return {path for path in listing.stdout.decode().split("\0") if path}
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                if path.relative_to(self.root).parts[0] not in {"build", ".git"} and "__pycache__" not in path.parts}

    def cpp(self):
        return [path for path in self.paths if path.endswith((".h", ".cc"))]

    def text_files(self):
        return [path for path in self.paths if pathlib.PurePath(path).suffix not in BINARY]

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_text(encoding="utf-8", errors="replace")
        return self._texts[path]

    def code(self, path):
        """The C++ text with comments and literals blanked; offsets and line numbers stay as they are."""
        return CPP_NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text(path))


CPP_NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
