"""The example's recordings against the published descriptions, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.description import properties
from tests.contracts.requests import graphql_mistakes
from tests.contracts.responses import check_object
from tests.example import EXAMPLE, ROOT

CARO = EXAMPLE / "upstream" / "github" / "wildcard" / "caro"
CRATE = EXAMPLE / "upstream" / "crates.io" / "caro"

# File, the key of its list, and what GitHub's description calls one of it.
LISTS = [
    ("issues", None, "issue"),
    ("labels", None, "label"),
    ("milestones", None, "milestone"),
    ("runs", "workflow_runs", "workflow-run"),
    ("artifacts", "artifacts", "artifact"),
]
# Sent only when asked for, to those who may push, or where the thing itself is there.
NOT_SENT = {
    "workflow-run": {"head_repository_id"},
    "issue": {"body_html", "body_text", "repository", "parent_issue_url"},
    "full-repository": {
        *("allow_auto_merge", "allow_merge_commit", "allow_rebase_merge", "allow_squash_merge"),
        *("allow_update_branch", "delete_branch_on_merge", "permissions", "security_and_analysis"),
        *("merge_commit_message", "merge_commit_title", "squash_merge_commit_message"),
        *("squash_merge_commit_title", "use_squash_pr_title_as_default"),
        *("anonymous_access_enabled", "code_of_conduct", "master_branch", "parent", "source"),
        *("template_repository", "has_pull_requests", "pull_request_creation_policy"),
    },
}
ONLY_OF_PULLS = {"draft", "pull_request"}


def read(file: Path) -> Any:
    return json.loads(file.read_text())


def items(name: str, key: str | None) -> list[dict[str, Any]]:
    document = read(CARO / f"{name}.json")
    found: list[dict[str, Any]] = document if key is None else document[key]
    return found


@pytest.mark.parametrize(("name", "key", "schema"), LISTS)
def test_every_recorded_object_fits_the_description(
    name: str, key: str | None, schema: str
) -> None:
    recorded = items(name, key)
    assert recorded
    for one in recorded:
        check_object("github", schema, one)


@pytest.mark.parametrize(("name", "key", "schema"), LISTS)
def test_it_has_every_field_and_none_that_is_invented(
    name: str, key: str | None, schema: str
) -> None:
    for one in items(name, key):
        missing = {*NOT_SENT.get(schema, ())}
        if schema == "issue" and "pull_request" not in one:
            missing |= ONLY_OF_PULLS
        assert one.keys() == properties("github", schema) - missing


def test_the_repository_fits_and_has_every_field() -> None:
    repository = read(CARO / "repository.json")
    check_object("github", "full-repository", repository)
    expected = properties("github", "full-repository") - NOT_SENT["full-repository"]
    assert repository.keys() == expected


def test_discussions_have_the_types_of_the_schema() -> None:
    data = read(CARO / "discussions.json")["data"]
    query = """query { repository(owner: "wildcard", name: "caro") { discussions {
        totalCount nodes { id number title url closed isAnswered createdAt } } } }"""
    assert graphql_mistakes(query, data) == []
    data["repository"]["discussions"]["totalCount"] = "five"
    assert len(graphql_mistakes(query, data)) == 1


def test_the_crate_fits_and_has_every_field() -> None:
    told = read(CRATE / "crate.json")
    shapes = {"crate": "Crate", "versions": "Version", "keywords": "Keyword"}
    for key, schema in shapes.items():
        for one in told[key] if isinstance(told[key], list) else [told[key]]:
            check_object("crates", schema, one)
            assert one.keys() == properties("crates", schema)


def test_downloads_fit() -> None:
    files = sorted(CRATE.glob("*-downloads.json"))
    assert len(files) == 6
    for file in files:
        for row in read(file)["version_downloads"]:
            check_object("crates", "VersionDownload", row)


def test_a_recording_that_does_not_fit_is_noticed() -> None:
    issue = items("issues", None)[0]
    wrong: dict[str, object] = {"number": "7", "created_at": "yesterday", "user": {}, "id": None}
    for key, value in wrong.items():
        with pytest.raises(AssertionError):
            check_object("github", "issue", {**issue, key: value})


def test_the_recordings_are_small_and_say_that_they_are_made() -> None:
    files = [one for one in (EXAMPLE / "upstream").rglob("*") if one.is_file()]
    assert sum(one.stat().st_size for one in files) < 400_000
    assert "Made data" in (CARO / "issues.json").read_text()
    assert "@" not in (CARO / "issues.json").read_text()


def test_the_descriptions_say_where_they_are_from() -> None:
    folder = ROOT / "tests" / "contracts"
    for name in ("github.json", "crates.json", "downloads.json"):
        assert read(folder / name)["x-origin"]
    assert "MIT" in (folder / "github.graphql").read_text().splitlines()[0]
