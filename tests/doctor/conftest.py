import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.config.environment import PREFIX
from tests.doctor.patient import Patient
from tests.upstream.world import World, forget_everything, served

PROXIES = ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy")


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """Return an empty installation, in an environment that says nothing."""
    forget_everything()
    for name in [one for one in os.environ if one.startswith(PREFIX) or one in PROXIES]:
        monkeypatch.delenv(name)
    folder = tmp_path / "release"
    folder.mkdir()
    patient = Patient(folder)
    patient.write()
    return patient


@pytest.fixture
def world(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Serve GitHub, which the patient's release reads."""
    patient.write("repository: wildcard/caro\nsources: {github: {}}\n")
    with served(monkeypatch) as one:
        yield one
