"""Every address of the API: what is served, and what is described, in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from exporter.api import badge, documents, shapes
from exporter.api.documents import Asked, of_release
from exporter.gate.decision import Decision
from exporter.gate.document import Bundle, write
from exporter.gate.report import Report

ROOT = "/api/v1"
RELEASE = f"{ROOT}/releases/{{project}}/{{release}}"

JSON, SVG, PROBLEM = "application/json", "image/svg+xml", "application/problem+json"

# A copy may be kept if it is asked about each time; a decision may not be kept at all.
REVALIDATED, OF_NOW = "no-cache", "no-store"
# Those who do not ask again, as some image proxies, show a badge for a minute.
BRIEFLY = "no-cache, max-age=60"

NO_RELEASE = "no such release is under preparation"


@dataclass(frozen=True, slots=True)
class Operation:
    """One address: what it is called, and what makes its answer; None is 404.

    `shape` is the answer's; without one it is a text of the type `media`. `absent` takes the place
    of the problem that says why there is none, `missing`. What is made `of_files` is made anew.
    """

    name: str
    path: str
    summary: str
    make: Callable[[Asked], Any]
    shape: Any = None
    media: str = JSON
    caching: str = REVALIDATED
    missing: str = ""
    of_files: bool = False
    absent: Callable[[], str] | None = None

    def answer(self, asked: Asked) -> str | None:
        """Return the text of the answer; None where there is none."""
        content = self.make(asked)
        if content is None or self.shape is None:
            text: str | None = content
            return text
        return write(_adapter(self.shape).dump_python(content, mode="json", by_alias=True))


OPERATIONS = (
    Operation(
        "listReleases",
        f"{ROOT}/releases",
        "Every release under preparation, with phase and decision.",
        documents.list_releases,
        shapes.Releases,
    ),
    Operation(
        "getRelease",
        RELEASE,
        "One release: phase, milestones, decision with its reasons, waivers.",
        of_release(documents.get_release),
        shapes.ReleaseDocument,
        missing=NO_RELEASE,
    ),
    Operation(
        "listMetrics",
        f"{RELEASE}/metrics",
        "Its verdicts: value, n, unit, target, due date, age and evidence of each metric.",
        of_release(documents.list_metrics),
        shapes.MetricsDocument,
        missing=NO_RELEASE,
    ),
    Operation(
        "listSources",
        f"{RELEASE}/sources",
        "The health of its sources: last reading, errors, what was rejected and why.",
        of_release(documents.list_sources),
        shapes.SourcesDocument,
        missing=NO_RELEASE,
    ),
    Operation(
        "listRecords",
        f"{RELEASE}/records",
        "The days of which a record is kept, also of a release that is over.",
        documents.list_records,
        shapes.RecordsDocument,
        missing="no such release is known",
        of_files=True,
    ),
    Operation(
        "getRecord",
        f"{RELEASE}/records/{{day}}",
        "The record of one day: the gate's document as it was.",
        documents.get_record,
        Report,
        missing="there is no record of that day, or none that can be believed",
        of_files=True,
    ),
    Operation(
        "getGates",
        f"{ROOT}/gate",
        "The gate's decision on every release now, and the worst of them.",
        documents.get_gates,
        Bundle,
        caching=OF_NOW,
    ),
    Operation(
        "getGate",
        f"{RELEASE}/gate",
        "The gate's decision on one release now, with all that it was made on.",
        of_release(documents.get_gate),
        Report,
        caching=OF_NOW,
        missing=NO_RELEASE,
    ),
    Operation(
        "drawBadge",
        f"{RELEASE}/badge.svg",
        "The decision as a badge; unknown is grey, and so is a release that is not there.",
        of_release(documents.draw_badge),
        media=SVG,
        caching=BRIEFLY,
        missing="a grey badge that says UNKNOWN",
        absent=lambda: badge.draw("", Decision.UNKNOWN),
    ),
    Operation(
        "getBadge",
        f"{RELEASE}/badge.json",
        "The decision in the format of Shields' endpoint badges.",
        of_release(documents.get_badge),
        shapes.ShieldsBadge,
        caching=BRIEFLY,
        missing=NO_RELEASE,
    ),
)

DESCRIPTION = f"{ROOT}/openapi.json"


def problem(status: int, title: str, detail: str) -> str:
    """Return the document of an error."""
    content = shapes.Problem("about:blank", title, status, detail)
    return write(_adapter(shapes.Problem).dump_python(content, mode="json"))


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
