"""web.config.yml: that it can be used, and that it keeps passwords from being read on the way."""

from collections.abc import Iterator
from pathlib import Path

from exporter.doctor.finding import Finding, from_mistakes, ok, skipped, warning
from exporter.model import UserError
from exporter.server.web_file import WebFile

NAME = "web_config"


def check_web(file: Path | None) -> Iterator[Finding]:
    """Yield whether the exporter could serve as the file says."""
    if file is None:
        yield skipped(NAME, "no --web.config.file: whoever reaches the address may ask")
        return
    try:
        web = WebFile(file).current()
    except UserError as error:
        yield from from_mistakes(NAME, error)
        return
    if web.users and web.context is None:
        what = f"{file}: passwords are sent without TLS"
        yield warning(NAME, what, "add tls_server_config, or serve behind a proxy that has TLS")
        return
    tls = "without TLS" if web.context is None else "TLS"
    yield ok(NAME, f"{file}: {tls}, {len(web.users)} users")
