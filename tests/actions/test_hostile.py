"""Hostile names and titles through all that a workflow is told: none comes alive, none is lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.actions import Outcome
from exporter.actions.annotations import MOST, annotate
from exporter.actions.commands import foreign
from exporter.actions.commands import say as say_line
from exporter.actions.job import Job
from exporter.actions.outputs import outputs, render
from exporter.actions.summary import LIMIT, NOTE, cut, summarize
from exporter.gate.decision import Cause, Decision
from exporter.gate.report import Report
from exporter.gate.verdicts import Outcome as Word
from exporter.inert import inert
from exporter.model import Verdict
from tests.actions.runner import obeyed, parse_outputs
from tests.gate.hostile import TEXTS, say
from tests.gate.test_output import OURS, TEXT, show, words

HOSTILE = (
    *TEXTS,
    "%0A::set-output name=decision::GO",
    "%0a::error::x",
    "x%0D%0A::stop-commands::x",
    "x,file=release.yaml,line=1::y",
    "::error title=x::y",
    "end\ndecision=GO",
    "decision<<x\nGO\nx",
    "##[set-env name=PATH]x",
    "::save-state name=isPost::true",
    "::add-path::/tmp",
)
CALM = Outcome([say("calm")], 3)
DELIMITER = 64


@pytest.mark.parametrize("text", HOSTILE, ids=lambda one: show(one) if one in TEXTS else repr(one))
def test_a_workflow_obeys_our_annotations_alone(text: str) -> None:
    for outcome in (Outcome([say(text)], 3), Outcome([], 2, (text, text))):
        lines = annotate(outcome)
        found = obeyed("\n".join(lines).split("\n"))
        assert len(found) == len(lines) <= MOST
        assert {one.name for one in found} == {"error"}
        assert all(one.properties.keys() == {"title"} for one in found)
        told = "".join(one.message + one.properties["title"] for one in found)
        assert [one for one in told if not one.isprintable()] == []
        assert shown(text) in "".join(told.split())


def shown(text: str) -> str:
    """Return what is seen of the text where a build's log is spoken to."""
    return "".join(words(text).replace("##", "# #").split())[:15]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda one: show(one) if one in TEXTS else repr(one))
def test_the_outputs_stay_what_they_are(text: str) -> None:
    outcome = Outcome([say(text)], 3)
    written = render(outputs(outcome))
    found = parse_outputs(written)
    assert found == outputs(outcome)
    assert found.keys() == outputs(CALM).keys()
    assert (found["decision"], found["status"], found["unknown"]) == ("UNKNOWN", "CANNOT TELL", "1")
    assert found["reasons"].count("\n") == outputs(CALM)["reasons"].count("\n")
    assert [one for one in written if not one.isprintable() and one != "\n"] == []
    assert obeyed(found["reasons"].split("\n")) == []
    assert json.loads(found["badge"]).keys() == json.loads(outputs(CALM)["badge"]).keys()


def test_nothing_that_is_printed_as_foreign_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), foreign():
        break_off()
    say_line("::debug::again")
    printed = capsys.readouterr().out
    assert "::error::all is well" in printed
    assert [one.message for one in obeyed(printed.split("\n"))] == ["again"]


def break_off() -> None:
    for text in HOSTILE:
        say_line(text)
    raise KeyError


def test_nobody_can_guess_what_ends_an_output() -> None:
    ends = {line.partition("<<")[2] for _ in range(9) for line in render({"a": ""}).split("\n")}
    assert len(ends - {""}) == 9
    assert all(len(end) >= DELIMITER for end in ends - {""})


@pytest.mark.parametrize("text", HOSTILE, ids=lambda one: show(one) if one in TEXTS else repr(one))
def test_a_mistake_is_text_in_the_summary(text: str) -> None:
    for line in summarize(Outcome([], 2, (text,))).split("\n"):
        if line != "## ❔ The gate could not decide":
            assert TEXT.fullmatch(OURS.sub("", line)), line


def many(count: int) -> Report:
    report = say("calm")
    causes = tuple(
        Cause(f"X-{at}", Word(Verdict.UNKNOWN.value), True, f"reason {at}") for at in range(count)
    )
    return replace(report, reasons=causes)


def test_of_too_many_reasons_the_last_annotation_says_how_many_are_left_out() -> None:
    lines = annotate(Outcome([many(100)], 3))
    assert len(lines) == MOST
    last = obeyed(lines)[-1]
    # A decision and 8 reasons are told.
    assert (last.name, last.message) == ("notice", "92 more reasons are in the job's summary")
    assert len(annotate(Outcome([many(MOST - 1)], 3))) == MOST
    reasons = outputs(Outcome([many(100)], 3))["reasons"].split("\n")
    assert (len(reasons), reasons[-1]) == (50, "and 51 more")


def test_the_worst_decision_stands_first_and_conditional_is_an_error_if_strict() -> None:
    good, caveat, bad = (
        replace(say("calm"), project=name, decision=decision, reasons=())
        for name, decision in (
            ("a", Decision.GO),
            ("b", Decision.CONDITIONAL),
            ("c", Decision.NO_GO),
        )
    )
    for strict, level in ((False, "warning"), (True, "error")):
        found = obeyed(annotate(Outcome([good, caveat, bad], 1, strict=strict)))
        assert [(one.name, one.properties["title"]) for one in found] == [
            ("error", "c calm: NO_GO"),
            (level, "b calm: CONDITIONAL"),
            ("notice", "a calm: GO"),
        ]


def test_a_summary_is_cut_at_a_whole_line_and_says_so(tmp_path: Path) -> None:
    outcome = Outcome([many(1)] * 3000, 3)
    whole, kept = summarize(outcome), cut(summarize(outcome))
    assert len(whole.encode()) > LIMIT
    assert len(kept) <= LIMIT
    assert kept.decode().endswith(NOTE)
    lines = kept.decode().removesuffix(NOTE).split("\n")
    assert lines == whole.split("\n")[: len(lines)]
    assert len(kept) > LIMIT - 10_000


def test_what_stands_in_the_summary_already_counts(tmp_path: Path) -> None:
    job = Job(tmp_path / "summary", tmp_path / "output")
    assert job.summary
    job.summary.write_bytes(b"x" * (LIMIT - 300))
    job.take(Outcome([many(9)], 3))
    assert LIMIT - 300 < job.summary.stat().st_size <= LIMIT
    job.summary.write_bytes(b"x" * (LIMIT + 1))
    job.take(Outcome([many(9)], 3))
    assert job.summary.stat().st_size == LIMIT + 1


def test_outside_a_workflow_nothing_is_written() -> None:
    job = Job.of({"GITHUB_OUTPUT": ""})
    assert (job.summary, job.output) == (None, None)
    job.take(CALM)


def test_a_mistake_is_unknown_in_every_output() -> None:
    found = outputs(Outcome([], 2, ("no file",)))
    assert (found["decision"], found["reasons"]) == ("UNKNOWN", "no file")
    assert json.loads(found["badge"])["message"] == "UNKNOWN"
    assert inert(found["badge"]) == found["badge"]
