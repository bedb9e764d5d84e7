"""Links between our documents lead somewhere, and files that documents name by path exist."""

import posixpath
import re

from repository import line_of

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)[^)]*\)")

CODE = re.compile(r"`[^`\n]*`")  # holds no links, but may end a link's text


def check(repository):
    folders = {posixpath.dirname(path) for path in repository.paths}
    folders |= {posixpath.dirname(folder) for folder in folders}
    for path in repository.paths:
        if not path.endswith(".md"):
            continue
        text = CODE.sub(lambda code: " " * len(code.group()), repository.text(path))
        for match in LINK.finditer(text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match.group(1)))
            if target not in repository.paths and target not in folders:
                yield f"{path}:{line_of(text, match.start())}: {match.group(1)} leads nowhere"
