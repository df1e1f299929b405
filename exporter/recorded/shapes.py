"""GitHub's objects with every field that its REST API sends, of made-up facts.

For recordings and tests: `Shapes("wildcard/caro", 712_000_001).issue(…)`.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from exporter.recorded.addresses import OF_REPOSITORY, OF_USER
from exporter.recorded.messages import iso
from exporter.recorded.model import Json

API, WEB = "https://api.github.com", "https://github.com"
FIRST_USER = 9_000_000  # made-up people have ids from here

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


@dataclass
class Shapes:
    """Objects of one repository; ids follow from numbers, so that the same facts look the same."""

    name: str
    id: int
    _users: dict[str, Json] = field(default_factory=dict)

    @property
    def api(self) -> str:
        """The repository's address in the interface."""
        return f"{API}/repos/{self.name}"

    @property
    def web(self) -> str:
        """The repository's address on the website."""
        return f"{WEB}/{self.name}"

    def user(self, login: str, kind: str = "User") -> Json:
        """Return a person, or an organization; the same object every time."""
        if login not in self._users:
            number = FIRST_USER + len(self._users) + 1
            self._users[login] = {
                "login": login,
                "id": number,
                "node_id": node("U", number),
                "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
                "gravatar_id": "",
                "url": f"{API}/users/{login}",
                "html_url": f"{WEB}/{login}",
                **{f"{key}_url": f"{API}/users/{login}/{end}" for key, end in OF_USER.items()},
                "type": kind,
                "user_view_type": "public",
                "site_admin": False,
            }
        return self._users[login]

    def label(self, number: int, name: str, color: str, description: str | None = None) -> Json:
        """Return a label of the repository."""
        return {
            "id": self.id * 10 + number,
            "node_id": node("LA", self.id * 10 + number),
            "url": f"{self.api}/labels/{name.replace(' ', '%20')}",
            "name": name,
            "color": color,
            "default": name in ("bug", "documentation", "enhancement"),
            "description": description,
        }

    def milestone(
        self,
        number: int,
        title: str,
        created: datetime,
        *,
        creator: str,
        due: datetime | None = None,
        closed: datetime | None = None,
    ) -> Json:
        """Return a milestone without issues; `counted` fills in how many it has."""
        return {
            "url": f"{self.api}/milestones/{number}",
            "html_url": f"{self.web}/milestone/{number}",
            "labels_url": f"{self.api}/milestones/{number}/labels",
            "id": self.id + number,
            "node_id": node("MI", self.id + number),
            "number": number,
            "title": title,
            "description": None,
            "creator": self.user(creator),
            "open_issues": 0,
            "closed_issues": 0,
            "state": "closed" if closed else "open",
            "created_at": iso(created),
            "updated_at": iso(closed or created),
            "due_on": iso(due) if due else None,
            "closed_at": iso(closed) if closed else None,
        }

    def issue(
        self,
        number: int,
        title: str,
        opened: datetime,
        *,
        author: str,
        labels: Sequence[Json] = (),
        milestone: Json | None = None,
        closed: datetime | None = None,
        reason: str | None = None,
        updated: datetime | None = None,
        comments: int = 0,
        body: str | None = None,
    ) -> Json:
        """Return an issue; `reason` is why it was closed, or `reopened` for an open one."""
        url = f"{self.api}/issues/{number}"
        identity = self.id * 4 + number
        return {
            "url": url,
            "repository_url": self.api,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": f"{self.web}/issues/{number}",
            "id": identity,
            "node_id": node("I", identity),
            "number": number,
            "title": title,
            "user": self.user(author),
            "labels": list(labels),
            "state": "closed" if closed else "open",
            "locked": False,
            "assignee": None,
            "assignees": [],
            "milestone": milestone,
            "comments": comments,
            "created_at": iso(opened),
            "updated_at": iso(updated or closed or opened),
            "closed_at": iso(closed) if closed else None,
            "author_association": "CONTRIBUTOR",
            "type": None,
            "active_lock_reason": None,
            "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
            "issue_dependencies_summary": {
                "blocked_by": 0,
                "total_blocked_by": 0,
                "blocking": 0,
                "total_blocking": 0,
            },
            "body": body,
            "closed_by": self.user(author) if closed else None,
            "reactions": {
                "url": f"{url}/reactions",
                "total_count": 0,
                **dict.fromkeys(REACTIONS, 0),
            },
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None,
            "state_reason": reason,
            "pinned_comment": None,
            "issue_field_values": [],
        }

    def pull_request(self, issue: Json, *, merged: datetime | None = None) -> Json:
        """Return the issue as lists show a pull request."""
        number, page = issue["number"], f"{self.web}/pull/{issue['number']}"
        return {
            **issue,
            "html_url": page,
            "node_id": node("PR", issue["id"]),
            "state_reason": None,
            "draft": False,
            "pull_request": {
                "url": f"{self.api}/pulls/{number}",
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": iso(merged) if merged else None,
            },
        }

    def minimal(self) -> Json:
        """Return the repository as other objects contain it."""
        owner, short = self.name.split("/")
        return {
            "id": self.id,
            "node_id": node("R", self.id),
            "name": short,
            "full_name": self.name,
            "private": False,
            "owner": self.user(owner, "Organization"),
            "html_url": self.web,
            "description": None,
            "fork": False,
            "url": self.api,
            **{f"{key}_url": f"{self.api}/{end}" for key, end in OF_REPOSITORY.items()},
        }

    def repository(
        self,
        created: datetime,
        pushed: datetime,
        *,
        issues: Iterable[Json] = (),
        stars: int = 0,
        description: str | None = None,
    ) -> Json:
        """Return the repository itself; pull requests count among its open issues."""
        count = sum(one["state"] == "open" for one in issues)
        minimal = {**self.minimal(), "description": description}
        return {**minimal, **self._counts(stars, count), **self._settings(created, pushed)}

    def _counts(self, stars: int, open_issues: int) -> Json:
        return {
            "size": 4096,
            "stargazers_count": stars,
            "watchers_count": stars,
            "watchers": stars,
            "forks_count": 3,
            "forks": 3,
            "open_issues_count": open_issues,
            "open_issues": open_issues,
            "network_count": 3,
            "subscribers_count": 6,
        }

    def _settings(self, created: datetime, pushed: datetime) -> Json:
        key = "apache-2.0"
        return {
            "created_at": iso(created),
            "updated_at": iso(pushed),
            "pushed_at": iso(pushed),
            "git_url": f"git://github.com/{self.name}.git",
            "ssh_url": f"ssh://github.com/{self.name}.git",
            "clone_url": f"{self.web}.git",
            "svn_url": self.web,
            "homepage": None,
            "language": "Rust",
            **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
            "has_pages": False,
            "has_discussions": True,
            "mirror_url": None,
            "archived": False,
            "disabled": False,
            "license": {
                "key": key,
                "name": "Apache License 2.0",
                "spdx_id": "Apache-2.0",
                "url": f"{API}/licenses/{key}",
                "node_id": "MDc6TGljZW5zZTI=",
            },
            "allow_forking": True,
            "is_template": False,
            "web_commit_signoff_required": False,
            "topics": ["cli", "shell"],
            "visibility": "public",
            "default_branch": "main",
            "temp_clone_token": None,
            "custom_properties": {},
            "organization": self.minimal()["owner"],
        }


def counted(milestones: Iterable[Json], issues: Sequence[Json]) -> None:
    """Fill in how many issues and pull requests each milestone has."""
    for milestone in milestones:
        states = [
            one["state"]
            for one in issues
            if one["milestone"] and one["milestone"]["number"] == milestone["number"]
        ]
        milestone["open_issues"] = states.count("open")
        milestone["closed_issues"] = states.count("closed")


def node(kind: str, number: int) -> str:
    """Return an opaque id as GraphQL has them."""
    tail = base64.urlsafe_b64encode(number.to_bytes(6, "big")).decode()
    return f"{kind}_kwDO{tail}"
