"""Review summaries on their way: exporter, real Alertmanager, mail, Slack and webhook."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from exporter.alerting.links import Links
from exporter.catalog import CATALOG
from exporter.cli import clock
from exporter.demo import prepare
from exporter.digest.alert import alert_of, post
from exporter.digest.contents import digest_of
from exporter.digest.reviews import Due, Review
from exporter.view import ReleaseView
from tests.example import connected
from tests.live.alertmanagers import PATIENT, Alertmanager, alert, to_mailbox
from tests.live.conftest import Exporter
from tests.live.hostile_messages import TEXTS
from tests.live.inbox import Mailbox, posts, settle
from tests.live.test_hostile_messages import HEADERS, LIVE, LONGEST, OUR_LINK
from tests.records.reports import at
from tests.releases import best_states, plan_of, release_of
from tests.status_page.reading import Page

pytestmark = pytest.mark.live

LINKS = Links("https://r.example", "https://g.example/d")
# A moment ago, or Alertmanager would take what it is told for over.
JUST_NOW = clock().replace(microsecond=0) - timedelta(minutes=1)


def summary(project: str = "caro", name: str = "v1.1.0", title: str = "P0 Bugs") -> dict[str, Any]:
    """Return the alert of a daily review that began a minute ago."""
    first = CATALOG[0]
    titled = replace(first, judged=(replace(first.judged[0], title=title),))
    plan = plan_of("UTC")
    release = release_of(plan, project=project, name=name, metrics=(titled, *CATALOG[1:]))
    view = ReleaseView(release.as_of(JUST_NOW), at(best_states(), JUST_NOW))
    due = Due(Review.DAILY, JUST_NOW, JUST_NOW.date())
    return dict(alert_of(digest_of(view, due, None, JUST_NOW), LINKS))


class Team:
    """An Alertmanager with a mailbox, a Slack channel and a webhook."""

    def __init__(self, folder: Path, mailbox: Mailbox, server: HTTPServer) -> None:
        self.mailbox = mailbox
        self.slack, self.webhook = posts(server, "/slack"), posts(server, "/webhook")
        (folder / "slack-url").write_text(self.slack.url)
        people = to_mailbox(
            mailbox.port,
            slack_api_url_file=folder / "slack-url",
            webhook_url=self.webhook.url,
            smtp_project_to="other=other@example.com",
            warning_hours="Mon-Mon 00:00-00:01 Pacific/Kiritimati",
        )
        self.alertmanager = Alertmanager(folder / "alertmanager", people).ready()

    def received(self, count: int, quiet: float = 1.5) -> list[str]:
        """Return the subjects of that many mails, which are as many posts, and no more come."""
        assert settle(lambda: len(self.mailbox.mails), count, quiet) == count, self.mailbox.subjects
        assert len(self.slack.bodies) == len(self.webhook.bodies) == count
        return self.mailbox.subjects


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with Mailbox() as mailbox, HTTPServer(threaded=True) as server:
        team = Team(tmp_path, mailbox, server)
        yield team
        team.alertmanager.kill()
        assert team.alertmanager.failures() == []


def test_a_summary_is_one_message_everywhere_and_none_when_it_is_over(team: Team) -> None:
    made = summary()
    post([team.alertmanager.url], made)
    about = f"Daily Review {JUST_NOW:%Y-%m-%d}: READY WITH CAVEATS (caro v1.1.0)"
    (subject,) = team.received(1)
    assert subject.startswith(f"Daily Review {JUST_NOW:%Y-%m-%d}: ")
    assert subject.endswith(" (caro v1.1.0)")
    assert len(subject) <= len(about) + 2
    plain = team.mailbox.mails[0].body("plain").splitlines()
    assert plain[0] == subject
    assert plain[4:7] == [
        "Must be zero",
        "  ✅ P0 Bugs: 0 (pass, target 0)",
        "  ✅ Privacy Violations: 0 (pass, target 0)",
    ]
    assert plain[-2:] == [
        "Nothing earlier to compare with",
        "Dashboard: https://g.example/d/release-executive?var-project=caro&var-release=v1.1.0",
    ]
    html = Page.read(team.mailbox.mails[0].body("html"))
    assert "✅ P0 Bugs: 0 (pass, target 0)" in html.text
    (attachment,) = team.slack.bodies[0]["attachments"]
    assert attachment["title"] == subject
    assert "\nMust be zero\n✅ P0 Bugs: 0 (pass, target 0)\n" in attachment["text"]
    assert team.webhook.bodies[0]["alerts"][0]["annotations"]["section_1"] == "Must be zero"

    # Said again, and over: neither is news.
    post([team.alertmanager.url], made)
    over = made | {"endsAt": f"{clock():%Y-%m-%dT%H:%M:%SZ}"}
    post([team.alertmanager.url], over)
    assert len(team.received(1, quiet=3)) == 1


def test_a_summary_stands_alone_and_reaches_a_projects_own_people(team: Team) -> None:
    critical = [alert("Fails", metric="QM-2"), alert("ReleaseNotExposed", metric="")]
    team.alertmanager.post(*critical)
    team.received(2)
    made = [summary(), summary(name="v2"), summary(project="other")]
    weekly = made[0] | {"labels": made[0]["labels"] | {"alertname": "ReleaseWeeklyReview"}}
    following = made[0] | {"labels": made[0]["labels"] | {"review": "2026-01-15T17:00:00Z"}}
    for one in (*made, weekly, following):
        post([team.alertmanager.url], one)
    assert len([one for one in team.received(7) if "Review" in one]) == 5
    told = [mail.recipients for mail in team.mailbox.mails if "(other " in mail.subject]
    assert told == [["other@example.com"]]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], list[Any]]:
    """Return the mails and posts of summaries with every hostile text in every name."""
    folder = tmp_path_factory.mktemp("hostile")
    with Mailbox() as mailbox, HTTPServer(threaded=True) as server:
        slack = posts(server, "/slack")
        (folder / "url").write_text(slack.url)
        people = to_mailbox(mailbox.port, slack_api_url_file=folder / "url")
        alertmanager = Alertmanager(folder / "alertmanager", people, PATIENT).ready()
        # The release's number keeps apart what becomes the same text.
        made = [summary(text, f"{at} {text}", text) for at, text in enumerate(("calm", *TEXTS))]
        alertmanager.post(*made)
        settle(lambda: len(mailbox.mails) + len(slack.bodies), 2 * len(made), quiet=3)
        assert alertmanager.failures() == []
        alertmanager.kill()
    return mailbox.mails, [body["attachments"][0] for body in slack.bodies]


def test_every_hostile_summary_arrives_in_its_form(hostile: tuple[list[Any], list[Any]]) -> None:
    mails, attachments = hostile
    assert len(mails) == len(attachments) == len(TEXTS) + 1
    calm = next(Page.read(mail.body("html")) for mail in mails if "(calm 0 calm)" in mail.subject)
    lines = {len(mail.body("plain").splitlines()) for mail in mails}
    assert len(lines) == 1
    for mail in mails:
        assert set(mail.message.keys()) == HEADERS
        assert mail.subject.replace("\u2060", "").isprintable()
        told = Page.read(mail.body("html"))
        assert told.skeleton == calm.skeleton
        assert told.unbalanced == ""
        assert len(mail.body("html")) < LONGEST
    for one in attachments:
        assert one["mrkdwn_in"] == ["pretext"]
        assert LIVE.search(one["title"]) is None
        assert LIVE.search(OUR_LINK.sub("", one["text"])) is None
        assert re.fullmatch(r"https?://[^\s<>|]+", one["title_link"])
    assert len({one["text"].count("\n") for one in attachments}) == 1


def in_review(folder: Path) -> Path:
    """Return a copy of the example that lives where it is past nine, within the catch-up."""
    file = prepare(folder, clock())
    offset = 11 - clock().hour
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    text = file.read_text("utf-8").replace("America/Los_Angeles", zone)
    ends = re.search(r"beta end, planned: (\d{4}-\d\d-\d\d)", text)
    assert ends is not None
    # There it may be tomorrow already.
    later = datetime.fromisoformat(ends[1]).date() + timedelta(days=1)
    file.write_text(text.replace(ends[0], f"beta end, planned: {later}"), "utf-8")
    return file


def test_a_serving_exporter_tells_todays_review_once_over_a_restart(
    team: Team, tmp_path: Path, start: Callable[..., Exporter]
) -> None:
    file = in_review(tmp_path / "release")
    url = {"RELEASE_EXPORTER_ALERTMANAGER_URL": team.alertmanager.url}
    with connected(file, clock) as environment:
        first = start(file, tmp_path / "data", **environment | url)
        (subject,) = team.received(1, quiet=2)
        assert subject.startswith("Daily Review ")
        assert "P0 Bugs: 0 (pass, target 0)" in team.mailbox.mails[0].body("plain")
        first.kill()
        second = start(file, tmp_path / "data", **environment | url).ready()
        assert len(team.received(1, quiet=3)) == 1
        assert 'release_digest_failed{project="caro",release="v1.1.0",review="daily"} 0' in (
            second.get("/metrics").text
        )
        second.kill()
        # The state is gone: Alertmanager still knows that it was told.
        shutil.rmtree(tmp_path / "data")
        start(file, tmp_path / "data", **environment | url).wait_for("digest posted")
        assert len(team.received(1, quiet=3)) == 1
        # Switched off.
        shutil.rmtree(tmp_path / "data", ignore_errors=True)
        off = start(file, tmp_path / "off", "--no-digest", **environment | url).ready()
        assert len(team.received(1, quiet=2)) == 1
        assert "release_digest" not in off.get("/metrics").text
