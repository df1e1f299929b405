"""What the API tells of a release, against what the plan and the gate say."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.api.documents import Asked
from exporter.api.operations import OPERATIONS
from exporter.gate.document import dump, load
from exporter.gate.reporting import report_of
from exporter.moment import Moment
from exporter.records.layout import Records
from exporter.records.writing import record
from exporter.view import ReleaseView
from tests.gate.cases import build
from tests.releases import NOW, best_states, plan_of, release_of, view_of

BY_NAME = {one.name: one for one in OPERATIONS}
RELEASE = release_of(plan_of())


def text_of(name: str, records: Records | None = None, **which: str) -> str | None:
    moment = Moment(view_of(RELEASE, best_states()), NOW)
    meant = {"project": "caro", "release": "v1.1.0"} | which
    return BY_NAME[name].answer(Asked(moment, lambda *_: records, **meant))


def ask(name: str, records: Records | None = None, **which: str) -> Any:
    text = text_of(name, records, **which)
    return json.loads(text) if text else None


def test_the_list_has_each_release_and_each_file_that_describes_none() -> None:
    view = view_of(RELEASE, best_states())
    broken = replace(view, mistakes={"b.yaml": "b.yaml: no\nb.yaml: neither"})
    text = BY_NAME["listReleases"].answer(Asked(Moment(broken, NOW), lambda *_: None))
    found = json.loads(text or "")
    assert [(x["project"], x["release"], x["phase"]) for x in found["releases"]] == [
        ("caro", "v1.1.0", "beta")
    ]
    assert found["invalid_files"] == [
        {"file": "b.yaml", "mistakes": ["b.yaml: no", "b.yaml: neither"]}
    ]


def test_a_milestone_is_finished_overdue_or_ahead_by_so_many_days() -> None:
    plan = plan_of()
    late = replace(plan.milestones[2], actual=plan.milestones[2].planned + timedelta(days=2))
    overdue = replace(plan.milestones[3], planned=date(2026, 1, 14), actual=None)
    moved = replace(plan, milestones=(late, overdue, *plan.milestones[4:]))
    view = view_of(release_of(moved), best_states())
    asked = Asked(Moment(view, NOW), lambda *_: None, "caro", "v1.1.0")
    found = json.loads(BY_NAME["getRelease"].answer(asked) or "")
    rows = [(x["name"], x["state"], x["days_late"]) for x in found["milestones"]]
    assert rows[:4] == [
        ("preflight", "finished", 2),
        ("beta start", "overdue", 3),
        ("beta end", "ahead", 0),
        ("analysis", "ahead", -2),
    ]


def test_metrics_and_sources_are_those_of_the_gate_s_document() -> None:
    gate = json.loads(dump(report_of(view_of(RELEASE, best_states()).releases[0], NOW)))
    assert ask("listMetrics")["metrics"] == gate["verdicts"]
    assert ask("listSources")["sources"] == gate["sources"]
    release = ask("getRelease")
    for key in ("decision", "reasons", "problems", "phase", "beta_day", "day"):
        assert release[key] == gate[key]
    assert sum(release["verdicts"].values()) == len(gate["verdicts"])


def test_a_metric_without_a_value_is_null_and_unknown() -> None:
    states = best_states()
    del states["tests"]
    asked = Asked(Moment(view_of(RELEASE, states), NOW), lambda *_: None, "caro", "v1.1.0")
    found = json.loads(BY_NAME["listMetrics"].answer(asked) or "")["metrics"]
    (line,) = [one for one in found if one["key"] == "QM-4"]
    assert (line["value"], line["user_value"], line["verdict"]) == (None, None, "unknown")
    shields = json.loads(BY_NAME["getBadge"].answer(asked) or "")
    assert (shields["message"], shields["color"]) == ("UNKNOWN", "5f6368")


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_another_release_has_no_answer(one: Any) -> None:
    if "{release}" in one.path:
        assert text_of(one.name, release="v9") is None
        assert text_of(one.name, project="other") is None


def kept(folder: Path) -> Records:
    records = Records.of(folder, "caro", "v1.1.0")
    release, states = build({})
    record(records, report_of(ReleaseView(release, states), NOW))
    return records


def test_a_day_s_record_is_the_document_that_was_kept(tmp_path: Path) -> None:
    records = kept(tmp_path)
    assert ask("listRecords", records)["days"] == ["2026-01-17"]
    text = text_of("getRecord", records, day="2026-01-17")
    assert text == records.verdicts(date(2026, 1, 17)).read_text()
    assert load(text).decision == "GO"


@pytest.mark.parametrize(
    "day", ["2026-01-18", "20260117", "2026-W03-6", "", "../2026-01-17", "2026-01-17\n", "x" * 9999]
)
def test_a_day_without_a_record_or_no_day_at_all_has_no_answer(tmp_path: Path, day: str) -> None:
    assert text_of("getRecord", kept(tmp_path), day=day) is None


def test_a_record_that_was_changed_is_not_passed_on(tmp_path: Path) -> None:
    records = kept(tmp_path)
    file = records.verdicts(date(2026, 1, 17))
    file.write_text(file.read_text().replace('"decision": "GO"', '"decision": "NO_GO"'))
    assert text_of("getRecord", records, day="2026-01-17") is None
