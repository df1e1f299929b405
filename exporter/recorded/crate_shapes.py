"""A crate with every field that crates.io sends, of made-up facts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from exporter.recorded.crates import precedence
from exporter.recorded.messages import iso
from exporter.recorded.model import Crate, Json

FIRST_VERSION = 880_000


def crate(
    name: str,
    published: Mapping[str, datetime],
    downloads: Mapping[str, Mapping[str, int]],
    *,
    earlier: int = 0,
    repository: str | None = None,
    publisher: str = "octo-ada",
) -> Crate:
    """Return a crate of versions by their publication, with downloads by version and day.

    `earlier` downloads are older than the days that are told.
    """
    versions = [
        _version(name, number, at, FIRST_VERSION + index, downloads.get(number, {}), publisher)
        for index, (number, at) in enumerate(sorted(published.items(), key=lambda one: one[1]), 1)
    ]
    for version in versions:
        version["repository"] = repository
    rows = {
        version["num"]: [
            {"version": version["id"], "downloads": count, "date": day}
            for day, count in sorted(downloads.get(version["num"], {}).items())
        ]
        for version in versions
    }
    facts = _facts(name, versions, repository)
    recent = sum(row["downloads"] for some in rows.values() for row in some)
    facts |= {"downloads": recent + earlier, "recent_downloads": recent}
    return Crate(facts, versions[::-1], [_keyword(versions[0])], [_category()], rows)


def _facts(name: str, versions: Sequence[Json], repository: str | None) -> Json:
    numbers = sorted((one["num"] for one in versions), key=precedence)
    stable = [one for one in numbers if "-" not in one]
    path = f"/api/v1/crates/{name}"
    return {
        "id": name,
        "name": name,
        "updated_at": versions[-1]["created_at"],
        "versions": [one["id"] for one in versions[::-1]],
        "keywords": ["cli"],
        "categories": ["command-line-utilities"],
        "badges": [],
        "created_at": versions[0]["created_at"],
        "default_version": (stable or numbers)[-1],
        "num_versions": len(versions),
        "yanked": False,
        "max_version": numbers[-1],
        "newest_version": versions[-1]["num"],
        "max_stable_version": stable[-1] if stable else None,
        "description": "Shell commands from plain language (made data)",
        "homepage": None,
        "documentation": None,
        "repository": repository,
        "links": {
            "version_downloads": f"{path}/downloads",
            "versions": None,
            "owners": f"{path}/owners",
            "owner_team": f"{path}/owner_team",
            "owner_user": f"{path}/owner_user",
            "reverse_dependencies": f"{path}/reverse_dependencies",
        },
        "exact_match": False,
        "trustpub_only": False,
    }


def _version(
    name: str,
    number: str,
    published: datetime,
    identity: int,
    downloads: Mapping[str, int],
    publisher: str,
) -> Json:
    at = iso(published.astimezone(UTC))
    path = f"/api/v1/crates/{name}/{number}"
    links = ("dependencies", "authors")
    user = _user(publisher)
    return {
        "id": identity,
        "crate": name,
        "num": number,
        "dl_path": f"{path}/download",
        "readme_path": f"{path}/readme",
        "updated_at": at,
        "created_at": at,
        "downloads": sum(downloads.values()),
        "features": {"default": []},
        "yanked": False,
        "yank_message": None,
        "lib_links": None,
        "license": "Apache-2.0",
        "links": {
            **{key: f"{path}/{key}" for key in links},
            "version_downloads": f"{path}/downloads",
        },
        "crate_size": 181_204,
        "published_by": user,
        "audit_actions": [{"action": "publish", "user": user, "time": at}],
        "checksum": f"{identity:x}".rjust(64, "e"),
        "rust_version": "1.75",
        "has_lib": True,
        "bin_names": [name],
        "edition": "2021",
        "description": "Shell commands from plain language (made data)",
        "homepage": None,
        "documentation": None,
        "repository": None,
        "trustpub_data": None,
        "linecounts": None,
    }


def _user(login: str) -> Json:
    return {
        "id": 9_001,
        "login": login,
        "name": None,
        "avatar": "https://avatars.githubusercontent.com/u/9000001?v=4",
        "url": f"https://github.com/{login}",
        "created_at": None,
        "github_username_matches": True,
    }


def _keyword(version: Json) -> Json:
    return {"id": "cli", "keyword": "cli", "created_at": version["created_at"], "crates_cnt": 1}


def _category() -> Json:
    return {
        "id": "command-line-utilities",
        "category": "Command line utilities",
        "slug": "command-line-utilities",
        "description": "Applications to run at the command line.",
        "created_at": "2017-01-17T19:13:05Z",
        "crates_cnt": 1,
    }
