"""A workflow's latest run, and the artifact that is read of it."""

from collections.abc import Iterator

import pytest

from exporter.config.environment import PREFIX
from exporter.recorded import Recorded, load_upstream, serve
from tests.doctor.patient import Patient
from tests.example import EXAMPLE
from tests.recorded.conftest import NOW


@pytest.fixture
def recorded(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """Serve the example's GitHub."""
    patient.now = NOW
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", "made-up")
    with serve(load_upstream(EXAMPLE / "upstream"), lambda: NOW) as server:
        monkeypatch.setenv(f"{PREFIX}GITHUB_URL", server.github)
        yield server


def asked(patient: Patient, artifact: str = "junit", branch: str = "main") -> list[str]:
    patient.write(
        "repository: wildcard/caro\nsources:\n  tests:\n    workflow: "
        f"{{file: ci.yml, branch: {branch}, artifact: {artifact}}}\n"
    )
    return patient.lines("github.workflow")


def test_a_run_and_its_artifact(recorded: Recorded, patient: Patient) -> None:
    run, artifact = asked(patient)
    assert run.startswith("ok: ci.yml on main, run ")
    assert artifact.endswith(" has the artifact 'junit'")
    # The archive itself is not fetched.
    assert not [one for one in recorded.log if one.path.endswith("/zip")]


def test_an_artifact_of_another_name(recorded: Recorded, patient: Patient) -> None:
    _, line = asked(patient, artifact="results")
    assert line.endswith(
        " has no artifact 'results' -> let the workflow upload one of that name, or correct "
        "artifact"
    )


def test_an_artifact_that_has_expired(recorded: Recorded, patient: Patient) -> None:
    recorded.upstream.repositories[0].artifacts[0]["expired"] = True
    _, line = asked(patient)
    assert line.startswith("failed: the artifact 'junit' of run ")
    assert line.endswith(" has expired -> run the workflow again, or keep artifacts longer")


def test_an_artifact_without_a_token(
    recorded: Recorded, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN")
    _, line = asked(patient)
    assert line == (
        "failed: nobody may read the artifact 'junit' without a token -> set "
        "RELEASE_EXPORTER_GITHUB_TOKEN or RELEASE_EXPORTER_GITHUB_TOKEN_FILE"
    )


def test_a_branch_without_a_run(recorded: Recorded, patient: Patient) -> None:
    assert asked(patient, branch="release-1.1") == [
        (
            "warning: ci.yml on release-1.1 has no completed run -> run it there once, or correct "
            "branch or tag"
        )
    ]
