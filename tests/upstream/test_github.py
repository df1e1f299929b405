"""In whose name GitHub is asked, and where a secret never goes."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from exporter.config.environment import PREFIX, SEEN
from exporter.model import Context, ErrorClass, SourceError
from exporter.recorded.model import Token
from exporter.upstream import account
from exporter.upstream.github import github_session, graphql, graphql_url
from tests.releases import NOW
from tests.upstream.world import TOKEN, World, forget_everything, served

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Repository(msgspec.Struct):
    """Enough to see that GitHub answered."""

    full_name: str


@cache
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def pem() -> str:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    none = serialization.NoEncryption()
    return private_key().private_bytes(serialization.Encoding.PEM, form, none).decode()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    forget_everything()
    for name in ("ID", "INSTALLATION_ID", "PRIVATE_KEY"):
        monkeypatch.delenv(f"{PREFIX}GITHUB_APP_{name}", raising=False)
    with served(monkeypatch) as one:
        yield one


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Let a GitHub App ask; only the tokens that it is given are taken."""
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN")
    for name, value in (("ID", "17"), ("INSTALLATION_ID", "4711"), ("PRIVATE_KEY", pem())):
        monkeypatch.setenv(f"{PREFIX}GITHUB_APP_{name}", value)
    world.server.upstream.tokens["another"] = Token()
    return world


def ask(world: World, context: Context, **more: Any) -> str:
    with github_session(replace(context, now=world.now), MINUTE, **more) as session:
        return session.get("repos/wildcard/caro", Repository).value.full_name


def refused(world: World, context: Context, **more: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask(world, context, **more)
    return caught.value


def paths(world: World) -> list[str]:
    return [one.path.removeprefix("/api/v3") for one in world.server.log]


def test_a_token_is_sent_and_read_anew_at_each_use(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.server.upstream.tokens |= {TOKEN: Token(), "the-next-one": Token()}
    ask(world, context)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", "the-next-one")
    ask(world, context)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", "a-wrong-one")
    error = refused(world, context)
    assert error.kind is ErrorClass.AUTH
    assert str(error).endswith(
        "/api/v3/repos/wildcard/caro: status 401: Bad credentials; renew the token or give it read "
        "access to metadata and issues, and to what else is read (discussions, actions)"
    )


def test_without_a_token_the_fix_is_to_set_one(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN")
    ask(world, context)
    world.server.service.quota.spend(99, NOW)
    for _ in range(2):
        error = refused(world, context)
        assert error.kind is ErrorClass.RATE_LIMITED
        assert "; set RELEASE_EXPORTER_GITHUB_TOKEN or RELEASE_EXPORTER_GITHUB_TOKEN_FILE" in str(
            error
        )
    # The second time, nobody was asked.
    assert len(world.server.log) == 2


def test_a_secret_that_cannot_be_read_is_an_auth_error_that_names_it(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN_FILE", "/nowhere")
    error = refused(world, context)
    assert error.kind is ErrorClass.AUTH
    assert "RELEASE_EXPORTER_GITHUB_TOKEN" in str(error)
    assert len(world.server.log) == 0


@pytest.mark.parametrize("change", ["host", "port", "scheme"])
def test_another_place_in_a_release_file_is_told_no_secret(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    own = {
        "host": world.server.github.replace("127.0.0.1", "localhost"),
        "port": "http://127.0.0.1:1/api/v3",
        "scheme": world.server.github.replace("http:", "https:"),
    }[change]
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", own)
    assert ask(world, context, url=world.server.github) == "wildcard/caro"
    assert [one.authorized for one in world.server.log] == [False]


def test_the_same_place_may_be_written_in_another_way(
    world: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", f"{world.server.github}/".replace("http:", "HTTP:"))
    ask(world, context, url=world.server.github)
    assert [one.authorized for one in world.server.log] == [True]


def test_an_app_s_token_is_asked_for_once_and_renewed_before_its_end(
    app: World, context: Context
) -> None:
    for _ in range(12):
        assert ask(app, context) == "wildcard/caro"
        app.now += 5 * MINUTE
    asked = [at for at, path in enumerate(paths(app)) if path.startswith("/app/")]
    assert asked == [0, 12]
    assert paths(app)[0] == "/app/installations/4711/access_tokens"
    assert all(one.authorized for one in app.server.log)
    # The account is the app's, whatever its token is called at the moment.
    assert len(account._ACCOUNTS) == 2


def test_an_app_s_token_that_was_revoked_is_forgotten(app: World, context: Context) -> None:
    ask(app, context)
    app.server.service.callers._issued.clear()
    assert refused(app, context).kind is ErrorClass.AUTH
    assert ask(app, context) == "wildcard/caro"


def test_an_app_s_proof_is_signed_and_short(
    httpserver: HTTPServer, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_everything()
    proofs: list[dict[str, Any]] = []

    def issue(request: Request) -> Response:
        proof = request.headers["Authorization"].removeprefix("Bearer ")
        public, lax = private_key().public_key(), {"verify_exp": False, "verify_iat": False}
        proofs.append(jwt.decode(proof, public, ["RS256"], lax))  # type: ignore[arg-type]  # a TypedDict
        return Response('{"token": "ghs_x", "expires_at": "2026-01-17T21:00:00Z"}', 201)

    httpserver.expect_request("/app/installations/4711/access_tokens").respond_with_handler(issue)
    httpserver.expect_request("/repos/wildcard/caro").respond_with_json({"full_name": "a/b"})
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN", raising=False)
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", httpserver.url_for(""))
    for name, value in (("ID", "17"), ("INSTALLATION_ID", "4711"), ("PRIVATE_KEY", pem())):
        monkeypatch.setenv(f"{PREFIX}GITHUB_APP_{name}", value)
    with github_session(context, MINUTE) as session:
        session.get("repos/wildcard/caro", Repository)
    begin = int(NOW.timestamp())
    assert proofs == [{"iss": "17", "iat": begin - 60, "exp": begin + 480}]
    assert httpserver.log[-1][0].headers["Authorization"] == "Bearer ghs_x"


@pytest.mark.parametrize(
    ("path", "fault", "words"),
    [
        ("/api/v3/app/", "unauthorized", "check RELEASE_EXPORTER_GITHUB_APP_ID, RELEASE_EXPORT"),
        ("/api/v3/app/", "not_found", "check RELEASE_EXPORTER_GITHUB_APP_INSTALLATION_ID; is"),
    ],
)
def test_an_app_that_gets_no_token_is_told_what_to_check(
    app: World, context: Context, path: str, fault: str, words: str
) -> None:
    app.server.fault(path, fault)
    assert words in str(refused(app, context))


def test_a_key_that_is_none_is_said_and_not_repeated(
    app: World, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nY2FuYXJ5\n-----END RSA PRIVATE KEY-----"
    monkeypatch.setenv(f"{PREFIX}GITHUB_APP_PRIVATE_KEY", key)
    error = refused(app, context)
    assert error.kind is ErrorClass.AUTH
    assert "is no RSA private key" in str(error)
    assert "Y2FuYXJ5" not in str(error)
    assert len(app.server.log) == 0


def test_what_an_app_is_given_is_on_no_disk_and_known_to_the_log(
    app: World, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask(app, context)
    (secret,) = app.server.service.callers._issued
    assert secret in SEEN
    files = [*context.state.rglob("*"), *context.shared.rglob("*")]
    kept = b"".join(one.read_bytes() for one in files if one.is_file())
    assert secret.encode() not in kept
    assert b"PRIVATE KEY" not in kept
    assert secret not in caplog.text
    # An hour later another is given, and the old one is no secret any more.
    app.now += HOUR
    ask(app, context)
    assert secret not in SEEN


def test_asking_for_an_app_s_token_sweeps_nothing_that_is_kept(
    app: World, context: Context
) -> None:
    ask(app, context)
    app.now += HOUR
    ask(app, context)
    assert [one.status for one in app.server.log] == [201, 200, 201, 304]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.host/api/v3", "https://git.host/api/graphql"),
        ("https://git.host:8443/x/api/v3", "https://git.host:8443/x/api/graphql"),
    ],
)
def test_graphql_is_beside_rest(base: str, url: str) -> None:
    assert graphql_url(base) == url


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"data": None, "errors": [{"type": "NOT_FOUND"}]}, ErrorClass.NOT_FOUND),
        ({"data": {"full_name": "x"}, "errors": [{"type": "FORBIDDEN"}]}, ErrorClass.AUTH),
        ({"errors": [{"type": "RATE_LIMITED"}]}, ErrorClass.RATE_LIMITED),
        ({"errors": [{"message": f"no such field {TOKEN}"}]}, ErrorClass.MALFORMED),
        ({"data": None}, ErrorClass.MALFORMED),
        ({"data": {}}, ErrorClass.MALFORMED),
        ({}, ErrorClass.MALFORMED),
    ],
)
def test_a_graphql_error_has_status_200_and_is_no_answer(
    httpserver: HTTPServer,
    context: Context,
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, Any],
    kind: ErrorClass,
) -> None:
    httpserver.expect_request("/graphql").respond_with_json(said)
    monkeypatch.setenv(f"{PREFIX}GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", httpserver.url_for(""))
    with pytest.raises(SourceError) as caught, github_session(context, MINUTE) as session:
        graphql(session, "query { x }", {}, Repository)
    assert caught.value.kind is kind
    assert TOKEN not in str(caught.value)
