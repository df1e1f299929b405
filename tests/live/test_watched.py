"""From a file that changes to the mail that tells of it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.alertmanagers import to_mailbox
from tests.live.conftest import until
from tests.live.inbox import Mailbox
from tests.live.watched import Watched

pytestmark = pytest.mark.live

ABOUT = "(caro v1.1.0)"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture
def watched(tmp_path: Path, mailbox: Mailbox) -> Iterator[Watched]:
    """Return the example, to be started."""
    watched = Watched(tmp_path, to_mailbox(mailbox.port))
    yield watched
    watched.end()


def arrived(mailbox: Mailbox, count: int, quiet: float = 5) -> list[str]:
    """Return the subjects of that many mails, after none came for a while."""
    until(lambda: len(mailbox.mails) >= count, seconds=60)
    time.sleep(quiet)
    return mailbox.subjects


def test_a_success_rate_that_falls_and_recovers_is_one_message_a_change(
    watched: Watched, mailbox: Mailbox
) -> None:
    watched.succeed(78)
    watched.start()
    assert arrived(mailbox, 1) == [f"Warning: Success Rate {ABOUT}"]
    plain = mailbox.mails[0].body("plain")
    assert "⚠️ warn: Warning: Success Rate" in plain
    assert "Success Rate is 78%, target ≥80%, n = 100: document issues, release with cav" in plain

    watched.succeed(65)
    assert arrived(mailbox, 2)[1:] == [f"ALERT: Low Success Rate {ABOUT}"]
    assert "Success Rate is 65%, target ≥80%, n = 100: BLOCK, expand patterns." in mailbox.mails[
        1
    ].body("plain")

    watched.succeed(94)
    assert arrived(mailbox, 3)[2:] == [f"Resolved: ALERT: Low Success Rate {ABOUT}"]

    watched.succeed(65)
    assert arrived(mailbox, 4)[3:] == [f"ALERT: Low Success Rate {ABOUT}"]
    # Not that it is resolved: it still warns.
    watched.succeed(78)
    assert arrived(mailbox, 5)[4:] == [f"Warning: Success Rate {ABOUT}"]


def test_the_bundled_example_is_one_warning(watched: Watched, mailbox: Mailbox) -> None:
    watched.start()
    assert arrived(mailbox, 1) == [f"Warning: Success Rate {ABOUT}"]
    assert "Success Rate is 78.92%, target ≥80%, n = 5560: " in mailbox.mails[0].body("plain")
