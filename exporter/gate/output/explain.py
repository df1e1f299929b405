"""One verdict with all that it was made from."""

from collections.abc import Iterator
from datetime import datetime

from exporter.gate.output.wording import age, local, moment
from exporter.gate.report import Report, SourceLine
from exporter.gate.verdicts import Fact, Line, word
from exporter.gate.waivers import STATE_WORDS
from exporter.inert import plain
from exporter.model import LISTED_REJECTIONS, UserError


def render(report: Report, key: str) -> str:
    """Return the explanation as text; raises UserError that names the known keys."""
    line = report.line(key)
    if line is None:
        known = ", ".join(one.key for one in report.verdicts) or "none"
        raise UserError(f"--explain: {plain(report.name)} has no {key!r}; there are {plain(known)}")
    rows = [*_verdict(report, line), *_source(report, line)]
    width = max(len(name) for name, _ in rows)
    head = plain(f"{report.name}   {moment(report)}")
    body = (f"  {plain(name):<{width}}  {plain(text)}".rstrip() for name, text in rows)
    return "\n".join([head, plain(f"{line.key} {line.title}: {word(line)}"), *body]) + "\n"


def _verdict(report: Report, line: Line) -> Iterator[tuple[str, str]]:
    value = "" if line.value is None else f"   {line.value!r} in base units"
    yield "value", line.shown + value
    bound = "" if line.target_value is None else f"   {line.target_value!r} in base units"
    yield "target", line.target + bound
    yield "verdict", f"{word(line)}: {line.reason}"
    yield "blocks", "its fail blocks the release" if line.blocking else "it does not block alone"
    begins = _time(report, line.due_from) or "the beginning"
    yield "due", f"{'yes' if line.due else 'no'}, from {begins}"
    yield "n", "not known" if line.n is None else f"{line.n:,}"
    facts = _time(report, line.observed) or "no time is known"
    yield "facts", f"{facts}{f', {age(line)} old' * bool(age(line))}"
    yield "computed", line.evidence or "there is no value"
    for fact in line.facts:
        yield "input", _fact(fact)
    if line.metric == "QM-3" and report.privacy_since:
        yield "since", report.privacy_since.evidence
    for one in report.waivers:
        if one.metric == line.key:
            said = f"{one.owner}: {one.reason} ({one.link})"
            yield "waiver", f"{STATE_WORDS[one.state]}, expires {one.expires}; {said}"
    for cause in report.reasons:
        if cause.key == line.key and cause.decides:
            yield "decides", f"{report.decision}, with others or alone"


def _fact(fact: Fact) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(fact.labels.items()))
    n = "" if fact.n is None else f" n={fact.n:,}"
    return f"{fact.gauge}{f'{{{labels}}}' * bool(labels)} {fact.value!r}{n}"


def _source(report: Report, line: Line) -> Iterator[tuple[str, str]]:
    source = next((one for one in report.sources if one.name == line.source), None)
    if source is None:
        yield "source", f"{line.source}: not there"
        return
    yield "source", f"{source.name}: {source.state}{f': {source.why}' * bool(source.why)}"
    newest = _time(report, source.facts_from) or "unknown"
    yield "read", f"{_time(report, source.succeeded) or 'never'}, newest fact {newest}"
    if source.read is not None:
        yield "items", f"{source.read:,} read, {sum(source.rejected.values()):,} rejected"
    yield from _items(source, findings=line.metric == "QM-3")


def _time(report: Report, time: datetime | None) -> str:
    """Return the time where the release lives; empty for none."""
    return f"{local(report, time):%Y-%m-%d %H:%M:%S %Z}" if time else ""


def _items(source: SourceLine, *, findings: bool) -> Iterator[tuple[str, str]]:
    for file in source.files:
        yield "file", file
    if len(source.files) == LISTED_REJECTIONS:
        yield "file", "…"
    for reason, count in source.rejected.items():
        yield "rejected", f"{reason}: {count:,}"
    for one in source.rejections:
        place = f"{one.file}: {one.position}" if one.position else one.file
        yield "item", f"{place}: {one.message} ({one.reason})"
    for finding in source.findings if findings else ():
        yield "finding", f"{finding.file}: {finding.position}: {finding.rule}"
