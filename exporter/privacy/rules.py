"""The rules of the privacy audit.

Where the world is ambiguous, what is personal in one reading counts, and the allow-list is for
those who know better: `git@github.com` is an e-mail address, and `1.2.3.4` a public address though
it may be a version (`v1.2.3.4` is one). What every machine has (`localhost`, `/Users/Shared`) and
what nobody has (private and documentation addresses) says nothing about anyone and does not count.
"""

from collections.abc import Callable
from dataclasses import dataclass

from exporter.privacy import addresses, credentials, paths


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of personal data: RE2 `pattern`, and a `check` that a match must pass to count."""

    name: str
    pattern: str
    check: Callable[[str], bool] | None = None


# A name may stand for several patterns.
RULES = (
    Rule("email", addresses.EMAIL, addresses.is_mailbox),
    Rule("public_ip", addresses.IPV4, addresses.is_public_v4),
    Rule("public_ip", addresses.IPV6, addresses.is_public_v6),
    Rule("home_path", paths.UNIX_HOME, paths.is_somebody),
    Rule("home_path", paths.WINDOWS_HOME, paths.is_somebody),
    Rule("environment_variable", credentials.ENVIRONMENT_VARIABLE),
    Rule("credential", credentials.TOKEN),
    Rule("credential", credentials.ASSIGNMENT, credentials.is_unmasked),
    Rule("internal_host", addresses.INTERNAL_HOST, addresses.is_internal),
)
