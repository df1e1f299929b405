"""A real Alertmanager sends real mail, Slack and webhook messages; every one is read back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer

from exporter.alerting.receivers import SLACK_POST
from exporter.artifacts.alertmanager import render
from tests.live.alertmanagers import PATIENT, QUICK, Alertmanager, alert, resolved, to_mailbox
from tests.live.conftest import until
from tests.live.inbox import Mailbox, Posts, posts, settle

pytestmark = pytest.mark.live

Start = Callable[..., Alertmanager]

VALUE = {"value": "65%", "target": "≥80%", "age": "3m 0s"}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Return a mail server that wants no password."""
    with Mailbox() as box:
        yield box


class Team:
    """An Alertmanager with a mailbox, a Slack channel and a webhook, all read back."""

    def __init__(self, folder: Path, mailbox: Mailbox, server: HTTPServer) -> None:
        self.mailbox = mailbox
        self.slack, self.webhook = posts(server, "/slack"), posts(server, "/webhook")
        (folder / "slack-url").write_text(self.slack.url)
        settings = to_mailbox(
            mailbox.port,
            slack_api_url_file=folder / "slack-url",
            webhook_url=self.webhook.url,
        )
        self.alertmanager = Alertmanager(folder / "alertmanager", settings).ready()
        self.post = self.alertmanager.post

    def received(self, count: int) -> list[str]:
        """Return the subjects of that many mails, which are as many posts, and no more come."""
        assert settle(lambda: len(self.mailbox.mails), count) == count, self.mailbox.subjects
        assert len(self.slack.bodies) == len(self.webhook.bodies) == count
        return self.mailbox.subjects

    @property
    def attachment(self) -> dict[str, Any]:
        """The newest Slack message."""
        (attachment,) = self.slack.bodies[-1]["attachments"]
        return dict(attachment)


@pytest.fixture
def httpserver() -> Iterator[HTTPServer]:
    """Return a web service that answers several at once, as the real ones do."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def team(tmp_path: Path, mailbox: Mailbox, httpserver: HTTPServer) -> Iterator[Team]:
    team = Team(tmp_path, mailbox, httpserver)
    yield team
    team.alertmanager.kill()
    assert team.alertmanager.failures() == []


def test_a_metric_that_fails_is_told_once_everywhere_and_once_when_it_is_over(team: Team) -> None:
    sentence = "Success Rate is 65%, target ≥80%, n = 240: BLOCK, expand patterns."
    links = {
        "dashboard_url": "https://g.example/d?a=1&b=2",
        "runbook_url": "https://r.example/x.md",
    }
    firing = alert(
        "ReleaseSuccessRateCritical",
        annotations={
            **VALUE,
            **links,
            "subject": "ALERT: Low Success Rate",
            "description": sentence,
        },
    )
    team.post(firing | {"startsAt": "2026-01-14T09:30:00Z"})
    assert team.received(1) == ["ALERT: Low Success Rate (caro v1.1.0)"]
    assert team.mailbox.mails[0].recipients == ["team@example.com"]
    plain = team.mailbox.mails[0].body("plain")
    assert plain.splitlines()[:7] == [
        "❌ fail: ALERT: Low Success Rate (caro v1.1.0)",
        "",
        f"  {sentence}",
        "",
        "  Facts:     3m 0s old",
        "  Since:     2026-01-14 09:30 UTC",
        "  Dashboard: https://g.example/d?a=1&b=2",
    ]
    assert "  Runbook:   https://r.example/x.md\n" in plain
    assert "  Silence:   http://alertmanager.example/#/silences/new?filter=%7Balertname" in plain
    html = team.mailbox.mails[0].body("html")
    assert sentence in html
    assert 'href="https://g.example/d?a=1&amp;b=2"' in html
    assert team.attachment["title"] == "❌ ALERT: Low Success Rate (caro v1.1.0)"
    assert team.attachment["color"] == "danger"
    assert sentence in team.attachment["text"]
    assert "<https://g.example/d?a=1&amp;b=2|Dashboard>" in team.attachment["text"]

    over = {"startsAt": "2026-01-14T09:30:00Z", "endsAt": "2026-01-14T10:45:00Z"}
    team.post(firing | over)
    assert team.received(2)[1] == "Resolved: ALERT: Low Success Rate (caro v1.1.0)"
    assert team.mailbox.mails[1].body("plain").splitlines() == [
        "✅ resolved: ALERT: Low Success Rate (caro v1.1.0)",
        "",
        f"  It was: {sentence}",
        "",
        "  Since:     2026-01-14 09:30 UTC until 2026-01-14 10:45 UTC",
        "  Dashboard: https://g.example/d?a=1&b=2",
        "  Runbook:   https://r.example/x.md",
        "",
    ]
    assert team.attachment["color"] == "good"


def test_what_fails_is_not_said_to_warn_and_other_metrics_and_priorities_are(team: Team) -> None:
    team.post(alert("Fails", metric="PM-5", priority="P0"))
    team.received(1)
    team.post(
        alert("SilencedWarning", "warning", metric="PM-5", priority="P0"),
        alert("OtherPriority", "warning", metric="PM-5", priority="P1"),
        alert("OtherMetric", "warning", metric="PM-1", priority="P0"),
        alert("OtherRelease", "warning", metric="PM-5", priority="P0", release="v2"),
        alert("OtherProject", "warning", metric="PM-5", priority="P0", project="other"),
        alert("ReleaseMetricWithoutData", "warning", metric="PM-5", priority="P0"),
    )
    assert sorted(team.received(6)[1:]) == [
        "ALERT: OtherMetric (caro v1.1.0)",
        "ALERT: OtherPriority (caro v1.1.0)",
        "ALERT: OtherProject (other v1.1.0)",
        "ALERT: OtherRelease (caro v2)",
        "ALERT: ReleaseMetricWithoutData (caro v1.1.0)",
    ]


def test_a_warning_that_became_critical_is_not_said_to_be_resolved(team: Team) -> None:
    warning = alert("ReleaseSuccessRateWarning", "warning")
    team.post(warning)
    team.received(1)
    team.post(alert("ReleaseSuccessRateCritical"), resolved(warning))
    assert team.received(2)[1] == "ALERT: ReleaseSuccessRateCritical (caro v1.1.0)"


def test_what_was_told_last_is_what_holds(team: Team) -> None:
    warning, critical = alert("Warns", "warning"), alert("Fails")
    team.post(warning)
    team.received(1)
    team.post(resolved(warning), critical)
    team.received(2)
    team.post(resolved(critical), alert("Warns", "warning"))
    assert team.received(3)[2] == "ALERT: Warns (caro v1.1.0)"
    assert "resolved: ALERT: Fails" in team.mailbox.mails[2].body("plain")
    team.post(resolved(warning))
    assert team.received(4)[3] == "Resolved: ALERT: Warns (caro v1.1.0)"
    # Prometheus says so again, for a quarter of an hour.
    team.post(resolved(warning), resolved(critical))
    assert len(team.received(4)) == 4
    team.post(alert("Warns", "warning"))
    assert team.received(5)[4] == "ALERT: Warns (caro v1.1.0)"


def test_what_is_waived_is_not_sent(team: Team) -> None:
    team.post(alert("Waived", "info"), alert("ReleaseWatchdog", "none"), alert("Real"))
    assert team.received(1) == ["ALERT: Real (caro v1.1.0)"]


def test_a_source_that_fails_is_told_without_the_list_of_its_metrics(team: Team) -> None:
    team.post(alert("ReleaseSourceStale", "warning", metric="", source="telemetry"))
    team.received(1)
    team.post(
        alert("ReleaseMetricWithoutData", "warning", metric="QM-2", source="telemetry"),
        alert("ReleaseMetricWithoutData", "warning", metric="QM-4", source="tests"),
    )
    team.received(2)
    assert "2 more" not in team.mailbox.subjects[1]
    assert team.mailbox.mails[1].body("plain").count("❔ unknown: ") == 2
    assert "%22QM-2%22" not in team.mailbox.mails[1].body("plain")


def test_alerts_of_one_verdict_come_in_one_message_and_watching_ones_by_release(team: Team) -> None:
    team.post(
        alert("ReleaseP0OldestBugCritical", metric="PM-5", priority="P0"),
        alert("ReleaseP0ResolutionCritical", metric="PM-5", priority="P0"),
        alert("ReleaseSourceStale", "warning", metric="", source="tests"),
        alert("ReleaseMetricWithoutData", "warning", metric="QM-5", source="testers"),
        alert("ReleaseRulesOutdated", "warning", metric=""),
    )
    one, other = sorted(team.received(2), key=lambda subject: "2 more" in subject)
    assert one == "ALERT: ReleaseP0OldestBugCritical and 1 more (caro v1.1.0)"
    assert other.endswith(" and 2 more (caro v1.1.0)")


def test_alerts_without_a_release_are_not_lost(team: Team) -> None:
    team.post(
        alert("ReleaseExporterDown", project="", release="", metric="", instance="a:1"),
        alert("NobodyKnowsThisOne", "", project="", release="", metric=""),
    )
    assert set(team.received(2)) == {"ALERT: ReleaseExporterDown", "ALERT: NobodyKnowsThisOne"}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts an Alertmanager; all are killed afterwards."""
    programs: list[Alertmanager] = []

    def started(*arguments: Any, **options: Any) -> Alertmanager:
        folder = tmp_path / f"alertmanager-{len(programs)}"
        programs.append(Alertmanager(folder, *arguments, **options))
        return programs[-1].ready()

    yield started
    for program in programs:
        program.kill()


def secret(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_storm_of_500_alerts_over_50_releases_is_one_message_for_each_group(
    start: Start, mailbox: Mailbox
) -> None:
    start(to_mailbox(mailbox.port), timings=PATIENT).post(
        *(
            alert(f"Alert{number}", release=f"v{release}", number=str(number))
            for release in range(50)
            for number in range(10)
        )
    )
    settle(lambda: len(mailbox.mails), 50, quiet=3)
    assert len(mailbox.mails) == len(set(mailbox.subjects)) == 50
    assert all(" and 9 more (caro v" in one for one in mailbox.subjects)


def test_each_project_has_its_own_people_and_the_rest_goes_to_all(
    start: Start, mailbox: Mailbox
) -> None:
    people = to_mailbox(
        mailbox.port, smtp_project_to='caro=caro@example.com, c2@example.com; q"\\=q@example.com'
    )
    start(people).post(alert("A"), alert("B", project="other"), alert("C", project='q"\\'))
    settle(lambda: len(mailbox.mails), 3)
    assert sorted((mail.subject[:8], *mail.recipients) for mail in mailbox.mails) == [
        ("ALERT: A", "caro@example.com", "c2@example.com"),
        ("ALERT: B", "team@example.com"),
        ("ALERT: C", "q@example.com"),
    ]


def test_the_watchdog_goes_to_who_listens_for_it_and_to_nobody_else(
    start: Start, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    outside = posts(httpserver, "/ping")
    start(to_mailbox(mailbox.port, deadman_url=outside.url)).post(
        alert("ReleaseWatchdog", "none", project="", release="", metric=""), alert("Real")
    )
    until(lambda: outside.bodies)
    settle(lambda: len(mailbox.mails), 1)
    assert mailbox.subjects == ["ALERT: Real (caro v1.1.0)"]
    assert {one["labels"]["alertname"] for one in outside.bodies[0]["alerts"]} == {
        "ReleaseWatchdog"
    }


def test_warnings_wait_for_the_review_hours_and_critical_ones_do_not(
    start: Start, mailbox: Mailbox
) -> None:
    # A minute of the week that a test meets once in ten thousand runs.
    never = to_mailbox(mailbox.port, warning_hours="Mon-Mon 00:00-00:01 Pacific/Kiritimati")
    start(never).post(alert("Later", "warning"), alert("Now", metric="QM-1"))
    settle(lambda: len(mailbox.mails), 1)
    assert mailbox.subjects == ["ALERT: Now (caro v1.1.0)"]


# It is right; on loopback in a test nobody listens.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_the_password_comes_from_its_file_and_is_shown_nowhere(
    start: Start, tmp_path: Path
) -> None:
    with Mailbox("release", "s3cret-canary") as mailbox:
        people = to_mailbox(
            mailbox.port,
            smtp_username="release",
            smtp_password_file=secret(tmp_path, "password", "s3cret-canary"),
        )
        alertmanager = start(people)
        alertmanager.post(alert("A"))
        settle(lambda: len(mailbox.mails), 1)
        assert mailbox.logins[0].password == b"s3cret-canary"
    shown = httpx.get(f"{alertmanager.url}/api/v2/status").text
    assert str(tmp_path / "password") in shown
    assert "s3cret-canary" not in "".join([shown, *alertmanager.lines])


def test_a_bot_and_a_webhook_get_their_tokens_from_files(
    start: Start, tmp_path: Path, mailbox: Mailbox, httpserver: HTTPServer
) -> None:
    slack, webhook = posts(httpserver, "/chat.postMessage"), posts(httpserver, "/webhook")
    people = to_mailbox(
        mailbox.port,
        slack_bot_token_file=secret(tmp_path, "bot", "xoxb-canary"),
        slack_channel="#release",
        slack_project_channel="other=#other",
        webhook_url=webhook.url,
        webhook_token_file=secret(tmp_path, "token", "webhook-canary"),
    )
    text = render(people, QUICK).replace(SLACK_POST, slack.url)
    start(people, text=text).post(alert("A"), alert("B", project="other"))
    settle(lambda: len(slack.bodies) + len(webhook.bodies), 4)
    channels = {one["attachments"][0]["title"]: one["channel"] for one in slack.bodies}
    assert channels == {
        "❔ ALERT: A (caro v1.1.0)": "#release",
        "❔ ALERT: B (other v1.1.0)": "#other",
    }
    assert [one["Authorization"] for one in slack.headers] == ["Bearer xoxb-canary"] * 2
    assert [one["Authorization"] for one in webhook.headers] == ["Bearer webhook-canary"] * 2


def test_posts_are_kept(httpserver: HTTPServer) -> None:
    kept: Posts = posts(httpserver, "/x")
    assert httpx.post(kept.url, json={"a": 1}).text == "ok"
    assert kept.bodies == [{"a": 1}]
