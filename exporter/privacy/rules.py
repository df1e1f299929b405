"""What counts as personal data in telemetry: the rules, as RE2 patterns with a second look.

Decided where the world is ambiguous: a form that is personal data in one reading counts, and the
allow-list is for those who know better. So `git@github.com` is an e-mail address and `1.2.3.4` a
public address although it may be a version (`v1.2.3.4` and longer numbers are not). Names that
every machine has (`localhost`, `/Users/Shared`) and addresses that nobody has (private,
documentation) say nothing about anyone and do not count.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of personal data: RE2 `pattern`, and a `check` that a match must pass to count."""

    name: str
    pattern: str
    check: Callable[[str], bool] | None = None


def _any(*patterns: str) -> str:
    return "(?:" + "|".join(patterns) + ")"


_AT = r"@\x{FE6B}\x{FF20}"  # also as Chinese and Japanese keyboards write it
_DOT = "[.\u3002\uff0e\uff61]"

# Parts of file names that look like a domain: `icon@2x.png`, `getty@tty1.service`.
_FILE_TYPES = frozenset(("gif", "jpeg", "jpg", "png", "service", "socket", "svg", "timer", "webp"))


def _is_address(match: str) -> bool:
    return re.split(_DOT, match)[-1].lower() not in _FILE_TYPES


_EMAIL = (
    rf"""(?:"[^"]*"|[^\s{_AT}"(),:;<>\[\]\\]+)"""
    rf"(?:[{_AT}]|%40)"
    rf"(?:[\pL\pN][\pL\pN\pM_-]*{_DOT})+(?:(?i:xn--[a-z0-9-]+)|\pL[\pL\pM]+)"
)


def _is_public_v4(match: str) -> bool:
    parts = match.strip(".").split(".")
    if len(parts) != 4 or any(not 1 <= len(part) <= 3 for part in parts):  # noqa: PLR2004
        return False  # a version (`v`) or a longer number
    try:
        # Through int: with leading zeros it is still somebody's address.
        return IPv4Address(".".join(str(int(part)) for part in parts)).is_global
    except ValueError:
        return False


# The whole dotted number, so that its length can be told.
_IPV4 = r"[vV]?[\d.]*\d{1,3}(?:\.\d{1,3}){3}[\d.]*"

_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


def _is_public_v6(match: str) -> bool:
    text = match.rstrip(".")
    for candidate in (text, text.removeprefix(":"), text.rstrip(":"), text.strip(":")):
        try:
            address = IPv6Address(candidate)
        except ValueError:
            continue
        embedded = address.ipv4_mapped
        if address in _NAT64:
            embedded = IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return embedded.is_global
        return address in _UNICAST and address.is_global
    return False


_HEX = "[0-9a-f]{1,4}"
_IPV6 = _any(
    rf"(?i:(?:\b[0-9a-f:]*)?\b[23][0-9a-f]{{3}}(?:(?::{_HEX})*::|(?::{_HEX}){{7}})[0-9a-f:.]*)",
    rf"(?i:[0-9a-f:]*(?:::|(?:0{{1,4}}:){{5}})ffff:{_HEX}:{_HEX}\b)",
    rf"(?i:\b64:ff9b::{_HEX}:{_HEX}\b)",
)

# Accounts and folders that systems make themselves.
_NOBODY = frozenset(("all users", "default", "default user", "linuxbrew", "public", "shared"))


def _is_somebody(match: str) -> bool:
    return re.split(r"[/\\]+", match.rstrip("/\\"))[-1].lower() not in _NOBODY


_COMPONENT = r"""[^\s/\\:;,"'`<>|*?()\[\]{}$%&=]+"""
_UNIX_HOME = _any(
    r"\B(?:/(?:data|export|host|media|mnt|net|nfs|srv|usr|var)(?:/[\w.-]+)*)?/home/" + _COMPONENT,
    r"/Users/" + _COMPONENT,
    r"\B/root\b",
    r"\B~[A-Za-z_][\w-]*",
    r"\B~/[^\s/]",
)
_SLASH = r"[\\/]+"
_WINDOWS_NAME = r"""(?:[^\s\\/:*?"<>|\[\]][^\\/:*?"<>|\r\n\[\]]*[\\/]|""" + _COMPONENT + ")"
_WINDOWS_HOME = "(?i:" + (
    _any(
        rf"[a-z]:{_SLASH}(?:users|documents and settings){_SLASH}",
        r"\\(?:users|documents and settings)\\+",
        r"\\\\[\w.-]+\\+(?:homes?|profiles)\$?\\+",
    )
    + _WINDOWS_NAME
    + ")"
)

_VALUE = r"""(?:"[^"]*"?|'[^']*'?|[^\s;&"'=][^\s;&"']*)"""
_ENVIRONMENT_VARIABLE = _any(
    r"\$[A-Z_][A-Z0-9_]+",
    r"\$(?:https?|ftp|all|no)_proxy\b",
    r"\$\{[#!]?[A-Za-z_][^}\s]*\}?",
    r"(?i:\$\{?env[:.][a-z_][\w()]*\}?)",
    r"%(?:[A-Za-z_][A-Za-z0-9_()]{2,}|OS)%",
    r"\b[A-Z_][A-Z0-9_]+=" + _VALUE,
    r"(?i:\bexport\s+[a-z_]\w*=)" + _VALUE,
)

_TOKENS = _any(
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
    r"\bgh[oprsu]_[A-Za-z0-9]{16,}",
    r"\bgithub_pat_\w{20,}",
    r"\bgl(?:agent|cbt|dt|ft|imt|oas|pat|ptt|rt|soat)-[\w-]{16,}",
    r"\bxox[abeoprs][.-][\w-]{10,}",
    r"\bxapp-[\w-]{10,}",
    r"\bhooks\.slack\.com/services/[\w/]+",
    r"\bAIza[\w-]{30,}",
    r"\bya29\.[\w-]{20,}",
    r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}",
    r"\bsk-[\w-]{20,}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[\w-]{50,}",
    r"\bcio[A-Za-z0-9]{32}\b",
    r"\bhf_[A-Za-z0-9]{30,}",
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*",
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?s:.*)",
    r"PuTTY-User-Key-File-\d(?s:.*)",
    r"\bAGE-SECRET-KEY-1[A-Z0-9]+",
    r"""(?i:\bauthorization["']?\s*[:=]\s*["']?(?:basic|bearer|digest|negotiate|token)\s+[^\s"']+)""",
    r"(?i:\bbearer\s+[\w.~+/-]{20,}=*)",
    r"""(?i:\b[a-z][a-z0-9+.-]*://[^\s/?#@:"]*:[^\s/?#"]+@)""",
)

_MASKS = frozenset(("", "false", "hidden", "masked", "nil", "none", "null", "redacted", "true"))


def _is_unmasked(match: str) -> bool:
    value = re.split(r"[=:\s]", match, maxsplit=1)[1].strip("=: \t\r\n\"'<>()[]{}*.•xX")
    return value.lower() not in _MASKS


_KEY = (
    r"(?:passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key"
    r"|account[_-]?key|credentials?)"
)
_ASSIGNMENTS = _any(
    rf"""(?i:\b[\w-]*(?:{_KEY}|token)["']?\s*=\s*){_VALUE}""",
    rf"""(?i:\b[\w-]*{_KEY}["']?\s*:\s*){_VALUE}""",
    rf"""(?i:\B--[\w-]*(?:{_KEY}|token)\s+){_VALUE}""",
    r"""(?i:\bpwd\s*=\s*)[^\s;&"'=/][^\s;&"']*""",
)

_INTERNAL = frozenset(("corp", "internal", "intranet", "lan", "local", "localdomain"))


def _is_internal(match: str) -> bool:
    labels = match.rstrip(".-").lower().split(".")
    if labels[0] in ("", "localhost"):  # a hidden file, and a name that every machine has
        return False
    return labels[-1] in _INTERNAL or labels[-2:] == ["home", "arpa"]


# The whole dotted name: `config.local.json` is none.
_HOST = (
    r"[\pL\pN.-]*[\pL\pN-]"
    r"\.(?i:internal|corp|local|lan|intranet|localdomain|home\.arpa)\b[\pL\pN.-]*"
)

RULES = (
    Rule("email", _EMAIL, _is_address),
    Rule("public_ip", _IPV4, _is_public_v4),
    Rule("public_ip", _IPV6, _is_public_v6),
    Rule("home_path", _UNIX_HOME, _is_somebody),
    Rule("home_path", _WINDOWS_HOME, _is_somebody),
    Rule("environment_variable", _ENVIRONMENT_VARIABLE),
    Rule("credential", _TOKENS),
    Rule("credential", _ASSIGNMENTS, _is_unmasked),
    Rule("internal_host", _HOST, _is_internal),
)
