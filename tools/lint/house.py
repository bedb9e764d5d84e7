"""The size and shape of files and functions.

Half of all files have at most 200 lines, none has more than 700, no function more than 100. An exception carries its
reason in the code: `// long: why`, in the comment on top of a file, or right above or inside a function.
"""

import re
import statistics

from repository import line_of

FILE_LINES_MEDIAN = 200
FILE_LINES_MAX = 700
FUNCTION_LINES_MAX = 100
DRAWERS = re.compile(r"(^|[/_])(utils?|helpers?|commons?|misc)([/_.]|$)")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
CONTAINER = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")


def functions(code):
    """(first line, last line) of every outermost function body, its header included, in blanked C++."""
    # Directives go too: a macro's braces belong to nobody.
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: re.sub(r"[^\n]", " ", match.group()), code, flags=re.MULTILINE)
    stack = []  # Per open brace: the offset of the function's header, or None.
    header = 0
    for match in re.finditer(r"[{};]", code):
        offset, sign = match.start(), match.group()
        if sign == "{":
            text = code[header:offset]
            inside = any(start is not None for start in stack)
            is_function = not inside and ")" in text and not re.search(r"=\s*$", text) and not (
                CONTAINER.search(text) and not re.search(r"\)\s*(?:const|noexcept|override|final|->[^;{]*|:[^;{]*|\s)*$", text))
            stack.append(header + len(text) - len(text.lstrip()) if is_function else None)
        elif sign == "}" and stack:
            start = stack.pop()
            if start is not None:
                yield line_of(code, start), line_of(code, offset)
        header = offset + 1


def check(repository):
    lengths = []
    for path in repository.paths:
        if DRAWERS.search(path.lower()):
            yield f"{path}:1: a drawer for anything; name what its contents share"
    for path in repository.cpp():
        text = repository.text(path)
        lines = text.splitlines()
        lengths.append(len(lines))
        if len(lines) > FILE_LINES_MAX and not any("// long:" in line for line in lines[:40]):
            yield f"{path}:1: {len(lines)} lines, {FILE_LINES_MAX} at most; split it by reason to change, or give one with // long:"
        for match in UNFINISHED.finditer(text):
            yield f"{path}:{line_of(text, match.start())}: {match.group()}: finish it, or answer 0A000 with a hint"
        if path.endswith(".h"):
            if "#pragma once" not in text:
                yield f"{path}:1: no #pragma once"
            if not text.startswith(("//", "/*")):
                yield f"{path}:1: a header opens with its contract"
            for match in re.finditer(r"^\s*using namespace", text, re.MULTILINE):
                yield f"{path}:{line_of(text, match.start())}: using namespace in a header"
        for first, last in functions(repository.code(path)):
            reason = any("// long:" in line for line in lines[max(0, first - 6):last])
            if last - first + 1 > FUNCTION_LINES_MAX and not reason:
                yield f"{path}:{first}: a function of {last - first + 1} lines, {FUNCTION_LINES_MAX} at most; split it, or say why not with // long:"
    if lengths and statistics.median(lengths) > FILE_LINES_MEDIAN:
        yield f"ARCHITECTURE.md:1: half of the C++ files have more than {statistics.median(lengths):.0f} lines, {FILE_LINES_MEDIAN} at most"
