"""Which result files are runs of the same tests in the same place, by their names."""

import re

# Closed on purpose: `linux`, `py3.12` or `node-20` may be where the tests ran, not when. Taking
# two runs of one place for two places only lets a failure stand until its file is deleted.
_WHEN = re.compile(
    r"20\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"  # a date, and its time
    r"(?:[-_.t]?\d\d[-_:h]?\d\d(?:[-_:m]?\d\d)?(?:[.,]\d{1,9})?z?)?(?!\d)"
    r"|(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])"
    r"|(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{7,64}(?![0-9a-z])"  # a hash, an epoch, a run's number
    r"|(?<![a-z])(?:(?:re)?run|retry|build|attempt)[-_.#]?\d{1,9}(?!\d)"
    r"|(?<![a-z])(?:old|new|first|second|rerun|retry)(?![a-z])"
    r"|(?<![a-z])(?:mon|tues|wednes|thurs|fri|satur|sun)day(?![a-z])"
)
_WORD = re.compile(r"[^\W_]+")


def environment(file: str) -> str:
    """Return the words of the file's name that do not tell when it was written."""
    return " ".join(_WORD.findall(_WHEN.sub(" ", file.lower())))
