"""What is found at GitHub, line by line."""

import re
from datetime import timedelta

import pytest

from exporter.config.environment import PREFIX
from exporter.doctor.finding import Finding
from exporter.plan import DAY
from exporter.recorded.faults import KINDS
from exporter.recorded.model import Token
from tests.doctor.patient import ABOUT, RELEASE, Patient, lines
from tests.releases import NOW
from tests.upstream.test_github import pem
from tests.upstream.world import NAME, SHAPES, TOKEN, World, forget_everything

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SETS_TOKEN = "set RELEASE_EXPORTER_GITHUB_TOKEN or RELEASE_EXPORTER_GITHUB_TOKEN_FILE"
GITHUB = "repository: wildcard/caro\nsources:\n  github: "
LABEL_FIX = "create it, or correct priorities or labels: one that is not there would count no bug"


def of_github(findings: list[Finding]) -> dict[str, list[str]]:
    names = {one.name for one in findings if one.name.startswith(("github.", "clock"))}
    return {name: lines(findings, name) for name in names}


def host(world: World) -> str:
    return world.server.github.split("/")[2]


def test_where_all_is_well_every_line_says_so_and_few_requests_were_made(
    world: World, patient: Patient
) -> None:
    world.issue(7, ["P0"], opened=HOUR)
    found = patient.findings()
    assert of_github(found) == {
        "github.address": [f"ok: {world.server.github}"],
        "clock": [f"ok: this machine's clock is 0s ahead of {host(world)}"],
        "github.token": [f"ok: {host(world)} takes the token"],
        "github.scopes": ["ok: a fine-grained token, or an app's"],
        "github.expiry": ["ok: GitHub tells no end of the token"],
        "github.repository": ["ok: wildcard/caro, public"],
        "github.issues": ["ok: can be read, the newest is #7"],
        "github.labels": ["ok: there, spelt so: P0, P1"],
        "github.milestones": ["skipped: the release file names none"],
        "github.quota": [
            (
                f"ok: 4,997 of 5,000 requests left at {host(world)}; a first cycle takes about 2,"
                " what is unchanged then costs nothing"
            )
        ],
    }
    assert {one.about for one in found if one.name == "github.labels"} == {ABOUT}
    assert sum(one.cost for one in world.server.log) == 3


def test_a_wrong_token_is_told_once_and_the_rest_is_skipped(world: World, patient: Patient) -> None:
    world.server.upstream.tokens["another"] = Token()
    found = of_github(patient.findings())
    assert found["github.token"] == [
        (
            f"failed: {host(world)}/api/v3/rate_limit: status 401: Bad credentials -> renew the "
            "token or give it read access to metadata and issues, and to what else is read "
            "(discussions, actions)"
        )
    ]
    assert found["github.repository"] == [f"skipped: {world.server.github} could not be asked"]
    assert len(world.server.log) == 1


@pytest.mark.parametrize(
    ("scopes", "line"),
    [
        ("", "ok: a classic token with no scopes: what is public"),
        ("repo, read:org", "ok: a classic token with read:org, repo"),
        (
            "admin:org, repo, delete_repo",
            (
                "warning: the token may do more than is read: admin:org, delete_repo -> use a "
                "fine-grained token that may read metadata, issues, actions and discussions"
            ),
        ),
    ],
)
def test_the_scopes_of_a_classic_token(
    world: World, patient: Patient, scopes: str, line: str
) -> None:
    world.server.upstream.tokens[TOKEN] = Token(scopes=scopes)
    assert patient.lines("github.scopes") == [line]


def test_a_token_that_ends_soon_is_a_warning(world: World, patient: Patient) -> None:
    world.server.upstream.tokens[TOKEN] = Token(NOW + 13 * DAY + HOUR)
    assert patient.lines("github.expiry") == [
        (
            "warning: the token ends on 2026-01-30 21:00 UTC, in 13d -> make a new one and "
            f"{SETS_TOKEN} to it"
        )
    ]
    forget_everything()
    world.server.upstream.tokens[TOKEN] = Token(NOW + 15 * DAY + HOUR)
    assert patient.lines("github.expiry") == ["ok: the token ends on 2026-02-01 21:00 UTC, in 15d"]


def test_an_apps_credentials_work_or_are_named(
    world: World, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN")
    for name, value in (("ID", "17"), ("INSTALLATION_ID", "4711"), ("PRIVATE_KEY", pem())):
        monkeypatch.setenv(f"{PREFIX}GITHUB_APP_{name}", value)
    assert patient.lines("github.token") == [
        f"ok: {host(world)} takes the token of GitHub App 17, installation 4711"
    ]
    forget_everything()
    world.server.fault("/api/v3/app", "unauthorized")
    assert patient.lines("github.app") == [
        (
            f"failed: {host(world)}/api/v3/app/installations/4711/access_tokens: status 401: Bad "
            "credentials -> check RELEASE_EXPORTER_GITHUB_APP_ID, "
            "RELEASE_EXPORTER_GITHUB_APP_PRIVATE_KEY and this machine's clock"
        )
    ]


def test_a_repository_that_is_not_there(world: World, patient: Patient) -> None:
    patient.write("repository: wildcard/cargo\nsources: {github: {}}\n")
    assert patient.lines("github.repository") == [
        (
            f"failed: {host(world)}/api/v3/repos/wildcard/cargo: status 404: Not Found -> is "
            "repository right, and are its issues enabled? GitHub hides what a token may not read"
        )
    ]


def test_a_renamed_repository_is_told_the_name_to_write(world: World, patient: Patient) -> None:
    world.repository.former_names = ("wildcard/cmdai",)
    patient.write("repository: wildcard/cmdai\nsources: {github: {}}\n")
    assert patient.lines("github.repository") == [
        "warning: wildcard/cmdai is called wildcard/caro now -> write repository: wildcard/caro"
    ]


def test_no_repository_at_all(world: World, patient: Patient) -> None:
    patient.write("sources: {github: {}}\n")
    assert patient.lines("github.repository") == [
        (
            "failed: the release file names no repository -> write repository: owner/name, such as "
            "repository: wildcard/caro"
        )
    ]


def test_issues_that_are_turned_off(world: World, patient: Patient) -> None:
    world.repository.facts["has_issues"] = False
    assert patient.lines("github.issues") == [
        (
            "failed: wildcard/caro has its issues turned off, so that no bug is ever counted -> "
            "turn them on in the repository's settings, or take github out"
        )
    ]


def test_issues_that_the_token_may_not_read(world: World, patient: Patient) -> None:
    world.server.fault(f"/api/v3/repos/{NAME}/issues", "forbidden")
    (line,) = patient.lines("github.issues")
    assert line.startswith(
        f"failed: {host(world)}/api/v3/repos/wildcard/caro/issues: status 403: Resource not "
        "accessible by personal access token -> renew the token or give it read access"
    )


@pytest.mark.parametrize(
    ("label", "near"),
    [("p0", "; there is 'P0'"), ("P0-bug", "; there is 'bug', 'P0'"), ("severity", "")],
)
def test_a_label_must_be_there_in_exactly_that_spelling(
    world: World, patient: Patient, label: str, near: str
) -> None:
    patient.write(f"{GITHUB}{{priorities: {{P0: {label}}}}}\n")
    assert patient.lines("github.labels") == [
        f"failed: there is no label '{label}'{near} -> {LABEL_FIX}"
    ]


def test_a_label_that_says_more_than_it_shows_is_made_inert(world: World, patient: Patient) -> None:
    world.label("P0\u202e\x1b[31m")
    (found,) = [one for one in patient.findings() if one.name == "github.labels"]
    assert found.status.value == "ok"
    patient.write(f"{GITHUB}{{priorities: {{P0: P0x}}}}\n")
    (line,) = patient.lines("github.labels")
    assert "\x1b" not in line.replace("\\x1b", "")


def test_milestones_of_the_plan_and_of_the_bugs(world: World, patient: Patient) -> None:
    world.repository.milestones.append(
        SHAPES.milestone(1, "v1.1.0", NOW - 30 * DAY, creator="someone", due=NOW + DAY)
    )
    text = RELEASE.replace("planned: 2026-01-24,", "planned: 2026-01-24, github: V1.1,")
    patient.write(f"{GITHUB}{{milestone: v1.1.0}}\n", text)
    fix = "create it, or correct milestone or milestones: github"
    assert patient.lines("github.milestones") == [
        f"failed: there is no milestone 'V1.1'; there is 'v1.1.0' -> {fix}"
    ]
    patient.write(f"{GITHUB}{{milestone: v1.1.0}}\n")
    assert patient.lines("github.milestones") == ["ok: there, spelt so: v1.1.0"]


def test_without_a_token_the_interval_that_fits_is_told(
    world: World, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{PREFIX}GITHUB_TOKEN")
    world.issue(950, ["P0"], opened=HOUR)
    found = of_github(patient.findings())
    assert found["github.token"] == [
        f"ok: {host(world)} is asked without a token, 60 requests an hour on github.com"
    ]
    # 1 for the repository and 10 pages, 12 times an hour; of 60, a tenth is left to others.
    assert found["github.quota"] == [
        (
            f"warning: 57 of 60 requests left at {host(world)}; the cycles cost about 132 an hour, "
            f"of 54 to use -> {SETS_TOKEN}, or these intervals: caro v1.1.0: 13m"
        )
    ]
    patient.write(f"{GITHUB}{{interval: 13m, max_age: 4h}}\n")
    forget_everything()
    (line,) = patient.lines("github.quota")
    assert line.startswith("ok: ")


def test_a_quota_that_is_used_up_but_for_the_reserve(world: World, patient: Patient) -> None:
    patient.lines("github.quota")
    world.server.service.quota.spend(4_600, NOW)
    forget_everything()
    (line,) = patient.lines("github.quota")
    assert re.fullmatch(r"failed: .* of 5,000 requests left,? .*(reserve|wait).* -> .+", line)
    asked = len(world.server.log)
    # And while it is so, nobody is asked again: the next run of the same program obeys.
    (again,) = patient.lines("github.quota")
    assert "no request before" in again
    assert len(world.server.log) == asked


def test_a_server_without_limits_is_as_good(world: World, patient: Patient) -> None:
    world.server.service._rate_headers = False
    found = of_github(patient.findings())
    assert found["github.token"] == [f"ok: {host(world)} takes the token"]
    assert found["github.quota"] == [f"ok: {host(world)} tells no limit"]


def test_repositories_that_time_was_too_short_for_are_counted(
    world: World, patient: Patient
) -> None:
    text = "repository: wildcard/caro\nsources: {github: {}}\n"
    for number in range(3):
        release = RELEASE.replace("release: v1.1.0", f"release: v1.{number}.0") + text
        (patient.folder / f"{number}.yaml").write_text(release)
    (patient.folder / "release.yaml").unlink()
    world.server.delay, patient.seconds = 0.3, 3.0
    found = of_github(patient.findings(config_file=patient.folder))
    last = found["github.address"][-1]
    assert re.fullmatch(
        r"failed: [12] of 3 repositories not looked at in 3 s -> run doctor for fewer release "
        "files: --config.file",
        last,
    )
    assert "ok: wildcard/caro, public" in found["github.repository"]
    assert found["github.repository"][-1] == f"skipped: {world.server.github} could not be asked"


@pytest.mark.parametrize(
    ("apart", "line"),
    [
        (-30, "ok: this machine's clock is 29s behind"),
        (90, "warning: this machine's clock is 1m ahead of"),
        (-90, "warning: this machine's clock is 1m behind"),
        (-600, "failed: this machine's clock is 9m behind"),
        (600, "failed: this machine's clock is 10m ahead of"),
    ],
)
def test_the_clock_is_held_against_the_servers(
    world: World, patient: Patient, apart: int, line: str
) -> None:
    patient.now = NOW + timedelta(seconds=apart)
    (found,) = patient.lines("clock")
    assert found.startswith(line)
    assert ("-> let it follow a time server" in found) == (not line.startswith("ok"))


def test_another_address_is_told_no_token_and_that_is_said(
    world: World, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", "https://ghe.example.com/api/v3")
    patient.write(f"{GITHUB}{{url: {world.server.github}}}\n")
    assert patient.lines("github.address") == [
        (
            f"warning: {world.server.github} is not at the host of RELEASE_EXPORTER_GITHUB_URL "
            "(https://ghe.example.com/api/v3), so it is told no token -> set "
            "RELEASE_EXPORTER_GITHUB_URL to it, or take url out of the release file"
        )
    ]
    assert not any(one.authorized for one in world.server.log)


def workflow(more: str = "") -> str:
    return (
        "repository: wildcard/caro\nsources:\n"
        f"  tests: {{workflow: {{file: ci.yml, branch: main{more}}}}}\n"
    )


def test_a_workflow_that_is_not_there(world: World, patient: Patient) -> None:
    patient.write(workflow())
    assert patient.lines("github.workflow") == [
        (
            "failed: there is no workflow ci.yml in wildcard/caro -> correct file: it is the name "
            "below .github/workflows"
        )
    ]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fault_becomes_a_finding_whatever_it_is(
    world: World, patient: Patient, kind: str
) -> None:
    patient.seconds = 1.5
    world.server.fault("/api/v3/repos", kind)
    found = [one for one in patient.findings() if one.name.startswith("github.")]
    assert [one for one in found if one.status.value == "failed" and one.fix]
    assert not [one for one in found if "unexpected " in one.what and "report" in one.fix]
    assert not [one for one in found if TOKEN in one.what + one.fix]
    if kind == "redirect_loop":
        world.server.log.clear()  # its own parameter is in no description


def test_no_network_is_a_finding(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}GITHUB_URL", "http://127.0.0.1:9")
    patient.write("repository: wildcard/caro\nsources: {github: {}}\n")
    lines = patient.lines("github.address")
    assert lines[1].startswith("failed: 127.0.0.1:9: cannot connect (")
    assert "-> " in lines[1]
    assert patient.lines("github.repository") == ["skipped: http://127.0.0.1:9 could not be asked"]
