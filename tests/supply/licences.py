"""Under which licence each package of the lock is, as its installed metadata tells.

`python -m tests.supply.licences` writes docs/licences.md.
"""

from importlib.metadata import PackageMetadata, distribution

from tests.supply.lock import ROOT, read_lock

PAGE = ROOT / "docs" / "licences.md"

# What may be passed on with notices alone; MPL-2.0 asks for the changes to its files as well.
ALLOWED = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "MIT", "MIT-0"),
    *("MPL-2.0", "PSF-2.0", "Zlib"),
}
# Older words for them, in the field `License` and in classifiers.
_WORDS = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# Their metadata says "BSD" alone; their licence files have the third clause.
_READ = {"google-re2": "BSD-3-Clause", "jinja2": "BSD-3-Clause"}


def licence_of(name: str, metadata: PackageMetadata) -> str:
    """Return the package's licence as an SPDX expression, or the words that nobody knows yet."""
    if expression := _field(metadata, "License-Expression"):
        return expression
    if name in _READ:
        return _READ[name]
    if (written := _field(metadata, "License")) in ALLOWED:
        return written
    classifiers = metadata.get_all("Classifier") or []
    told = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License")]
    return " AND ".join(_WORDS.get(one, one) for one in told) or written or "none told"


def _field(metadata: PackageMetadata, name: str) -> str:
    return str(metadata[name]) if name in metadata else ""


def is_allowed(expression: str) -> bool:
    """Tell whether every part of the expression has an allowed choice; brackets are unknown."""
    return all(
        any(choice in ALLOWED for choice in part.split(" OR "))
        for part in expression.split(" AND ")
    )


def licences() -> dict[str, str]:
    """Return the licence of each package in requirements.txt, all of which are installed."""
    names = sorted({name for name, *_ in read_lock("requirements.txt")})
    return {name: licence_of(name, distribution(name).metadata) for name in names}


def page() -> str:
    """Return the list for people."""
    rows = "".join(f"| {name} | {licence} |\n" for name, licence in licences().items())
    return (
        "# Licences\n\n"
        "The exporter is under [Apache-2.0](../LICENSE). Below is what it is built from and runs\n"
        "with, as locked in `requirements.txt`. A test refuses a licence that is not allowed;\n"
        "`.venv/bin/python -m tests.supply.licences` writes this list.\n\n"
        f"| package | licence |\n|---|---|\n{rows}"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
