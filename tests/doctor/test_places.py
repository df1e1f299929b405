"""Where the program writes, and where it listens."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.doctor.patient import Patient
from tests.doctor.test_files import nobody


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield f"127.0.0.1:{bound.getsockname()[1]}"


def test_a_storage_that_can_be_written_is_not_made(patient: Patient) -> None:
    assert patient.lines("storage") == [
        f"ok: {patient.folder}/data, which serve will make: can be written"
    ]
    (patient.folder / "data").mkdir()
    assert patient.lines("storage") == [f"ok: {patient.folder}/data: can be written"]
    assert list((patient.folder / "data").iterdir()) == []


def test_a_storage_that_is_a_file(patient: Patient) -> None:
    file = patient.put("data", "")
    assert patient.lines("storage") == [
        f"failed: {file}: is no folder -> choose another --storage.path"
    ]


def test_a_storage_that_cannot_be_written(patient: Patient) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        with nobody():
            lines = patient.lines("storage", storage_path=folder, config_file=folder / "none")
        folder.chmod(0o700)
    assert lines == [
        (
            f"failed: {folder}: permission denied -> choose another --storage.path, or give this "
            "user the right to write there"
        )
    ]


def test_a_port_that_something_else_has(patient: Patient, taken: str) -> None:
    assert patient.lines("listen_address", web_listen_address=taken) == [
        f"failed: --web.listen-address: {taken}: address already in use -> choose another port"
    ]


def test_a_port_that_this_program_has_itself(patient: Patient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/-/healthy").respond_with_data("release-exporter is healthy.\n")
    address = f"127.0.0.1:{httpserver.port}"
    assert patient.lines("listen_address", web_listen_address=address) == [
        f"ok: {address}: a release-exporter is serving there"
    ]


def test_an_address_that_is_none(patient: Patient) -> None:
    assert patient.lines("listen_address", web_listen_address="here") == [
        (
            "failed: --web.listen-address: 'here': write HOST:PORT, such as :10150 -> correct it "
            "as the line says"
        )
    ]
