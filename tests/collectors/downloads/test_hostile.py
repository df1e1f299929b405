"""Answers that no registry gives, from a server that a test says word by word what to say."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from exporter.collectors.downloads import Settings, collect
from exporter.model import Context, ErrorClass, Reading, SourceError
from tests.collectors.downloads.registries import PUBLISHED, WEEK, at, counted, daily, plan_with

NPM: dict[str, dict[str, Any]] = {
    "/downloads/point/last-week/caro": {
        "downloads": 9,
        "start": "2026-01-24",
        "end": "2026-01-30",
        "package": "caro",
    },
    "/versions/caro/last-week": {"package": "caro", "downloads": {"1.1.0": WEEK, "1.0.0": 5}},
    "/downloads/range/2026-01-24:2026-01-30/caro": {
        "start": "2026-01-24",
        "end": "2026-01-30",
        "package": "caro",
        "downloads": [{"day": f"2026-01-{24 + n}", "downloads": 10 * (n + 1)} for n in range(7)],
    },
}
PYPI: dict[str, dict[str, Any]] = {
    "/api/packages/caro/overall": {
        "package": "caro",
        "type": "overall_downloads",
        "data": [
            {"category": "without_mirrors", "date": f"2026-01-{24 + n}", "downloads": 10 * (n + 1)}
            for n in range(7)
        ],
    }
}
POINT, VERSIONS, RANGE = NPM
(OVERALL,) = PYPI
ANSWERS = {"npm": NPM, "pypi": PYPI}

Change = Callable[[dict[str, Any]], object]
CASES: list[tuple[str, str, str, Change]] = [
    ("npm", POINT, "another package", lambda one: one.update(package="other")),
    ("npm", POINT, "no package", lambda one: one.pop("package")),
    ("npm", POINT, "eight days", lambda one: one.update(end="2026-01-31")),
    ("npm", POINT, "back to front", lambda one: one.update(end="2026-01-18")),
    ("npm", POINT, "no day", lambda one: one.update(start="last week")),
    ("npm", VERSIONS, "another package", lambda one: one.update(package="carol")),
    ("npm", VERSIONS, "a list", lambda one: one.update(downloads=[1])),
    ("npm", VERSIONS, "negative", lambda one: one["downloads"].update({"1.1.0": -1})),
    ("npm", VERSIONS, "half", lambda one: one["downloads"].update({"1.1.0": 1.5})),
    ("npm", VERSIONS, "text", lambda one: one["downloads"].update({"1.1.0": "9"})),
    ("npm", VERSIONS, "huge", lambda one: one["downloads"].update({"1.1.0": 10**14})),
    ("npm", VERSIONS, "null elsewhere", lambda one: one["downloads"].update({"1.0.0": None})),
    ("npm", RANGE, "another package", lambda one: one.update(package="caro2")),
    ("npm", RANGE, "negative", lambda one: one["downloads"][2].update(downloads=-1)),
    ("npm", RANGE, "a number", lambda one: one.update(downloads=WEEK)),
    ("npm", RANGE, "to come", lambda one: one["downloads"][2].update(day="2026-02-24")),
    ("npm", RANGE, "twice", lambda one: one["downloads"][2].update(day="2026-01-24")),
    ("pypi", OVERALL, "another package", lambda one: one.update(package="caro-cli")),
    ("pypi", OVERALL, "another kind", lambda one: one.update(type="recent_downloads")),
    ("pypi", OVERALL, "no rows", lambda one: one.pop("data")),
    ("pypi", OVERALL, "negative", lambda one: one["data"][2].update(downloads=-1)),
    ("pypi", OVERALL, "no category", lambda one: one["data"][2].pop("category")),
    ("pypi", OVERALL, "to come", lambda one: one["data"][2].update(date="2099-01-01")),
    ("pypi", OVERALL, "twice", lambda one: one["data"][2].update(date="2026-01-24")),
]


def read(
    server: HTTPServer, context: Context, registry: str, answers: dict[str, dict[str, Any]]
) -> Reading:
    for path, answer in answers.items():
        server.expect_request(path).respond_with_json(answer)
    settings = Settings.model_validate({"url": server.url_for(""), "published": PUBLISHED})
    now = at(7, "09:00")
    package = (registry, "caro")
    return collect(settings, replace(context, now=now, plan=plan_with(None), package=package))


def copy_of(registry: str) -> dict[str, dict[str, Any]]:
    copied: dict[str, dict[str, Any]] = json.loads(json.dumps(ANSWERS[registry]))
    return copied


@pytest.mark.parametrize("registry", ANSWERS)
def test_the_unchanged_answers_are_a_whole_week(
    httpserver: HTTPServer, context: Context, registry: str
) -> None:
    assert counted(read(httpserver, context, registry, copy_of(registry))) == (WEEK, 7)


@pytest.mark.parametrize(
    ("registry", "path", "change"),
    [pytest.param(a, b, d, id=f"{a} {b}: {c}") for a, b, c, d in CASES],
)
def test_what_cannot_be_is_refused_as_a_whole(
    httpserver: HTTPServer, context: Context, registry: str, path: str, change: Change
) -> None:
    answers = copy_of(registry)
    change(answers[path])
    with pytest.raises(SourceError) as caught:
        read(httpserver, context, registry, answers)
    assert caught.value.kind is ErrorClass.MALFORMED


@pytest.mark.parametrize("registry", ANSWERS)
def test_order_and_repetition_of_rows_do_not_matter(
    httpserver: HTTPServer, context: Context, registry: str
) -> None:
    answers = copy_of(registry)
    for answer in answers.values():
        for key in ("data", "downloads"):
            if isinstance(answer.get(key), list):
                answer[key] = answer[key][::-1] * 2
    reading = read(httpserver, context, registry, answers)
    assert counted(reading) == (WEEK, 7)
    assert list(daily(reading).values()) == [10, 20, 30, 40, 50, 60, 70]


def test_mirrors_do_not_count_although_the_service_sends_them(
    httpserver: HTTPServer, context: Context
) -> None:
    answers = copy_of("pypi")
    rows = answers[OVERALL]["data"]
    rows += [row | {"category": "with_mirrors", "downloads": 999} for row in rows]
    assert counted(read(httpserver, context, "pypi", answers)) == (WEEK, 7)


def test_a_day_that_npm_leaves_out_is_not_counted_and_no_zero(
    httpserver: HTTPServer, context: Context
) -> None:
    answers = copy_of("npm")
    del answers[RANGE]["downloads"][3]
    reading = read(httpserver, context, "npm", answers)
    assert list(daily(reading)) == ["2026-01-24", "2026-01-25", "2026-01-26"]
    (why,) = reading.inapplicable
    assert why.reason == "npm has counted 3 of 7 days"
