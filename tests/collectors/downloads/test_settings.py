import threading
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.catalog import CATALOG
from exporter.collectors import downloads
from exporter.collectors.downloads import Settings, collect
from exporter.config.release_file import PackageEntry
from exporter.model import Context, ErrorClass, SourceError
from exporter.series import SUPPORTING
from exporter.upstream.exchange import USER_AGENT
from tests.collectors.downloads.registries import (
    DAY,
    FIRST,
    PUBLISHED,
    WEEK,
    Registries,
    at,
    counted,
    gauges,
    verdict_of,
)

# As the module has it, before a fixture takes it away.
PAUSE = downloads.PAUSE


def test_a_release_file_without_a_package_is_told_the_key(context: Context) -> None:
    with pytest.raises(SourceError) as caught:
        collect(Settings(), replace(context, package=None))
    assert caught.value.kind is ErrorClass.MISSING
    assert str(caught.value).startswith("package is missing; write package: {registry:")


def test_no_service_is_asked_more_than_once_a_second(
    registries: Registries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "PAUSE", PAUSE)
    registries.python(FIRST + 8 * DAY)
    readings: list[Any] = []
    # Three releases at once share the service's turn.
    threads = [
        threading.Thread(
            target=lambda: readings.append(registries.read("pypi", at(9), published=PUBLISHED))
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [counted(one) for one in readings] == [(WEEK, 7)] * 3
    assert len(registries.server.log) == 3
    assert registries.server.log.smallest_gap >= 1
    assert registries.server.log.highest_in_flight == 1


@pytest.mark.parametrize(
    ("written", "repository", "agent"),
    [
        ({}, "wildcard/caro", f"{USER_AGENT} (https://github.com/wildcard/caro)"),
        ({"contact": "ops@example.com"}, "wildcard/caro", f"{USER_AGENT} (ops@example.com)"),
        ({"contact": "https://example.com/ops"}, None, f"{USER_AGENT} (https://example.com/ops)"),
        ({}, None, USER_AGENT),
    ],
)
def test_who_asks_is_said(
    registries: Registries, written: dict[str, Any], repository: str | None, agent: str
) -> None:
    registries.crate(FIRST + 8 * DAY)
    registries.context = replace(registries.context, repository=repository)
    registries.read("crates.io", at(8), **written)
    assert {one.agent for one in registries.server.log} == {agent}


def test_a_service_that_refuses_whoever_asks_is_an_error_with_the_fix(
    registries: Registries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "USER_AGENT", "python-httpx/0.28")
    registries.crate(FIRST)
    error = registries.refused("crates.io", at(3))
    assert error.kind is ErrorClass.AUTH
    assert "We require that all requests include a `User-Agent` header" in str(error)
    assert "set sources.downloads.contact" in str(error)


@pytest.mark.parametrize(
    ("release", "version"),
    [("v1.1.0", "1.1.0"), ("1.1.0", "1.1.0"), ("vienna", "vienna"), ("v2", "2")],
)
def test_the_version_is_the_release_without_its_v(
    registries: Registries, release: str, version: str
) -> None:
    registries.crate(None, published=None)
    registries.context = replace(registries.context, release=release)
    (why,) = registries.read("crates.io", at(-1)).inapplicable
    assert f"no version {version} of caro" in why.reason or version == "1.1.0"
    assert [one.path for one in registries.server.log][1] == f"/api/v1/crates/caro/{version}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "../../etc"),
        ("version", "1.1.0/downloads"),
        ("version", "1.1.0?include=full"),
        ("version", ""),
        ("version", "1.1.0\n"),
        ("version", "1" * 65),
        ("contact", "a b"),
        ("contact", "x\r\nHost: evil"),
        ("contact", "ä@example.com"),
        ("contact", "x" * 201),
        ("url", "ftp://example.com"),
        ("url", "https://me:secret@example.com"),
        ("url", "https://example.com/?token=x"),
        ("url", "https://example.com/#x"),
        ("published", "2026-01-24T12:00:00"),
        ("published", "0001-01-01T00:00:00+14:00"),
        ("published", "9999-12-31T23:59:59Z"),
        ("published", "soon"),
        ("packages", "caro"),
    ],
)
def test_what_no_service_should_be_asked_with_is_refused(key: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({key: value})
    assert [one["loc"][0] for one in caught.value.errors()] == [key]


@pytest.mark.parametrize(
    "name",
    ["../caro", "caro/../x", "caro?x=1", "caro#x", "@/x", "@a/b/c", "caro%2f", "", "c" * 300],
)
def test_a_release_file_takes_no_such_package(name: str) -> None:
    with pytest.raises(ValidationError):
        PackageEntry.model_validate({"registry": "npm", "name": name})


@pytest.mark.parametrize("registry", ["crates.io", "pypi"])
@pytest.mark.parametrize("name", ["../caro", "caro?x=1", "caro#x", "@caro/cli", "a/b", "%2e%2e"])
def test_whatever_the_name_it_stays_one_part_of_the_path(
    registries: Registries, registry: str, name: str
) -> None:
    registries.hostile = True
    error = registries.refused(registry, at(9), name=name, published=PUBLISHED)
    assert error.kind is ErrorClass.NOT_FOUND
    parts = [one.path.count("/") for one in registries.server.log]
    assert parts == [{"crates.io": 4, "pypi": 4}[registry]]


def test_the_services_have_their_own_addresses_by_default() -> None:
    addresses = {name: module.BASE for name, module in downloads.SERVICES.items()}
    assert addresses == {
        "crates.io": "https://crates.io",
        "pypi": "https://pypistats.org",
        "npm": "https://api.npmjs.org",
    }
    registries = PackageEntry.model_fields["registry"].annotation
    assert set(registries.__args__) == set(addresses)  # type: ignore[union-attr]  # a Literal


def test_every_sample_has_a_gauge_that_is_shown(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY)
    reading = registries.read("crates.io", at(8))
    known = set(SUPPORTING) | {metric.gauge for metric in CATALOG}
    assert len(gauges(reading)) == 3
    assert gauges(reading) <= known


def test_the_zone_of_the_plan_moves_the_due_date_but_not_the_week(registries: Registries) -> None:
    registries.crate(FIRST + 8 * DAY)
    reading = registries.read("crates.io", at(8), actual=FIRST, zone="Pacific/Kiritimati")
    assert counted(reading) == (WEEK, 7)
    assert verdict_of(reading, at(8)).due
    assert not verdict_of(reading, at(6)).due
