"""Whatever labels and annotations say, mails and Slack messages keep their form and show it."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.live.alertmanagers import PATIENT, Alertmanager, alert, to_mailbox
from tests.live.hostile_messages import TEXTS
from tests.live.inbox import Mail, Mailbox, posts, settle
from tests.status_page.reading import Page

pytestmark = pytest.mark.live

HEADERS = {
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-Id",
    "Subject",
    "To",
}
TOLD = ("subject", "summary", "description", "value", "target", "age", "sentence")
LINKS = ("dashboard_url", "runbook_url")
OUR_LINK = re.compile(r"<https?://[^\s<>|]+\|(?:Dashboard|Runbook|Silence)>")
# What Slack would make a mention, a link or a picture of, outside of links of ours.
LIVE = re.compile(r"[<>]|&(?!amp;|lt;|gt;)|@(?!\u2060)|://(?!\u2060)|:[a-z_+'-][a-z0-9_+'-]*:")
LONGEST = 20_000


@dataclass(frozen=True)
class Received:
    """What came for one text."""

    mail: Mail
    slack: dict[str, Any]


def hostile(number: int, text: str) -> dict[str, Any]:
    """Return an alert that says the text wherever it can; the metric tells which it is."""
    one = alert(
        "ReleaseHostile",
        annotations=dict.fromkeys((*TOLD, *LINKS), text),
        metric=f"H-{number}",
        project=text,
        release=text,
        priority=text,
    )
    return {key: {k: v for k, v in one[key].items() if v} for key in ("labels", "annotations")}


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Received]:
    """Return the messages of every text, and of a calm one under the number -1."""
    folder = tmp_path_factory.mktemp("hostile")
    with Mailbox() as mailbox, HTTPServer(threaded=True) as server:
        slack = posts(server, "/slack")
        (folder / "url").write_text(slack.url)
        people = to_mailbox(mailbox.port, slack_api_url_file=folder / "url")
        alertmanager = Alertmanager(folder / "alertmanager", people, PATIENT).ready()
        alertmanager.post(hostile(-1, "calm"), *map(hostile, range(len(TEXTS)), TEXTS))
        settle(lambda: len(mailbox.mails) + len(slack.bodies), 2 * len(TEXTS) + 2)
        assert alertmanager.failures() == []
        alertmanager.kill()
    mails = {number_in(mail.body("plain")): mail for mail in mailbox.mails}
    posted = {number_in(str(body)): body for body in slack.bodies}
    assert len(mailbox.mails) == len(slack.bodies) == len(TEXTS) + 1
    return {number: Received(mail, posted[number]) for number, mail in mails.items()}


def number_in(text: str) -> int:
    match = re.search(r"metric%3D%22H-(-?\d+)%22", text)
    assert match is not None
    return int(match[1])


def test_every_text_has_its_mail_and_its_post(received: dict[int, Received]) -> None:
    assert received.keys() == {-1, *range(len(TEXTS))}
    assert len(set(TEXTS)) >= 140


def show(number: int) -> str:
    return f"{number}: {TEXTS[number][:20].encode(errors='replace').decode()!a}"


every_text = pytest.mark.parametrize("number", range(len(TEXTS)), ids=show)


@every_text
def test_no_header_is_added_and_the_subject_is_one_visible_line(
    received: dict[int, Received], number: int
) -> None:
    message = received[number].mail.message
    assert set(message.keys()) == HEADERS
    assert len(message.keys()) == len(HEADERS)
    assert received[number].mail.recipients == ["team@example.com"]
    subject = received[number].mail.subject
    assert subject.replace("\u2060", "").isprintable()
    assert len(subject) < 300


@every_text
def test_the_plain_mail_keeps_its_lines(received: dict[int, Received], number: int) -> None:
    calm, told = (received[one].mail.body("plain") for one in (-1, number))
    lines = [one for one in told.splitlines() if not one.startswith(("  Dashboard:", "  Runbook:"))]
    assert len(lines) == len(calm.splitlines())
    assert all(one.replace("\u2060", "").isprintable() for one in lines)
    assert len(told) < LONGEST


@every_text
def test_the_html_mail_keeps_its_structure(received: dict[int, Received], number: int) -> None:
    calm, told = (Page.read(received[one].mail.body("html")) for one in (-1, number))
    ours = [one for one in told.elements if one[0] == "a"]
    assert all(re.match(r"https?://", attributes["href"]) for _, attributes in ours)
    assert [one for one in told.skeleton if one[0] != "a"] == [
        one for one in calm.skeleton if one[0] != "a"
    ]
    assert {one for one in told.skeleton if one[0] == "a"} == {("a", ("style", "href"))}
    assert told.unbalanced == ""
    assert told.style == calm.style
    assert told.text.replace("\u2060", "").isprintable()
    assert len(received[number].mail.body("html")) < LONGEST


@every_text
def test_a_slack_post_commands_nothing(received: dict[int, Received], number: int) -> None:
    calm, told = (received[one].slack["attachments"][0] for one in (-1, number))
    assert received[number].slack.keys() == received[-1].slack.keys()
    assert told.keys() == calm.keys()
    assert told["mrkdwn_in"] == ["pretext"]
    for field in ("title", "fallback"):
        assert LIVE.search(told[field]) is None
    assert LIVE.search(OUR_LINK.sub("", told["text"])) is None
    assert re.fullmatch(r"https?://[^\s<>|]+", told["title_link"])
    assert told["text"].count("\n") == calm["text"].count("\n")
    assert len(str(told)) < LONGEST


@every_text
def test_the_text_is_shown_and_not_swallowed(received: dict[int, Received], number: int) -> None:
    letters = re.findall(r"\w{3,}", TEXTS[number][:70], re.ASCII)
    shown = Page.read(received[number].mail.body("html")).text
    assert all(one in shown for one in letters)
