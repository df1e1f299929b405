"""The package in its registry: whether it is there, and the version that is counted."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, timedelta

from exporter.collectors.downloads import SERVICES, Settings, service_of, version_of
from exporter.collectors.downloads.crates import EXPECTED
from exporter.doctor.finding import Finding, failed, from_error, ok, warning
from exporter.model import Context, SourceError
from exporter.plan import DAY
from exporter.upstream import crates, npm, pypistats
from exporter.upstream.session import Session

PACKAGE, VERSION = "downloads.package", "downloads.version"
PATIENCE = "is the service up, and reached from here? check the network, proxies and SSL_CERT_FILE"


def check(settings: Settings, context: Context, seconds: float) -> Iterator[Finding]:
    """Yield what the registry says of package and version."""
    if context.package is None:
        fix = "write package: {registry: crates.io, name: caro} into the release file"
        yield failed(PACKAGE, "the release file names no package", fix)
        return
    registry, name = context.package
    service = service_of(settings, context, SERVICES[registry].BASE)
    try:
        with Session(service, context, timedelta(seconds=seconds)) as session:
            found = PROBES[registry](session, name, version_of(settings, context), context)
            yield ok(PACKAGE, f"{name} is at {registry}, asked of {service.host}")
            yield _version(found, settings, context)
    except SourceError as error:
        yield from_error(PACKAGE, error, PATIENCE)


def _version(found: bool | None, settings: Settings, context: Context) -> Finding:
    """Return what it means that the version is there, is not, or cannot be told."""
    version = version_of(settings, context)
    published = settings.published or context.plan.published()
    registry, name = context.package or ("", "")
    if found is None:
        return ok(VERSION, f"{registry} counts all versions of {name} together")
    if found:
        return ok(VERSION, f"{registry} knows {name} {version}")
    what, fix = f"{registry} knows no {name} {version}", "correct sources.downloads.version"
    if published is None and settings.version is None:
        return ok(VERSION, f"{what} yet, which the plan has not called published")
    if registry == "crates.io" and published and context.now >= published + EXPECTED:
        return failed(VERSION, f"{what}, published on {published:%Y-%m-%d}", fix)
    return warning(VERSION, f"{what} yet", fix)


def _crate(session: Session, name: str, version: str, _context: Context) -> bool:
    crates.load_crate(session, name)
    return crates.load_version(session, name, version) is not None


def _npm(session: Session, name: str, version: str, _context: Context) -> bool:
    # Versions of whom nobody took one in its last 7 days are not among these.
    return version in npm.load_versions(session, name)


def _pypi(session: Session, name: str, _version: str, context: Context) -> None:
    pypistats.load_downloads(session, name, context.now.astimezone(UTC).date() + DAY)


PROBES: Mapping[str, Callable[[Session, str, str, Context], bool | None]] = {
    "crates.io": _crate,
    "npm": _npm,
    "pypi": _pypi,
}
