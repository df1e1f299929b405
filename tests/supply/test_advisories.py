"""Where no service is reachable, a clone of the advisories answers as the service does."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.serve_advisories import read_advisories, serve

ADVISORY = """\
id: PYSEC-2021-66
details: A regular expression takes for ever.
affected:
- package: {name: Jinja_2, ecosystem: PyPI}
  ranges:
  - type: GIT
    events: [{introduced: '0'}]
  - type: ECOSYSTEM
    events: [{fixed: 3.0.2}, {introduced: '0'}, {fixed: 2.10}, {introduced: 3.0}]
  - type: ECOSYSTEM
    events: [{introduced: '5'}, {last_affected: 5.1}]
  versions: [4.7.post1]
modified: '2021-03-22T16:34:00Z'
"""
AFFECTED = ["0.1", "2.9.6", "3.0", "3.0.1", "4.7.post1", "5", "5.1"]
FINE = ["2.10", "2.11", "3.0.2", "4.7", "5.2", "6"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("advisories")
    (folder / "vulns" / "jinja2").mkdir(parents=True)
    (folder / "vulns" / "jinja2" / "PYSEC-2021-66.yaml").write_text(ADVISORY)
    server = serve(read_advisories(folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def ask(address: str, name: str, version: str) -> Any:
    asked = {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
    return httpx.post(address, json=asked).raise_for_status().json()


@pytest.mark.parametrize("version", AFFECTED)
def test_an_affected_version_is_told_with_its_advisory(address: str, version: str) -> None:
    (told,) = ask(address, "jinja-2", version)["vulns"]
    assert told["id"] == "PYSEC-2021-66"
    assert told["affected"][0]["ranges"][1]["events"][2] == {"fixed": "2.10"}


@pytest.mark.parametrize("version", FINE)
def test_any_other_version_is_not(address: str, version: str) -> None:
    assert ask(address, "jinja-2", version) == {}


def test_any_other_package_is_not(address: str) -> None:
    assert ask(address, "jinja", "2.9.6") == {}


def test_a_folder_without_advisories_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no advisories; expected vulns/PACKAGE/ID\.yaml"):
        read_advisories(tmp_path)
