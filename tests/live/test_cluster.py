"""Three Alertmanagers in a cluster: each message once, and none lost with one of them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.live.alertmanagers import PATIENT, Alertmanager, alert, to_mailbox
from tests.live.conftest import until
from tests.live.documented import part
from tests.live.inbox import Mailbox, settle

pytestmark = pytest.mark.live

# As the documents say, but for the addresses.
_LISTEN, _PEER, _ = (one for one in part("command") if one.startswith("--cluster."))
# Each waits so long for those before it to have sent; the usual 15 s are for the open internet.
_FLAGS = (
    _LISTEN.replace("0.0.0.0:9094", "127.0.0.1:0"),
    "--cluster.settle-timeout=5s",
    "--cluster.peer-timeout=2s",
    "--cluster.gossip-interval=50ms",
)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


def address(one: Alertmanager) -> str:
    """Return where the others find it."""
    peers = httpx.get(f"{one.url}/api/v2/status").json()["cluster"]
    (own,) = (peer["address"] for peer in peers["peers"] if peer["name"] == peers["name"])
    return str(own)


@pytest.fixture
def cluster(tmp_path: Path, mailbox: Mailbox) -> Iterator[list[Alertmanager]]:
    """Return three that know each other; all are killed afterwards."""
    people = to_mailbox(mailbox.port)
    programs = [Alertmanager(tmp_path / "0", people, PATIENT, _FLAGS).ready()]
    peer = _PEER.replace("alertmanager-b:9094", address(programs[0]))
    programs += [
        Alertmanager(tmp_path / name, people, PATIENT, (*_FLAGS, peer)).ready() for name in "12"
    ]
    for one in programs:
        until(lambda one=one: peers_of(one) == 3)  # type: ignore[misc]  # binds this one
    yield programs
    for one in programs:
        one.kill()


def name_of(one: Alertmanager) -> str:
    """Return its name in the cluster: the lowest one sends first."""
    return str(httpx.get(f"{one.url}/api/v2/status").json()["cluster"]["name"])


def peers_of(one: Alertmanager) -> int:
    return len(httpx.get(f"{one.url}/api/v2/status").json()["cluster"]["peers"])


def test_each_alert_is_sent_once_and_none_is_lost_with_a_member(
    cluster: list[Alertmanager], mailbox: Mailbox
) -> None:
    healthy = [alert("Healthy", release=f"v{number}") for number in range(10)]
    for one in cluster:
        one.post(*healthy)
    settle(lambda: len(mailbox.mails), 10, quiet=6)
    assert sorted(mailbox.subjects) == [f"ALERT: Healthy (caro v{number})" for number in range(10)]

    first = min(cluster, key=name_of)
    bereaved = [alert("Bereaved", release=f"b{number}") for number in range(10)]
    for one in cluster:
        one.post(*bereaved)
    # In the middle of the wait of its groups, after which it would have sent them.
    first.kill()
    settle(lambda: len({*mailbox.subjects}), 20, quiet=6)
    told = {one for one in mailbox.subjects if "Bereaved" in one}
    assert told == {f"ALERT: Bereaved (caro b{number})" for number in range(10)}
    assert sum("Healthy" in one for one in mailbox.subjects) == 10


def test_the_documents_tell_prometheus_of_every_member_that_the_flags_name() -> None:
    (alerting,) = part("alerting")["alertmanagers"]
    (group,) = alerting["static_configs"]
    told = {one.partition(":")[0] for one in group["targets"]}
    peers = {one.partition("=")[2].partition(":")[0] for one in part("command") if "peer=" in one}
    assert told == peers | {"alertmanager-a"}
    assert {one.partition(":")[2] for one in group["targets"]} == {"9093"}
