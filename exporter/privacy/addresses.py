"""E-mail addresses, public addresses of machines, and internal host names."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_network

from exporter.privacy.patterns import either

_AT = r"@\x{FE6B}\x{FF20}"  # also as Chinese and Japanese keyboards write it
_DOT = "[.\u3002\uff0e\uff61]"

# A dot in the domain is asked for: `a@b` may be a package and its tag.
EMAIL = (
    rf"""(?:"[^"]*"|[^\s{_AT}"(),:;<>\[\]\\]+)"""
    rf"(?:[{_AT}]|%40)"
    rf"(?:[\pL\pN][\pL\pN\pM_-]*{_DOT})+(?:(?i:xn--[a-z0-9-]+)|\pL[\pL\pM]+)"
)

# `icon@2x.png` and `getty@tty1.service` are no addresses; none of these is a top-level domain.
_FILE_TYPES = frozenset(("gif", "jpeg", "jpg", "png", "service", "socket", "svg", "timer", "webp"))


def is_mailbox(match: str) -> bool:
    """Return whether it ends like a domain and not like a file's name."""
    return re.split(_DOT, match)[-1].lower() not in _FILE_TYPES


# The whole dotted number with its `v`, so that a version or a longer number can be told.
IPV4 = r"[vV]?[\d.]*\d{1,3}(?:\.\d{1,3}){3}[\d.]*"

_DIGITS = 3


def is_public_v4(match: str) -> bool:
    """Return whether this is exactly an address, and one that somebody can have."""
    parts = match.strip(".").split(".")
    if not all(part.isdecimal() and len(part) <= _DIGITS for part in parts):
        return False
    try:
        # Through int: with leading zeros it is still somebody's.
        return _is_public(IPv4Address(".".join(str(int(part)) for part in parts)))
    except AddressValueError:
        return False


_HEX = "[0-9a-f]{1,4}"
# The whole run of groups, around what tells an address from times, MAC addresses and Rust paths:
# eight groups or `::` in the range given out so far, or the embedding of a v4 address.
IPV6 = (
    r"(?i:(?:\b[0-9a-f:]*)?"
    + either(
        rf"\b[23][0-9a-f]{{3}}(?:(?::{_HEX})*::|(?::{_HEX}){{7}})",
        rf"(?:::|(?:\b0{{1,4}}:){{5}})ffff:{_HEX}:{_HEX}",
        rf"\b64:ff9b::{_HEX}:{_HEX}",
    )
    + r"[0-9a-f:.]*)"
)

_NAT64 = ip_network("64:ff9b::/96")


def is_public_v6(match: str) -> bool:
    """Return whether the run of groups, without punctuation, is an address somebody can have."""
    text = match.rstrip(".")
    for candidate in (text.removeprefix(":"), text.removesuffix(":"), text.strip(":")):
        try:
            address = IPv6Address(candidate)
        except AddressValueError:
            continue
        if address in _NAT64:
            return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        return _is_public(address)
    return False


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


_INTERNAL = frozenset(("corp", "internal", "intranet", "lan", "local", "localdomain"))
# The whole dotted name, so that `config.local.json` can be told.
INTERNAL_HOST = (
    r"[\pL\pN.-]*[\pL\pN-]"
    rf"\.(?i:{either(*sorted(_INTERNAL))}|home\.arpa)\b[\pL\pN.-]*"
)


def is_internal(match: str) -> bool:
    """Return whether the name ends in an internal domain and tells one machine from others."""
    labels = match.rstrip(".-").lower().split(".")
    if labels[0] == "localhost" or (labels[0] == "" and labels[-1] == "local"):
        return False  # every machine's name, or a hidden file such as `.env.local`
    return labels[-1] in _INTERNAL or labels[-2:] == ["home", "arpa"]
