"""The doctor on web.config.yml."""

import bcrypt

from tests.certificates import Authority
from tests.doctor.patient import Patient

USERS = f"basic_auth_users: {{alice: {bcrypt.hashpw(b's3cret', bcrypt.gensalt(4)).decode()}}}\n"
TLS = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n"


def found(patient: Patient, text: str) -> list[str]:
    return patient.lines("web_config", web_config_file=patient.put("web.yml", text))


def test_without_a_file_there_is_nothing_to_look_at(patient: Patient) -> None:
    (line,) = patient.lines("web_config")
    assert line.startswith("skipped: no --web.config.file")


def test_a_file_that_can_be_used(patient: Patient) -> None:
    Authority(patient.folder).issue("server")
    assert found(patient, TLS + USERS) == [f"ok: {patient.folder}/web.yml: TLS, 1 users"]
    assert found(patient, "") == [f"ok: {patient.folder}/web.yml: without TLS, 0 users"]


def test_passwords_without_tls_are_warned_of(patient: Patient) -> None:
    (line,) = found(patient, USERS)
    assert line.startswith(f"warning: {patient.folder}/web.yml: passwords are sent without TLS -> ")


def test_a_mistake_is_told_with_its_fix(patient: Patient) -> None:
    (line,) = found(patient, TLS)
    assert line.startswith(f"failed: {patient.folder}/web.yml: tls_server_config: cert_file: ")
    assert "s3cret" not in line
