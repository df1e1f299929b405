"""Basic auth against bcrypt hashes, which are slow on purpose: each good password is tried once."""

import asyncio
import base64
import binascii
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor

import bcrypt

# More than these at a time, all with passwords not yet known to be good, are guessing.
WAITING = 20

# All that bcrypt looks at.
_LONGEST = 72

Users = tuple[tuple[bytes, bytes], ...]


class BusyError(Exception):
    """Too many passwords wait to be tried."""


class Credentials:
    """Who may come in; remembers a digest of each user's good password, never a password."""

    def __init__(self) -> None:
        """Try one password at a time, beside the event loop."""
        self._key = secrets.token_bytes(32)
        self._good: dict[bytes, bytes] = {}
        self._thread = ThreadPoolExecutor(1, "bcrypt")
        self._waiting = 0

    async def verify(self, users: Users, header: bytes) -> bool:
        """Tell whether an Authorization header names one of them; raises BusyError."""
        name, password = parse(header)
        hashed = dict(users).get(name)
        if hashed is None:
            await self._try(password, _nobody(users))
            return False
        digest = hmac.digest(self._key, hashed + password, "sha256")
        if hmac.compare_digest(self._good.get(name, b""), digest):
            return True
        if not await self._try(password, hashed):
            return False
        self._good[name] = digest
        return True

    async def _try(self, password: bytes, hashed: bytes) -> bool:
        if self._waiting >= WAITING:
            raise BusyError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, _matches, password, hashed)
        finally:
            self._waiting -= 1


def parse(header: bytes) -> tuple[bytes, bytes]:
    """Return name and password of an Authorization header; two empty ones of any other."""
    scheme, _, encoded = header.strip().partition(b" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return b"", b""
    name, colon, password = decoded.partition(b":")
    return (name, password[:_LONGEST]) if scheme.lower() == b"basic" and colon else (b"", b"")


def _nobody(users: Users) -> bytes:
    """Return a hash that nothing matches, as slow as theirs: time must not tell who is known."""
    return users[0][1][:7] + b"." * 53


def _matches(password: bytes, hashed: bytes) -> bool:
    try:
        return bcrypt.checkpw(password, hashed)
    except ValueError:  # such as a zero byte
        return False
