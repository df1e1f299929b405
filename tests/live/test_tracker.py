"""A P0 bug on its whole way: opened in the tracker, told everywhere, and over when it is closed."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.live.alertmanagers import to_mailbox
from tests.live.conftest import until
from tests.live.inbox import Mailbox, posts, settle
from tests.live.watched import Watched

pytestmark = pytest.mark.live

P0 = "ALERT: P0 Bug (caro v1.1.0)"
# One collection, two scrapes, the group's wait; the rest is a busy machine's.
SOON = 30.0


class Team:
    """The example with its recorded tracker, a mailbox, and a Slack channel."""

    def __init__(self, folder: Path, mailbox: Mailbox, server: HTTPServer) -> None:
        self.mailbox, self.slack = mailbox, posts(server, "/slack")
        (folder / "url").write_text(self.slack.url)
        people = to_mailbox(mailbox.port, slack_api_url_file=folder / "url")
        self.watched = Watched(folder, people, sources={})
        self.watched.succeed(94)

    def received(self, count: int, quiet: float) -> list[str]:
        """Return the subjects of that many mails, which are as many posts; no more come."""
        assert settle(lambda: len(self.mailbox.mails), count, quiet) == count, self.mailbox.subjects
        titles = [one["attachments"][0]["title"] for one in self.slack.bodies]
        assert [title[2:] for title in titles] == self.mailbox.subjects
        return self.mailbox.subjects


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with Mailbox() as mailbox, HTTPServer(threaded=True) as server:
        team = Team(tmp_path, mailbox, server)
        yield team
        team.watched.end()


def test_a_p0_is_told_once_and_over_only_when_a_fresh_reading_says_so(
    team: Team,
) -> None:
    watched = team.watched
    watched.start()
    assert team.received(0, quiet=4) == []

    opened, bug = time.monotonic(), watched.open_p0()
    settle(lambda: len(team.mailbox.mails), 1, quiet=0)
    took = time.monotonic() - opened
    print(f"told after {took:.1f} s")  # noqa: T201 - the measured figure, for `pytest -s`
    assert took < SOON
    assert team.received(1, quiet=3) == [P0]
    plain = team.mailbox.mails[0].body("plain")
    assert re.search(r"P0 Bugs is 1, target 0, n = \d+: BLOCK release until fixed\.", plain)
    assert "Secret title" not in plain + str(team.slack.bodies)

    # It is closed, and nobody can know: the tracker fails, then everything else in turn.
    watched.upstream.fault("/", "503")
    watched.close(bug)
    failed = re.compile(r'release_source_up{.*source="github"} 0')
    until(lambda: failed.search(watched.exporter.get("/metrics").text))
    assert team.received(1, quiet=3) == [P0]
    watched.exporter.kill()
    assert team.received(1, quiet=4) == [P0]
    watched.restart_prometheus(kill=True)
    assert team.received(1, quiet=5) == [P0]
    watched.start_exporter().ready()
    assert team.received(1, quiet=4) == [P0]
    watched.restart_prometheus(kill=False)
    assert team.received(1, quiet=5) == [P0]

    watched.upstream.heal()
    assert team.received(2, quiet=4) == [P0, f"Resolved: {P0}"]
