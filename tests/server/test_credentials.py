import asyncio
import base64
from collections.abc import Awaitable, Callable

import bcrypt
import pytest

from exporter.server import credentials
from exporter.server.credentials import BusyError, Credentials, parse


def hashed(password: bytes) -> bytes:
    return bcrypt.hashpw(password[:72], bcrypt.gensalt(4))


def header(text: bytes, scheme: bytes = b"Basic") -> bytes:
    return scheme + b" " + base64.b64encode(text)


ALICE = (b"alice", hashed(b"s3cret"))
BOB = ("bøb".encode(), hashed(b"a:b"))
USERS = (ALICE, BOB)

Tried = Callable[[bytes, bytes], bool]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the hashes that bcrypt was asked about."""
    asked: list[bytes] = []
    real: Tried = bcrypt.checkpw

    def check(password: bytes, against: bytes) -> bool:
        asked.append(against)
        return real(password, against)

    monkeypatch.setattr(bcrypt, "checkpw", check)
    return asked


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (header(b"alice:s3cret"), True),
        (header(b"alice:s3cret", b"bAsIc"), True),
        (header("bøb:a:b".encode()), True),
        (header(b"alice:S3cret"), False),
        (header(b"alice:"), False),
        (header(b"alice:s3cret\0"), False),
        (header(b"Alice:s3cret"), False),
        (header(b":s3cret"), False),
        (header(b"alice"), False),
        (header(b"alice:s3cret", b"Bearer"), False),
        (b"Basic", False),
        (b"Basic alice:s3cret", False),
        (b"Basic " + b"=" * 1000, False),
        (b"\xff\xfe", False),
        (b"", False),
    ],
)
def test_only_a_user_with_the_password_is_known(given: bytes, known: bool) -> None:
    assert asyncio.run(Credentials().verify(USERS, given)) is known


def test_a_good_password_is_tried_once_and_a_bad_one_each_time(tried: list[bytes]) -> None:
    async def ask() -> list[bool]:
        door = Credentials()
        good = [await door.verify(USERS, header(b"alice:s3cret")) for _ in range(5)]
        assert len(tried) == 1
        return good + [await door.verify(USERS, header(b"alice:wrong")) for _ in range(3)]

    assert asyncio.run(ask()) == [True] * 5 + [False] * 3
    assert len(tried) == 4


def test_a_new_hash_ends_what_was_known(tried: list[bytes]) -> None:
    async def ask() -> list[bool]:
        door = Credentials()
        renewed = ((b"alice", hashed(b"other")),)
        return [
            await door.verify(users, header(b"alice:s3cret")) for users in (USERS, renewed, USERS)
        ]

    assert asyncio.run(ask()) == [True, False, True]
    assert tried[1] not in (ALICE[1], BOB[1])


def test_who_is_not_there_costs_as_much_as_who_is(tried: list[bytes]) -> None:
    assert not asyncio.run(Credentials().verify(USERS, header(b"eve:s3cret")))
    assert [one[:7] for one in tried] == [ALICE[1][:7]]


def test_who_is_not_there_stays_out_whatever_bcrypt_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bcrypt, "checkpw", lambda *_: True)
    assert not asyncio.run(Credentials().verify(USERS, header(b"eve:s3cret")))
    assert asyncio.run(Credentials().verify(USERS, header(b"alice:any")))


def test_bcrypt_sees_seventy_two_bytes_of_a_password_as_everywhere() -> None:
    users = ((b"alice", hashed(b"x" * 72)),)
    assert asyncio.run(Credentials().verify(users, header(b"alice:" + b"x" * 100)))
    assert not asyncio.run(Credentials().verify(users, header(b"alice:" + b"x" * 71)))


def test_guessing_many_at_once_is_refused_while_the_known_come_in(tried: list[bytes]) -> None:
    async def ask() -> list[object]:
        door = Credentials()
        assert await door.verify(USERS, header(b"alice:s3cret"))
        guesses: list[Awaitable[bool]] = [
            door.verify(USERS, header(b"alice:%d" % number)) for number in range(50)
        ]
        known = door.verify(USERS, header(b"alice:s3cret"))
        return list(await asyncio.gather(*guesses, known, return_exceptions=True))

    *answers, known = asyncio.run(ask())
    assert known is True
    assert len([one for one in answers if isinstance(one, BusyError)]) == 30
    assert answers.count(False) == credentials.WAITING


def test_a_header_is_parsed_to_name_and_password() -> None:
    assert parse(header(b"a:b:c")) == (b"a", b"b:c")
    assert parse(b"Negotiate x") == (b"", b"")
