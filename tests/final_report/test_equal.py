"""The example's figures in Markdown, HTML, JSON and /metrics: equal, all of them."""

import html
import json
import os
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition.publisher import ViewCollector
from exporter.final_report.figures import FinalReport
from exporter.final_report.history import Kept
from exporter.final_report.making import Material, final_report
from exporter.final_report.output import FORMS, tables
from exporter.freshness import SourceState
from exporter.gate.reporting import report_of
from exporter.release import Waiver
from exporter.view import ReleaseView
from tests.example import EXAMPLE, KEYS, ROOT, VALUES, files_of, read_example
from tests.final_report.reading import Read, markdown_tables, page_tables
from tests.releases import LIMITS, view_of

NOW = datetime(2026, 1, 18, 20, tzinfo=UTC)
DAY = timedelta(days=1)

# A day later nobody has finished the beta.
SHOWN = VALUES | {"PM-4": "1 day late"}

Series = dict[str, list[tuple[dict[str, str], float]]]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> ReleaseView:
    folder = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("clone") / "example")
    for file in files_of(folder).values():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    release, readings = read_example(folder / "release.yaml", NOW, tmp_path_factory.mktemp("state"))
    waiver = Waiver("QM-2", "known", "https://example.org/1", "Lead", NOW.date() + DAY)
    states = {name: SourceState(LIMITS, one, NOW, NOW, 0.1) for name, one in readings.items()}
    return ReleaseView(replace(release, waivers=(waiver,)), states)


@pytest.fixture(scope="module")
def report(view: ReleaseView) -> FinalReport:
    """Return the example's report, with records of two days before and of a release before it."""
    today = report_of(view, NOW)
    earlier = tuple(report_of(view, NOW - back * DAY) for back in (2, 1))
    old = replace(report_of(view, NOW - 9 * DAY), release="v1.0.0")
    kept = {("caro", "v1.1.0"): Kept(earlier), ("caro", "v1.0.0"): Kept((old,))}
    return final_report(Material(today, view.release.plan, kept))


@pytest.fixture(scope="module")
def metrics(view: ReleaseView) -> Series:
    registry = CollectorRegistry()
    registry.register(ViewCollector(lambda: view_of(view.release, dict(view.states)), lambda: NOW))
    found: Series = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


@pytest.fixture(scope="module")
def document(report: FinalReport) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FORMS["json"](report))
    return content


@pytest.fixture(scope="module")
def in_markdown(report: FinalReport) -> list[Read]:
    return markdown_tables(FORMS["markdown"](report))


@pytest.fixture(scope="module")
def in_page(report: FinalReport) -> list[Read]:
    return page_tables(FORMS["html"](report))


def rows_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for section in document["sections"] for row in section["rows"]}


def of(found: Series, name: str, **labels: str) -> list[float]:
    return [value for own, value in found.get(name, ()) if labels.items() <= own.items()]


@pytest.mark.parametrize("key", KEYS)
def test_json_has_what_metrics_has(document: dict[str, Any], metrics: Series, key: str) -> None:
    row = rows_of(document)[key]
    assert row["actual"] == SHOWN[key]
    assert of(metrics, row["gauge"], **row["labels"]) == [row["value"]]
    about = {"metric": key[:4]} | (row["labels"] if "/" in key else {})
    assert of(metrics, "release_metric_observations", **about) == [row["n"]]
    judged = row["replaces"] or row["verdict"]
    assert of(metrics, "release_metric_verdict", verdict=judged, **about) == [1]
    (target,) = (
        own["target"] for own, _ in metrics["release_metric_info"] if about.items() <= own.items()
    )
    assert row["target"] == target


def test_json_has_the_decision_of_metrics(document: dict[str, Any], metrics: Series) -> None:
    assert of(metrics, "release_gate_decision", decision=document["decision"]) == [1]
    waived = sum(row["verdict"] == "waived" for row in rows_of(document).values())
    assert of(metrics, "release_gate_reasons", verdict="waived") == [waived] == [1]


@pytest.mark.parametrize("key", [*KEYS, "EM-5"])
def test_markdown_and_page_have_the_row_of_json(
    document: dict[str, Any], in_markdown: list[Read], in_page: list[Read], key: str
) -> None:
    row = rows_of(document)[key]
    shown = (row["name"], row["target"], row["actual"])
    for read in (in_markdown, in_page):
        (found,) = (
            one
            for table in read
            if table[0] == tables.METRIC
            for one in table[1:]
            if one[0] == row["name"]
        )
        assert found[:3] == shown
        assert found[3].partition(" ")[2] == row["status"]


def test_every_table_of_the_markdown_is_in_the_page_cell_by_cell(
    in_markdown: list[Read], in_page: list[Read]
) -> None:
    assert len(in_markdown) >= 15
    assert [table for table in in_markdown if table not in in_page] == []


def test_history_score_and_comparison_are_those_of_json(
    document: dict[str, Any], in_markdown: list[Read]
) -> None:
    by_day = next(one for one in in_markdown if one[0][:3] == ("Day", "Record", "Decision"))
    days = document["history"]["days"]
    assert [row[:3] for row in by_day[1:]] == [
        (one["day"], one["source"], one["decision"]) for one in days
    ]
    assert [sum(map(int, row[3:])) for row in by_day[1:]] == [17, 17, 17]
    quality = next(one for one in in_markdown if one[0][:3] == ("Day", "P0 Bugs", "Success Rate"))
    (series,) = (one for one in document["history"]["series"] if one["key"] == "QM-2")
    assert [row[2].split()[0] for row in quality[1:]] == [x["shown"] for x in series["points"]]
    scores = next(one for one in in_markdown if one[0][:2] == ("Tier", "Points"))
    assert [float(row[2]) for row in scores[1:]] == [
        x["earned"] for x in document["score"]["tiers"]
    ]
    compared = next(one for one in in_markdown if one[0][1] == "Previous: v1.0.0")
    assert [row[1] for row in compared[1:]] == [
        one["previous"] for one in document["comparison"]["rows"]
    ]


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_what_stands_outside_the_tables_is_that_of_json_too(
    report: FinalReport, document: dict[str, Any], form: str
) -> None:
    text = html.unescape(re.sub(r"<[^>]+>", "", FORMS[form](report))).replace("\u200b", "")
    words = " ".join(text.split())
    for said in (
        document["score"]["shown"],
        document["score"]["rest"],
        document["score"]["formula"],
        document["release_date"],
        document["success"],
        f"{document['on_target']} of {document['due']}",
        *(one["text"] for one in document["insights"]),
        *(one["text"] for one in document["reasons"]),
    ):
        assert " ".join(said.split()) in words


def test_each_chart_shows_the_values_of_json(report: FinalReport, document: dict[str, Any]) -> None:
    page = FORMS["html"](report)
    for series in document["history"]["series"]:
        known = [one for one in series["points"] if one["value"] is not None]
        first, last = known[0], known[-1]
        alt = f"{first['shown']} on {first['day']}, {last['shown']} on {last['day']}"
        assert (alt in html.unescape(page)) == (len(known) > 1)


@pytest.mark.parametrize("days", [0, 2])
def test_the_json_follows_its_schema(view: ReleaseView, report: FinalReport, days: int) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text())
    told = report if days else final_report(Material(report_of(view, NOW)))
    Draft202012Validator(schema).validate(json.loads(FORMS["json"](told)))
