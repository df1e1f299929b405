"""The last door before anything a source said is kept, shown or logged: no personal data passes.

Collectors quote no content; file names and labels still come from outside.
"""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from exporter.model import Reading, SourceError

if TYPE_CHECKING:
    from exporter.privacy import Audit


def redact_reading(reading: Reading) -> Reading:
    """Return the reading with every finding of the built-in privacy rules replaced by its name."""
    redact = _audit().redact
    return replace(
        reading,
        samples=tuple(
            replace(
                sample,
                labels=tuple((name, redact(value)) for name, value in sample.labels),
                evidence=redact(sample.evidence),
            )
            for sample in reading.samples
        ),
        rejections=tuple(
            replace(
                one,
                file=redact(one.file),
                position=redact(one.position),
                message=redact(one.message),
            )
            for one in reading.rejections
        ),
        withheld={gauge: redact(why) for gauge, why in reading.withheld.items()},
        findings=tuple(
            replace(one, file=redact(one.file), position=redact(one.position))
            for one in reading.findings
        ),
        inapplicable=tuple(replace(one, reason=redact(one.reason)) for one in reading.inapplicable),
        files=tuple(map(redact, reading.files)),
    )


def redact_error(error: SourceError) -> SourceError:
    """Return the error with its message redacted in the same way."""
    return SourceError(error.kind, _audit().redact(str(error)))


@cache
def _audit() -> "Audit":
    # Imported when the first source has been read: a command starts sooner by its patterns.
    from exporter.privacy import Audit  # noqa: PLC0415

    return Audit()
