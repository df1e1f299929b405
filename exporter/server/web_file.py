"""web.config.yml as it is now: read again whenever it, or a file that it names, has changed."""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from exporter.config.web import TlsSettings, load_web_settings
from exporter.logs import log
from exporter.model import UserError
from exporter.server.tls import build_context, files


@dataclass(frozen=True, slots=True)
class Web:
    """How to serve: with TLS if there is a context, and to these users or, without any, to all.

    `allowed` are the names of which a client's certificate must have one.
    """

    context: ssl.SSLContext | None = None
    allowed: frozenset[str] = frozenset()
    users: tuple[tuple[bytes, bytes], ...] = ()
    headers: tuple[tuple[bytes, bytes], ...] = ()


class WebFile:
    """The settings of the moment, for the price of a few stats.

    A file gone wrong serves nobody: what it said before may be what had to end.
    """

    def __init__(self, file: Path) -> None:
        """Read the file; raises UserError."""
        self._file = file
        self._mistake = ""
        self._encrypted = False
        self._web = self._read()
        self._encrypted = self._web.context is not None

    def current(self) -> Web:
        """Return the settings as they are now; raises UserError."""
        if self._marks != _mark(self._marks):
            self._read_again()
        if self._mistake:
            raise UserError(self._mistake)
        return self._web

    def _read_again(self) -> None:
        try:
            self._web, self._mistake = self._read(), ""
            log.info("web configuration read again", file=str(self._file))
        except UserError as error:
            self._mistake = str(error)
            log.error("web configuration invalid; nobody is served", error=self._mistake)  # noqa: TRY400 - a mistake in a file

    def _read(self) -> Web:
        # The marks before the content: a change between them is seen the next time.
        self._marks = _mark([self._file])
        settings = load_web_settings(self._file)
        tls = settings.tls_server_config
        self._marks |= _mark(files(tls, self._file.parent).values())
        return Web(
            self._context(tls),
            frozenset(tls.client_allowed_sans or ()),
            tuple((x.encode(), y.encode()) for x, y in settings.basic_auth_users.items()),
            tuple((x.encode(), y.encode()) for x, y in settings.http_server_config.headers.items()),
        )

    def _context(self, tls: TlsSettings) -> ssl.SSLContext | None:
        if tls.enabled:
            try:
                return build_context(tls, self._file.parent)
            except UserError as error:
                raise UserError(f"{self._file}: tls_server_config: {error}") from None
        if self._encrypted:
            raise UserError(f"{self._file}: TLS was taken out; restart to serve without it")
        return None


def _mark(named: Iterable[Path]) -> dict[Path, tuple[int, ...]]:
    """Return what changes with each file; nothing where there is none."""
    return {file: _stat(file) for file in named}


def _stat(file: Path) -> tuple[int, ...]:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
