"""Whether a package and the version that is counted are in their registry."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from exporter.collectors import downloads
from exporter.recorded import Recorded, serve
from tests.doctor.patient import RELEASE, Patient
from tests.recorded.builders import published
from tests.releases import NOW

DAY = timedelta(days=1)
ACTUAL = RELEASE.replace("planned: 2026-01-24,", "planned: 2026-01-24, actual: 2026-01-14,")


@pytest.fixture
def registries(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    monkeypatch.setattr(downloads, "PAUSE", 0.0)
    with serve(published(NOW - 3 * DAY, NOW).upstream, lambda: NOW) as server:
        yield server


def asked(
    patient: Patient,
    server: Recorded,
    registry: str = "crates.io",
    package: str = "caro",
    more: str = "",
    text: str = RELEASE,
) -> tuple[list[str], list[str]]:
    source = f"sources: {{downloads: {{url: {server.url}{more}}}}}\n"
    patient.write(f"package: {{registry: {registry}, name: '{package}'}}\n{source}", text)
    return patient.lines("downloads.package"), patient.lines("downloads.version")


@pytest.mark.parametrize(
    ("registry", "version"),
    [
        ("crates.io", "ok: crates.io knows caro 1.1.0"),
        ("npm", "ok: npm knows caro 1.1.0"),
        ("pypi", "ok: pypi counts all versions of caro together"),
    ],
)
def test_package_and_version_that_are_there(
    registries: Recorded, patient: Patient, registry: str, version: str
) -> None:
    host = registries.url.removeprefix("http://")
    assert asked(patient, registries, registry) == (
        [f"ok: caro is at {registry}, asked of {host}"],
        [version],
    )


@pytest.mark.parametrize("registry", ["crates.io", "npm", "pypi"])
def test_a_package_that_is_not_there(registries: Recorded, patient: Patient, registry: str) -> None:
    (line,), version = asked(patient, registries, registry, "carro")
    assert line.startswith("failed: 127.0.0.1:")
    assert "status 404" in line
    assert line.endswith(" -> is package right in the release file?")
    assert version == []


@pytest.mark.parametrize(
    ("more", "text", "line"),
    [
        (
            "",
            RELEASE.replace("v1.1.0", "v1.2.0"),
            "ok: crates.io knows no caro 1.2.0 yet, which the plan has not called published",
        ),
        (
            ", version: 9.9.9",
            RELEASE,
            "warning: crates.io knows no caro 9.9.9 yet -> correct sources.downloads.version",
        ),
        (
            ", version: 9.9.9",
            ACTUAL,
            (
                "failed: crates.io knows no caro 9.9.9, published on 2026-01-14 -> correct "
                "sources.downloads.version"
            ),
        ),
    ],
)
def test_a_version_that_is_not_there(
    registries: Recorded, patient: Patient, more: str, text: str, line: str
) -> None:
    assert asked(patient, registries, more=more, text=text)[1] == [line]


def test_no_package_at_all(patient: Patient) -> None:
    patient.write("sources: {downloads: {}}\n")
    assert patient.lines("downloads.package") == [
        (
            "failed: the release file names no package -> write package: {registry: crates.io, "
            "name: caro} into the release file"
        )
    ]


def test_a_registry_that_cannot_be_reached(patient: Patient) -> None:
    source = "sources: {downloads: {url: 'http://127.0.0.1:9'}}\n"
    patient.write("package: {registry: crates.io, name: caro}\n" + source)
    (line,) = patient.lines("downloads.package")
    assert line.startswith("failed: 127.0.0.1:9: cannot connect (")
    assert line.endswith(" -> is the URL right, is it up?") or " -> " in line
