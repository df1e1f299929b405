"""Workflow runs and their artifacts with every field that GitHub sends, of made-up facts."""

from datetime import datetime

from exporter.recorded.messages import iso
from exporter.recorded.model import Json
from exporter.recorded.shapes import Shapes, node

SHA_LENGTH = 40


def run(
    shapes: Shapes,
    number: int,
    started: datetime,
    finished: datetime,
    *,
    actor: str,
    branch: str,
    event: str = "push",
    workflow: tuple[int, str] = (1, "ci.yml"),
    status: str = "completed",
    conclusion: str | None = "success",
) -> Json:
    """Return a workflow's run; `workflow` is its number and the name of its file."""
    identity = shapes.id * 16 + number
    url = f"{shapes.api}/actions/runs/{identity}"
    sha = f"{identity:x}".ljust(SHA_LENGTH, "c")
    workflow_id = shapes.id + workflow[0]
    return {
        "id": identity,
        "name": workflow[1].partition(".")[0].upper(),
        "node_id": node("WFR", identity),
        "head_branch": branch,
        "head_sha": sha,
        "path": f".github/workflows/{workflow[1]}",
        "display_title": f"Run {number}",
        "run_number": number,
        "event": event,
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow_id,
        "check_suite_id": identity + 1,
        "check_suite_node_id": node("CS", identity + 1),
        "url": url,
        "html_url": f"{shapes.web}/actions/runs/{identity}",
        "pull_requests": [],
        "created_at": iso(started),
        "updated_at": iso(finished),
        "actor": shapes.user(actor),
        "run_attempt": 1,
        "referenced_workflows": [],
        "run_started_at": iso(started),
        "triggering_actor": shapes.user(actor),
        **{f"{key}_url": f"{url}/{key}" for key in ("jobs", "logs", "artifacts", "cancel")},
        "check_suite_url": f"{shapes.api}/check-suites/{identity + 1}",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{shapes.api}/actions/workflows/{workflow_id}",
        # Who wrote the commit is null, as for authors whom GitHub does not know.
        "head_commit": {
            "id": sha,
            "tree_id": sha[::-1],
            "message": f"Run {number}",
            "timestamp": iso(started),
            "author": None,
            "committer": None,
        },
        "repository": shapes.minimal(),
        "head_repository": shapes.minimal(),
    }


def artifact(
    shapes: Shapes, number: int, name: str, run: Json, *, size: int, expires: datetime
) -> Json:
    """Return an artifact of the run."""
    identity = shapes.id * 8 + number
    url = f"{shapes.api}/actions/artifacts/{identity}"
    return {
        "id": identity,
        "node_id": node("A", identity),
        "name": name,
        "size_in_bytes": size,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": False,
        "digest": None,
        "created_at": run["updated_at"],
        "updated_at": run["updated_at"],
        "expires_at": iso(expires),
        "workflow_run": {
            "id": run["id"],
            "repository_id": shapes.id,
            "head_repository_id": shapes.id,
            "head_branch": run["head_branch"],
            "head_sha": run["head_sha"],
        },
    }
