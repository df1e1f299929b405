"""The last door before anything a source said is kept, shown or logged: no personal data passes.

Collectors quote no content; file names and labels still come from outside.
"""

from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from exporter.model import Reading, Sample, SourceError

if TYPE_CHECKING:
    from exporter.privacy import Audit

# Longer texts are looked through each time: what is remembered must stay small.
SHORT = 200


def redact_reading(reading: Reading) -> Reading:
    """Return the reading with every finding of the built-in privacy rules replaced by its name."""
    return replace(
        reading,
        samples=tuple(map(_redact_sample, reading.samples)),
        rejections=tuple(
            replace(
                one,
                file=_redact(one.file),
                position=_redact(one.position),
                message=_redact(one.message),
            )
            for one in reading.rejections
        ),
        withheld={gauge: _redact(why) for gauge, why in reading.withheld.items()},
        findings=tuple(
            replace(one, file=_redact(one.file), position=_redact(one.position))
            for one in reading.findings
        ),
        inapplicable=tuple(
            replace(one, reason=_redact(one.reason)) for one in reading.inapplicable
        ),
        files=tuple(map(_redact, reading.files)),
    )


def redact_error(error: SourceError) -> SourceError:
    """Return the error with its message redacted in the same way."""
    return SourceError(error.kind, _redact(str(error)))


def _redact_sample(sample: Sample) -> Sample:
    labels = tuple((name, _redact(value)) for name, value in sample.labels)
    evidence = _redact(sample.evidence)
    if (labels, evidence) == (sample.labels, sample.evidence):
        return sample
    return replace(sample, labels=labels, evidence=evidence)


def _redact(text: str) -> str:
    return _redact_short(text) if len(text) <= SHORT else _audit().redact(text)


# Most of what a source says, it has said in its last run.
@lru_cache(maxsize=4096)
def _redact_short(text: str) -> str:
    return _audit().redact(text)


@cache
def _audit() -> "Audit":
    # Imported when the first source has been read: a command starts sooner by its patterns.
    from exporter.privacy import Audit  # noqa: PLC0415

    return Audit()
