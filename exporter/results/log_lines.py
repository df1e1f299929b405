"""The lines of a log as the command wrote them: without colours, and without what a CI adds.

2026-01-13T10:11:12.1234567Z test sum ... ok        GitHub Actions, Azure Pipelines
2026-01-13T10:11:12.123456Z 00O test sum ... ok     GitLab; `00O+` goes on with the line before
[2026-01-13T10:11:12.123Z] test sum ... ok          Jenkins
"""

import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\n]*\n?")
# Colours, the character-set switches that terminals' reset sequences carry, Buildkite's times.
_CODES = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][A-Z0-9]|\x0f|\x1b_[^\x07\n]{0,40}\x07"
_ANSI = re.compile(_CODES)
# What is written over: a progress bar, the marks of GitLab's sections.
_OVERWRITTEN = re.compile(r".*\r\x1b\[[02]?K")

_TIME = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)"
_PREFIXES = {
    "gitlab": _TIME + r" [0-9a-f]{2}[OE](?:(?P<more>\+)| |$)",
    "github": _TIME + r"(?: |$)",
    "github_cli": r"[^\t\n]{1,200}\t[^\t\n]{1,200}\t\ufeff?" + _TIME + r"(?: |$)",
    "jenkins": r"\[" + _TIME + r"\](?: |$)",
}
_COMPILED = {name: re.compile(prefix) for name, prefix in _PREFIXES.items()}
# Nothing that a test prints comes before the first of these.
_HARNESS = ("running ", "test result: ")
_FIRST = re.compile(
    rf"(?:{'|'.join(f'(?P<{name}>{prefix})' for name, prefix in _PREFIXES.items())})?"
    r"(?:running \d{1,9} tests?\b|test result: )"
)


def log_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number.

    A prefix is taken off once, and only where the harness' first line has it: what a test prints
    with a time of its own stays as it is, and a line without a prefix too.
    """
    prefix = _prefix(text)
    waiting: tuple[int, str] | None = None
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = _plain(match[0])
        found = prefix.match(line) if prefix else None
        rest = line[found.end() :] if found else line
        if waiting and found and found.groupdict().get("more"):
            waiting = (waiting[0], waiting[1] + rest)
            continue
        if waiting:
            yield waiting
        waiting = (number, rest)
    if waiting:
        yield waiting


def _prefix(text: str) -> re.Pattern[str] | None:
    """Return what the harness' first line begins with; None where it has no prefix."""
    for match in _LINE.finditer(text):
        if any(word in match[0] for word in _HARNESS) and (first := _FIRST.match(_plain(match[0]))):
            names = (name for name in _PREFIXES if first[name] is not None)
            return next((_COMPILED[name] for name in names), None)
    return None


def _plain(line: str) -> str:
    line = line.rstrip("\r\n")
    if "\x1b" in line or "\x0f" in line:
        over = _OVERWRITTEN.match(line)
        line = _ANSI.sub("", line[over.end() :] if over else line)
    return line.lstrip("\ufeff")
