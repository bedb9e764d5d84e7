"""Every #include goes down the table of layers in ARCHITECTURE.md, or stays in its folder."""

import re

from includes import includes

ROW = re.compile(r"^\|\s*(\d+)\s*\|\s*`(\w+)/`", re.MULTILINE)


def check(repository):
    levels = {folder: int(level) for level, folder in ROW.findall(repository.text("ARCHITECTURE.md"))}
    if not levels:
        yield "ARCHITECTURE.md:1: the table of layers is gone"
    known = set(repository.paths)
    for path in repository.cpp():
        folder = path.split("/")[0]
        for line, included in includes(repository, path):
            target = included.split("/")[0]
            if included not in known:
                yield f'{path}:{line}: "{included}" is no file here; our own headers are named from the root, others in <>'
            elif target not in levels and folder in levels:
                yield f"{path}:{line}: {folder}/ includes {included}, which stands beside the layers"
            elif folder in levels and target != folder and levels[target] >= levels[folder]:
                yield (f"{path}:{line}: {folder}/ (level {levels[folder]}) includes {included} (level {levels[target]}); "
                       "only lower levels are visible (ARCHITECTURE.md)")
