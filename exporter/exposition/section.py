"""A part of the page, rendered once: its sample lines are the same in both formats."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.utils import floatToGoString

from exporter.exposition.families import Families, Family, Series


@dataclass(frozen=True, slots=True)
class Lines:
    """A family's sample lines, with what its header says."""

    kind: str
    help: str
    lines: bytes


@dataclass(frozen=True, slots=True)
class Section:
    """What one release, or the exporter itself, adds to each family; and the series it may not."""

    families: Mapping[str, Lines]
    dropped: Mapping[str, int]

    @classmethod
    def of(cls, families: Families) -> "Section":
        """Render the families."""
        return cls({one.name: _lines(one) for one in families.all()}, dict(families.dropped))

    def beside(self, other: "Section") -> "Section":
        """Return both as one; no family is in both."""
        return Section({**self.families, **other.families}, {**self.dropped, **other.dropped})


def join(sections: Iterable[Section], *, openmetrics: bool) -> bytes:
    """Return the page of these sections in one piece."""
    return b"".join(pieces_of(sections, openmetrics=openmetrics))


def pieces_of(sections: Iterable[Section], *, openmetrics: bool) -> list[bytes]:
    """Return the page of these sections: each family once, in the order of their appearance.

    The pieces are the sections' own: of a large page, two formats are hardly more than one.
    """
    pieces: dict[str, list[bytes]] = {}
    for section in sections:
        for name, family in section.families.items():
            if name not in pieces:
                pieces[name] = [_header(name, family, openmetrics=openmetrics)]
            pieces[name].append(family.lines)
    page = [piece for family in pieces.values() for piece in family]
    return [*page, b"# EOF\n"] if openmetrics else page


def _header(name: str, family: Lines, *, openmetrics: bool) -> bytes:
    text = family.help.replace("\\", r"\\").replace("\n", r"\n")
    if openmetrics:
        text = text.replace('"', r"\"")
    elif family.kind == "counter":
        name += "_total"
    return f"# HELP {name} {text}\n# TYPE {name} {family.kind}\n".encode()


def _lines(family: Family) -> Lines:
    return Lines(family.kind, family.help, "".join(map(_line, family.series)).encode())


def _line(series: Series) -> str:
    value = floatToGoString(series.value)  # type: ignore[no-untyped-call]  # of a float, a text
    name, labels = series.name, series.text
    return f"{name}{{{labels}}} {value}\n" if labels else f"{name} {value}\n"
