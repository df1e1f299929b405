"""A gate review as Markdown for people, and as JSON for programs."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from exporter.final_report.fragments import criteria
from exporter.final_report.output import tables
from exporter.final_report.output.markdown import against, write
from exporter.gate.document import DocumentError
from exporter.gate.document import write as write_json
from exporter.gate_review.review import Result, Review
from exporter.inert import inert
from exporter.markup import markdown, markdown_table


def dump(review: Review) -> str:
    """Return the review as JSON; its schema is docs/review.schema.json."""
    return write_json(_adapter().dump_python(review, mode="json"))


def load(text: bytes) -> Review:
    """Return the review that the JSON holds; raises DocumentError without its content."""
    try:
        return _adapter().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DocumentError(f"no gate review: {inert(where, 100)}: {first['type']}") from None


def schema() -> dict[str, Any]:
    """Return the JSON schema."""
    return _adapter().json_schema(mode="serialization")


@cache
def _adapter() -> TypeAdapter[Review]:
    return TypeAdapter(Review)


def render(review: Review) -> str:
    """Return the record as Markdown."""
    return "\n".join(_lines(review))


def _lines(review: Review) -> Iterator[str]:
    yield f"# {markdown(f'Gate Review: {review.milestone}, {review.project} {review.release}')}\n"
    yield f"- **Milestone**: {markdown(review.milestone)}, planned for {markdown(_dates(review))}"
    yield f"- **Figures as of**: {markdown(f'{review.moment}, phase {review.phase}')}"
    yield f"- **Decision of the gate**: {review.overall} ({markdown(review.decision)})"
    yield f"- **Quality score**: {markdown(review.score)}"
    yield f"- **Outcome**: {markdown(review.result.value)}\n"
    yield "## All Metrics Against Targets\n"
    for section in review.sections:
        yield from write(tables.metrics(section), level=3)
    yield "## Go/No-Go Criteria\n"
    yield from criteria(review.rows)
    yield ""
    yield from against(review.reasons)
    yield from write(tables.risks(review.risks), "None: every metric that is due passes.")
    yield from write(tables.waivers(review.waivers), "None.")
    yield from _documentation(review)


def _dates(review: Review) -> str:
    return f"{review.planned}, " + (
        f"finished {review.actual}" if review.actual else "not finished"
    )


def _documentation(review: Review) -> Iterator[str]:
    titles = {Result.SIGNED_OFF: "Milestone Sign-off", Result.DELAYED: "Delay Decision"}
    yield "## Decision Documentation\n"
    yield f"### {titles.get(review.result, 'Milestone Sign-off or Delay Decision')}\n"
    yield f"- **Outcome**: {markdown(review.result.value)}"
    yield f"- **Reason**: {markdown(review.reason or 'none was given')}"
    if review.result is Result.DELAYED:
        until = str(review.until) if review.until else "unknown: no new date was given"
        yield f"- **Delayed until**: {markdown(until)}"
    yield ""
    names = review.by or tables.ROLES
    signature = (str(review.day), "signed") if review.signed else ("", "")
    rows = ((who, *signature) for who in names)
    yield from markdown_table(("Name and role", "Date", "Signature"), rows)
