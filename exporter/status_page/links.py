"""Which addresses from outside become links."""

from urllib.parse import urlsplit

from exporter.inert import inert


def web_link(address: str) -> str:
    """Return the address when a browser may follow it, else an empty text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    usable = parts.scheme in ("http", "https") and parts.netloc and inert(address) == address
    return address if usable else ""
