"""No file includes itself in the end, and no two folders need each other. A folder and those inside it count as one."""

import posixpath

from includes import includes, strongly_connected


def check(repository):
    files, folders = {}, {}
    for path in repository.cpp():
        here = posixpath.dirname(path)
        for _, included in includes(repository, path):
            files.setdefault(path, set()).add(included)
            there = posixpath.dirname(included)
            if not (here + "/").startswith(there + "/") and not (there + "/").startswith(here + "/"):
                folders.setdefault(here, set()).add(there)
    for kind, edges in (("files", files), ("folders", folders)):
        for component in strongly_connected(edges):
            first = sorted(component)[0]
            yield f"{first}:1: {kind} that include each other in a circle: {', '.join(sorted(component))}"
