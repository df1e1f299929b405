"""web.config.yml: our verdict, and promtool's."""

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import bcrypt
import pytest

from exporter.config.web import CIPHERS
from exporter.model import UserError
from exporter.server.web_file import WebFile
from tests.certificates import Authority

HASH = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()

TLS = """
tls_server_config:
  cert_file: server.crt
  key_file: server.key
"""
SUITES = "".join(f"\n  - {name}" for name in CIPHERS if "_ECDHE_" in name)
HEADERS = "http_server_config:\n  headers:\n    "

# Of both programs' mind.
GOOD = {
    "empty": "",
    "only a comment": "# nothing yet\n",
    "TLS": TLS,
    "TLS by absolute paths": TLS.replace(": server", ": FOLDER/server"),
    "sections without a value": "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n",
    "settings without TLS": "tls_server_config: {min_version: TLS13}",
    "client certificates": TLS
    + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: test-ca.pem",
    "client certificates by the system's authorities": TLS
    + "  client_auth_type: RequireAndVerifyClientCert",
    "client certificates if given": TLS
    + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: test-ca.pem",
    "no client certificates": TLS + "  client_auth_type: NoClientCert",
    "versions": TLS + "  min_version: TLS12\n  max_version: TLS13",
    "one version": TLS + "  min_version: TLS13\n  max_version: TLS13",
    "cipher suites": TLS + "  max_version: TLS12\n  cipher_suites:" + SUITES,
    "cipher suites of TLS 1.3": TLS + "  cipher_suites: [TLS_AES_128_GCM_SHA256]",
    "the client's order of suites": TLS + "  prefer_server_cipher_suites: false",
    "a curve": TLS + "  curve_preferences: [CurveP256]",
    "another curve": TLS + "  curve_preferences: [X25519]",
    "no HTTP/2": TLS + "http_server_config: {http2: false}",
    "HTTP/2": TLS + "http_server_config: {http2: yes}",
    "a header": HEADERS + "X-Frame-Options: deny",
    "a header with a number": HEADERS + "X-XSS-Protection: 1",
    "a policy": HEADERS + "Content-Security-Policy: \"default-src 'self'\"",
    "users": f"basic_auth_users:\n  alice: {HASH}\n  bob: {HASH}",
    "users over TLS": TLS + f"basic_auth_users:\n  alice: {HASH}",
    "a user of digits": f"basic_auth_users:\n  123: {HASH}",
    "a hash as htpasswd writes it": f"basic_auth_users: {{alice: {HASH.replace('2b', '2y')}}}",
}

# Refused by both; what we say of it.
BAD = {
    "junk": ("hWkNKCp3fvIx3jKnsaBI\n", "write keys with values"),
    "a list": ("- tls_server_config\n", "write keys with values"),
    "no YAML": ("tls_server_config: [", "line"),
    "an unknown section": ("tls_config: {}", "did you mean 'tls_server_config'?"),
    "an unknown key": (TLS.replace("cert_file", "cert_filse"), "did you mean 'cert_file'?"),
    "a key twice": (TLS + "  key_file: server.key", "key 'key_file' stands here twice"),
    "no certificate": (TLS.replace("cert_file: server.crt", ""), "cert_file is missing"),
    "an empty certificate": (TLS.replace("server.crt", "''"), "cert_file is missing"),
    "no key": (TLS.replace("key_file: server.key", ""), "key_file is missing"),
    "a certificate that is not there": (TLS.replace("r.crt", "r.pem"), "no such file"),
    "a key that is not there": (TLS.replace("r.key", "r.pem"), "no such file"),
    "a folder as a certificate": (TLS.replace("server.crt", "."), "not a regular file"),
    "another's key": (TLS.replace("server.key", "other.key"), "belong together"),
    "an encrypted key": (TLS.replace("server.", "hidden."), "is encrypted"),
    "a certificate of nonsense": (TLS.replace("server.crt", "web.yml"), "belong together"),
    "an unknown type of client": (
        TLS + "  client_auth_type: RequireAndVerifyClientCerts",
        "did you mean 'RequireAndVerifyClientCert'?",
    ),
    "authorities that are not asked": (
        TLS + "  client_ca_file: test-ca.pem",
        "client_ca_file needs client_auth_type",
    ),
    "authorities that are not there": (
        TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: none.pem",
        "client_ca_file: ",
    ),
    "an unknown version": (TLS + "  min_version: TLS14", "tls_server_config.min_version"),
    "an invented suite": (
        TLS + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048]",
        "did you mean 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'?",
    ),
    "an invented curve": (TLS + "  curve_preferences: [CurveP257]", "unknown curve 'CurveP257'"),
    "an unknown header": (HEADERS + "Content-Type: foo", "unknown header 'Content-Type'"),
    "a header's wrong value": (HEADERS + "X-Frame-Options: foo", "write deny or sameorigin"),
    "another wrong value": (HEADERS + "X-Content-Type-Options: sniff", "write nosniff"),
    "HTTP/2 maybe": ("http_server_config: {http2: maybe}", "http_server_config.http2"),
    "a password as it is": ("basic_auth_users: {john: hunter2}", "password 1 is no bcrypt hash"),
    "no password": ("basic_auth_users: {john: }", "password 1 is no bcrypt hash"),
    "a cost of 99": (
        f"basic_auth_users: {{john: {HASH.replace('$04$', '$99$')}}}",
        "password 1 is no bcrypt hash",
    ),
    "another hash": (
        "basic_auth_users: {john: $1$abcdefgh$012345678901234567890123456789012345678901234567890}",
        "password 1 is no bcrypt hash",
    ),
}

# Taken by promtool, and refused by us: documented, each with its reason.
STRICTER = {
    "TLS 1.0": (TLS + "  min_version: TLS10", "'TLS12' or 'TLS13'"),
    "TLS 1.1": (TLS + "  min_version: TLS11", "'TLS12' or 'TLS13'"),
    "TLS 1.1 at most": (TLS + "  max_version: TLS11", "'TLS12' or 'TLS13'"),
    "versions that nobody has": (
        TLS + "  min_version: TLS13\n  max_version: TLS12",
        "nobody could connect",
    ),
    "any certificate": (TLS + "  client_auth_type: RequireAnyClientCert", "would let anybody in"),
    "a certificate asked for": (TLS + "  client_auth_type: RequestClientCert", "let anybody in"),
    "no authority in the file": (
        TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: web.yml",
        "no certificate in PEM format",
    ),
    "several curves": (TLS + "  curve_preferences: [CurveP256, X25519]", "leave one"),
}

# Not yet known to the promtool of some systems.
NAMED = TLS + "  client_allowed_sans: [prometheus]\n  client_ca_file: test-ca.pem\n"
NEWER_GOOD = NAMED + "  client_auth_type: RequireAndVerifyClientCert"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("web")
    authority = Authority(made)
    for name in ("server", "other"):
        authority.issue(name)
    authority.issue("hidden", password=b"s3cret")
    return made


def write(folder: Path, text: str) -> Path:
    file = folder / "web.yml"
    file.write_text(text.replace("FOLDER", str(folder)))
    return file


def promtool(file: Path) -> bool:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    command = ["promtool", "check", "web-config", str(file)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("name", GOOD)
def test_what_promtool_takes_is_taken(folder: Path, name: str) -> None:
    file = write(folder, GOOD[name])
    WebFile(file)
    assert promtool(file)


@pytest.mark.parametrize("name", BAD)
def test_what_promtool_refuses_is_refused_with_file_and_fix(folder: Path, name: str) -> None:
    text, said = BAD[name]
    file = write(folder, text)
    with pytest.raises(UserError) as refused:
        WebFile(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert said in str(refused.value)
    assert not promtool(file)


@pytest.mark.parametrize("name", STRICTER)
def test_what_would_leave_the_door_open_is_refused_though_promtool_takes_it(
    folder: Path, name: str
) -> None:
    text, said = STRICTER[name]
    file = write(folder, text)
    with pytest.raises(UserError) as refused:
        WebFile(file)
    assert said in str(refused.value)
    assert promtool(file)


@pytest.mark.parametrize(
    ("name", "versions"),
    [
        ("TLS", ("TLSv1_2", "TLSv1_3")),
        ("versions", ("TLSv1_2", "TLSv1_3")),
        ("one version", ("TLSv1_3", "TLSv1_3")),
        ("cipher suites", ("TLSv1_2", "TLSv1_2")),
    ],
)
def test_the_versions_are_those_of_the_file(
    folder: Path, name: str, versions: tuple[str, str]
) -> None:
    context = WebFile(write(folder, GOOD[name])).current().context
    assert context is not None
    found = (context.minimum_version, context.maximum_version)
    assert found == (ssl.TLSVersion[versions[0]], ssl.TLSVersion[versions[1]])


def test_every_suite_of_the_format_is_known_to_openssl(folder: Path) -> None:
    chosen = "".join(f"\n  - {name}" for name in CIPHERS)
    text = TLS + "  max_version: TLS12\n  prefer_server_cipher_suites: false\n  cipher_suites:"
    context = WebFile(write(folder, text + chosen)).current().context
    assert context is not None
    offered = {one["name"] for one in context.get_ciphers()}
    assert set(CIPHERS.values()) <= offered
    assert not context.options & ssl.OP_CIPHER_SERVER_PREFERENCE


def test_names_of_clients_need_a_verified_certificate(folder: Path) -> None:
    assert WebFile(write(folder, NEWER_GOOD)).current().allowed == {"prometheus"}
    with pytest.raises(UserError, match="client_ca_file needs client_auth_type"):
        WebFile(write(folder, NAMED))
    with pytest.raises(UserError, match="client_allowed_sans needs client_auth_type"):
        WebFile(write(folder, NAMED + "  client_auth_type: VerifyClientCertIfGiven"))


def test_no_password_and_no_hash_is_quoted(folder: Path) -> None:
    for written in ("{hunter2: hunter2}", f"{{alice: {HASH}x}}", f"[{HASH}]", "hunter2"):
        with pytest.raises(UserError) as refused:
            WebFile(write(folder, f"basic_auth_users: {written}"))
        assert "hunter2" not in str(refused.value)
        assert HASH not in str(refused.value)


def test_a_header_of_two_lines_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match="one line of plain characters"):
        WebFile(write(folder, HEADERS + 'Content-Security-Policy: "a\\r\\nSet-Cookie: b"'))


def test_a_file_that_is_not_there_or_no_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file in (tmp_path / "none.yml", tmp_path, pipe):
        with pytest.raises(UserError, match="not a regular file"):
            WebFile(file)


def test_a_change_of_any_file_is_seen_and_a_mistake_in_it_serves_nobody(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.issue("server")
    file = write(tmp_path, TLS)
    watched = WebFile(file)
    first = watched.current()
    assert watched.current() is first
    authority.issue("server")
    assert watched.current().context not in (None, first.context)
    for text in (TLS + "x: y", "", TLS.replace("server.key", "other.key")):
        write(tmp_path, text)
        for _ in range(2):
            with pytest.raises(UserError, match=r"web\.yml"):
                watched.current()
    authority.issue("other")
    with pytest.raises(UserError, match="belong together"):
        watched.current()
    file.unlink()
    with pytest.raises(UserError, match="not a regular file"):
        watched.current()
    write(tmp_path, TLS)
    assert watched.current().context is not None


def test_tls_is_not_taken_out_of_a_running_server_but_may_come_in(tmp_path: Path) -> None:
    Authority(tmp_path).issue("server")
    watched = WebFile(write(tmp_path, ""))
    assert watched.current().context is None
    write(tmp_path, TLS)
    assert watched.current().context is not None
