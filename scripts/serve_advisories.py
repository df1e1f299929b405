"""Answer as https://osv.dev does, from a clone of https://github.com/pypa/advisory-database.

    ADVISORIES=FOLDER scripts/supply audit

For machines that reach no advisory service. Prints its address, then how old what it knows is.
"""
# ruff: noqa: INP001, T201 - a script, not a package, that prints

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import Version

Advisory = dict[str, Any]


def read_advisories(folder: Path) -> dict[str, list[Advisory]]:
    """Return what is known of each package, by its canonical name."""
    known: dict[str, list[Advisory]] = {}
    for path in sorted(folder.glob("vulns/*/*.yaml")):
        # As JSON has it: no dates, and a version like 2.10 is no number.
        advisory: Advisory = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
        for name in {canonicalize_name(one["package"]["name"]) for one in advisory["affected"]}:
            known.setdefault(name, []).append(advisory)
    if not known:
        raise SystemExit(f"{folder}: no advisories; expected vulns/PACKAGE/ID.yaml in it")
    return known


def affects(advisory: Advisory, name: str, version: str) -> bool:
    """Tell whether the version is listed, or lies within a range."""
    return any(
        version in one.get("versions", ())
        or any(_within(x, version) for x in one.get("ranges", ()))
        for one in advisory["affected"]
        if canonicalize_name(one["package"]["name"]) == name
    )


def _within(a_range: Advisory, version: str) -> bool:
    """Tell whether the last event up to the version made it vulnerable: the schema's own rule."""
    if a_range["type"] != "ECOSYSTEM":
        return False
    vulnerable = False
    for kind, at in sorted(_events(a_range), key=lambda event: Version(event[1])):
        if kind == "last_affected":
            vulnerable = vulnerable and Version(version) <= Version(at)
        elif Version(version) >= Version(at):
            vulnerable = kind == "introduced"
    return vulnerable


def _events(a_range: Advisory) -> Iterator[tuple[str, str]]:
    return (item for event in a_range["events"] for item in event.items() if item[0] != "limit")


def serve(known: dict[str, list[Advisory]]) -> ThreadingHTTPServer:
    """Return a server of `POST {"package": {"name": …}, "version": …}` on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name, version = canonicalize_name(asked["package"]["name"]), asked["version"]
            found = [one for one in known.get(name, ()) if affects(one, name, version)]
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def main() -> None:
    """Serve until ended."""
    known = read_advisories(Path(sys.argv[1]))
    newest = max(one["modified"] for every in known.values() for one in every)
    server = serve(known)
    print(f"http://127.0.0.1:{server.server_port}/v1/query", flush=True)
    print(
        f"asking {sys.argv[1]}: {len(known):,} packages, newest advisory of {newest[:10]}; of what"
        " became known later, it says nothing",
        file=sys.stderr,
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
