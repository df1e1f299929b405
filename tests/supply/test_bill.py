"""The bill of materials says what the lock says, and goes where the exporter goes."""

import json
import re
from typing import Any

import pytest

from tests.supply.licences import licences
from tests.supply.lock import LOCKS, ROOT, read_lock

BILL: dict[str, Any] = json.loads((ROOT / "sbom.cdx.json").read_text("utf-8"))
COMPONENTS: list[dict[str, Any]] = BILL["components"]


def test_it_lists_what_the_lock_lists_with_every_hash() -> None:
    listed = {
        (
            one["name"],
            one["version"],
            tuple(sorted(f"sha256:{x['content']}" for x in one["externalReferences"][0]["hashes"])),
        )
        for one in COMPONENTS
    }
    locked = {
        (name, version, tuple(sorted(hashes)))
        for name, version, hashes in read_lock("requirements.txt")
    }
    assert listed == locked
    assert len(listed) == len(COMPONENTS)


def test_every_component_has_the_licence_that_is_listed() -> None:
    for one in COMPONENTS:
        (told,) = one["licenses"]
        licence = told.get("expression") or told["license"]["id"]
        assert licence == licences()[one["name"]]


def test_what_only_builds_the_exporter_is_no_part_of_what_runs() -> None:
    excluded = {one["name"] for one in COMPONENTS if one["scope"] == "excluded"}
    assert {"hatchling", "editables", "packaging"} <= excluded
    assert not {"numpy", "httpx", "cryptography", "certifi", "cffi"} & excluded


def test_everything_is_reached_from_the_exporter() -> None:
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in BILL["dependencies"]}
    reached, new = set[str](), {BILL["metadata"]["component"]["bom-ref"]}
    while new:
        reached |= new
        new = set().union(*(needs[one] for one in new)) - reached
    assert {one["bom-ref"] for one in COMPONENTS} <= reached


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    listed = list(read_lock(lock))
    assert len(listed) > 20
    assert all(hashes for *_, hashes in listed)
    assert not re.search(r"https?:|--index|--find-links|git\+", (ROOT / lock).read_text("utf-8"))
