"""GitHub, by its address: the account first, then every repository that is read there."""

from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from functools import partial

from exporter.config.environment import PREFIX, Environment
from exporter.doctor import account, repository
from exporter.doctor.account import Cost
from exporter.doctor.finding import (
    INSTALLATION,
    Check,
    Finding,
    failed,
    from_error,
    ok,
    skipped,
    warning,
)
from exporter.doctor.watched import Watched
from exporter.model import ErrorClass, SourceError
from exporter.upstream.github import github_session, same_place
from exporter.upstream.session import Session

ADDRESS, APP = "github.address", "github.app"
UP = "is the service up, and reached from here? check the network, proxies and SSL_CERT_FILE"


def checks(environment: Environment, every: Sequence[Watched], seconds: float) -> list[Check]:
    """Return a check for each address that is asked; `seconds` is what one may take."""
    own = str(environment.github_url).rstrip("/")
    groups: dict[str, list[Watched]] = {}
    for one in every:
        groups.setdefault((one.url or own).rstrip("/"), []).append(one)
    return [
        Check(INSTALLATION, "github", partial(_find, base, group, environment, seconds))
        for base, group in groups.items()
    ]


def _find(
    base: str, group: Sequence[Watched], environment: Environment, seconds: float
) -> Iterator[Finding]:
    yield from _address(base, group, environment)
    left = list(group)
    try:
        with github_session(group[0].context, timedelta(seconds=seconds), url=base) as session:
            yield from _account(session, environment)
            yield from _repositories(session, left)
    except SourceError as error:
        if error.kind is ErrorClass.TIMEOUT and len(left) < len(group):
            what = f"{len(left)} of {len(group)} repositories not looked at in {seconds:g} s"
            yield failed(ADDRESS, what, "run doctor for fewer release files: --config.file")
        else:
            yield from_error(_name(error, environment), error, UP)
        why = f"{base} could not be asked"
        yield from (skipped(repository.REPOSITORY, why).on(one.about) for one in left)


def _name(error: SourceError, environment: Environment) -> str:
    """Return which check an error of the whole conversation belongs to."""
    if error.kind is ErrorClass.RATE_LIMITED:
        return account.QUOTA
    if error.kind is ErrorClass.AUTH or environment.github_app_id:
        return APP if environment.github_app_id else account.TOKEN
    return ADDRESS


def _address(base: str, group: Sequence[Watched], environment: Environment) -> Iterator[Finding]:
    """Yield whether a secret is told to that address."""
    own = str(environment.github_url).rstrip("/")
    secret = environment.github_token or environment.github_app_id
    if same_place(base, own) or not secret:
        yield ok(ADDRESS, base)
        return
    what = f"{base} is not at the host of {PREFIX}GITHUB_URL ({own}), so it is told no token"
    fix = f"set {PREFIX}GITHUB_URL to it, or take url out of the release file"
    yield from (warning(ADDRESS, what, fix).on(one.about) for one in group)


def _account(session: Session, environment: Environment) -> Iterator[Finding]:
    try:
        account.ask(session)
    except SourceError:
        # An answer that refuses tells the time, too: what an app proves depends on it.
        if session.told:
            yield account.check_clock(session)
        raise
    yield account.check_clock(session)
    yield from account.check_token(session, environment)


def _repositories(session: Session, left: list[Watched]) -> Iterator[Finding]:
    """Yield what is found of each, and take it from those that are left."""
    costs: list[Cost] = []
    while left:
        costs.append((yield from _about(left[0].about, repository.check(session, left[0]))))
        left.pop(0)
    yield account.check_quota(session, costs)


def _about(about: str, findings: Generator[Finding, None, Cost]) -> Generator[Finding, None, Cost]:
    """Yield the findings as the release's; return what they return."""
    while True:
        try:
            yield next(findings).on(about)
        except StopIteration as end:
            cost: Cost = end.value
            return cost
