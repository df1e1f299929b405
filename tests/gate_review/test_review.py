"""What a gate review needs to be complete, and that nobody's signature is lost."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from exporter.final_report.figures import FinalReport
from exporter.gate.document import DocumentError
from exporter.gate_review import output
from exporter.gate_review.keeping import find_milestone, folder_of, keep, signed_in, stem_of
from exporter.gate_review.review import Answer, Result, Review, review_of
from exporter.model import UserError
from exporter.plan import Milestone, Plan
from tests.example import ROOT
from tests.final_report.days import LAST, told
from tests.releases import plan_of

PLAN = plan_of()
GATE = find_milestone(PLAN, "go/no-go")
GO = told([{}])
NO_GO = told([{"QM-1": "fail"}])
WHO = ("Ada Lovelace, Release Manager",)
SIGNED = Answer(Result.SIGNED_OFF, by=WHO)
DELAYED = Answer(Result.DELAYED, "P0 open", LAST + timedelta(days=7), WHO)


@pytest.mark.parametrize(
    ("report", "answer", "fix"),
    [
        (GO, Answer(by=WHO), "say --sign-off or --delay"),
        (GO, Answer(reason="why not"), "say --sign-off or --delay"),
        (GO, Answer(until=LAST), "say --sign-off or --delay"),
        (GO, Answer(Result.SIGNED_OFF), "say who decides"),
        (GO, Answer(Result.DELAYED, "P0 open"), "say who decides"),
        (GO, Answer(Result.DELAYED, by=WHO), "say why the milestone is delayed"),
        (GO, Answer(Result.SIGNED_OFF, "", LAST, WHO), "--until: goes with --delay"),
        (GO, replace(DELAYED, until=LAST), "is not after 2026-01-17"),
        (NO_GO, SIGNED, "the gate says NO_GO; say why it is signed off all the same"),
    ],
)
def test_half_an_answer_is_refused(report: FinalReport, answer: Answer, fix: str) -> None:
    with pytest.raises(UserError, match=fix):
        review_of(report, GATE, answer)


def test_a_go_is_signed_off_without_a_reason_and_anything_else_with_one() -> None:
    assert review_of(GO, GATE, SIGNED).signed
    assert review_of(NO_GO, GATE, replace(SIGNED, reason="a demo only")).reason == "a demo only"
    unknown = told([{"QM-1": "missing"}])
    with pytest.raises(UserError, match="UNKNOWN"):
        review_of(unknown, GATE, SIGNED)


def test_the_record_says_what_was_decided_on() -> None:
    text = output.render(review_of(NO_GO, GATE, DELAYED))
    assert "❌ BLOCKED (NO&#95;GO)" in text
    assert "- **decides**: QM&#45;1&#58; P0 Bugs 1 (0)&#58; BLOCK release until fixed" in text
    assert "| P0 Bugs off target |" in text
    assert "### Delay Decision" in text
    assert "- **Delayed until**: 2026&#45;01&#45;24" in text
    assert "| Ada Lovelace, Release Manager | 2026&#45;01&#45;17 | signed |" in text


def test_a_draft_has_lines_to_sign() -> None:
    text = output.render(review_of(GO, GATE, Answer()))
    assert "- **Outcome**: not decided yet" in text
    assert "| Release Manager&#58; |  |  |" in text


def test_the_json_comes_back_and_follows_its_schema() -> None:
    review = review_of(NO_GO, GATE, DELAYED)
    text = output.dump(review)
    assert output.load(text.encode()) == review
    schema = json.loads((ROOT / "docs" / "review.schema.json").read_text())
    Draft202012Validator(schema).validate(json.loads(text))
    with pytest.raises(DocumentError, match="no gate review: version: missing"):
        output.load(b"{}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path, "caro", "v1.1.0")


def put(folder: Path, review: Review, *, again: bool = False) -> list[Path]:
    return keep(folder, stem_of(PLAN, GATE), review, again=again)


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_a_draft_is_replaced_by_the_next_one(folder: Path) -> None:
    put(folder, review_of(NO_GO, GATE, Answer()))
    put(folder, review_of(GO, GATE, SIGNED))
    assert names(folder) == {"go-no-go.json", "go-no-go.md"}
    assert output.load((folder / "go-no-go.json").read_bytes()).signed


@pytest.mark.parametrize("answer", [Answer(), SIGNED])
def test_a_signed_one_is_never_overwritten(folder: Path, answer: Answer) -> None:
    files = put(folder, review_of(GO, GATE, DELAYED))
    before = [one.read_bytes() for one in files]
    with pytest.raises(UserError, match="is signed already; --again keeps it"):
        put(folder, review_of(GO, GATE, answer))
    assert [one.read_bytes() for one in files] == before


def test_held_again_the_signed_ones_are_all_kept(folder: Path) -> None:
    for _ in range(3):
        put(folder, review_of(GO, GATE, DELAYED), again=True)
    stems = ("go-no-go", "go-no-go.1", "go-no-go.2")
    assert names(folder) == {f"{stem}{end}" for stem in stems for end in (".json", ".md")}


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 2}', b"\xff"])
def test_one_that_cannot_be_read_may_be_signed(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "go-no-go.json").write_bytes(content)
    with pytest.raises(UserError, match="is signed already"):
        put(folder, review_of(GO, GATE, SIGNED))
    put(folder, review_of(GO, GATE, SIGNED), again=True)
    assert (folder / "go-no-go.1.json").read_bytes() == content


def test_the_reports_sign_off_lists_what_was_signed_of_this_release(
    tmp_path: Path, folder: Path
) -> None:
    assert list(signed_in(tmp_path, "caro", "v1.1.0")) == []
    put(folder, review_of(GO, GATE, DELAYED))
    put(folder, review_of(GO, GATE, SIGNED), again=True)
    keep(folder, "release", review_of(GO, PLAN.milestones[-1], Answer()), again=False)
    stranger = replace(review_of(GO, GATE, SIGNED), release="v9")
    keep(folder, "stranger", stranger, again=False)
    (one,) = signed_in(tmp_path, "caro", "v1.1.0")
    assert (one.milestone, one.outcome, one.by) == ("go/no-go", "signed off", WHO)


@pytest.mark.parametrize("name", ["..", ".", "", "/etc", "a/b", "a\0b", "a\nb"])
def test_no_name_leads_out_of_the_storage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="is no name"):
        folder_of(tmp_path, name, "v1")
    assert list(signed_in(tmp_path, "caro", name)) == []


def test_a_milestone_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(UserError, match="no milestone 'launch'; there are planning, recruitment"):
        find_milestone(PLAN, "launch")


def test_two_milestones_never_share_a_file() -> None:
    rows = [Milestone(name, date(2026, 1, 1)) for name in ("Go/No-Go", "go no go", "…", "?")]
    plan = Plan(tuple(rows), PLAN.zone)
    assert [stem_of(plan, one) for one in rows] == [
        "go-no-go",
        "go-no-go-2",
        "milestone",
        "milestone-2",
    ]
