"""The example's stack: started once, looked at, ended, started again and killed."""

import json
import os
import time
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from exporter.config.loading import load_release
from exporter.demo import EXAMPLE, find_example
from exporter.plan import DAY
from tests.compose.engine.stack import (
    ALERTMANAGER,
    GRAFANA,
    PROMETHEUS,
    SERVING,
    Stack,
    ask,
    docker,
    mails,
    query,
)
from tests.live.conftest import until

pytestmark = pytest.mark.engine

LIMIT = 90
ROUNDS = int(os.environ.get("ROUNDS", "1"))
WARNING = "Warning: Success Rate (caro v1.1.0)"
# In the evening of the beta's last day, the example's oldest open P1 bug is a day old.
BY_EVENING = "Warning: Old P1 Bug (caro v1.1.0)"
EXPECTED = {"ReleaseSuccessRateWarning", "ReleaseP1OldestBugWarning", "ReleaseWatchdog"}
RECORDS = "/home/release/data/caro/v1.1.0/calculated"
SNAPSHOT: dict[str, Any] = {
    "release_command_success_ratio": lambda x: x["quality"]["success_rate"] / 100,
    "release_privacy_violations": lambda x: x["quality"]["privacy_violations"],
    "release_generation_p95_seconds": lambda x: x["performance"]["p95_generation_time_ms"] / 1000,
    "release_schedule_variance_seconds": lambda x: x["process"]["schedule_variance_days"] * 86400,
}


def test_all_is_healthy_and_the_first_mail_is_there_in_time(stack: Stack) -> None:
    began = time.monotonic() - stack.seconds
    assert all(map(stack.is_healthy, SERVING))
    until(mails, LIMIT)
    assert time.monotonic() - began <= LIMIT
    assert until(lambda: WARNING in mails(), LIMIT)
    assert set(mails()) <= {WARNING, BY_EVENING}


def test_each_service_runs_as_the_file_says(stack: Stack) -> None:
    for service in SERVING:
        host = stack.inspect(service)["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert host["Memory"] > 0
        assert 0 < host["PidsLimit"] <= 256
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        ports = [one for bound in (host["PortBindings"] or {}).values() for one in bound]
        assert {one["HostIp"] for one in ports} == {"127.0.0.1"}
        top = docker("top", stack.inspect(service)["Id"], "-o", "pid,uid").split()[3::2]
        assert "0" not in top


def test_every_target_is_up_and_every_rule_works(stack: Stack) -> None:
    until(lambda: len(query("up == 1")) == 3)
    groups = until(lambda: ask(f"{PROMETHEUS}/api/v1/rules"))["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 60
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert not query("prometheus_rule_evaluation_failures_total > 0")


def test_live_and_past_are_one_series_and_each_day_says_what_its_snapshot_says(
    stack: Stack,
) -> None:
    assert check_history(stack) == 5


def check_history(stack: Stack) -> int:
    """Hold every day's values to its snapshot, and return how many days there are."""
    plan = load_release(find_example() / "release.yaml", EXAMPLE).plan
    listed = stack.compose("exec", "--no-TTY", "exporter", "ls", RECORDS).split()
    days = sorted(date.fromisoformat(one[:10]) for one in listed if one.endswith("-metrics.json"))
    over = [day for day in days if day < plan.today(datetime.now(UTC))][:5]  # noqa: TID251 - a live test
    for day in over:
        snapshot = json.loads(stack.read("exporter", f"{RECORDS}/{day}-metrics.json"))
        noon = (plan.midnight(day) + DAY / 2).timestamp()
        for gauge, value in SNAPSHOT.items():
            assert list(query(gauge, noon).values()) == [pytest.approx(value(snapshot), rel=1e-12)]
            assert len(query(f"count_over_time({gauge}[6d])")) == 1
    return len(over)


def test_grafana_has_its_views_its_data_and_no_password_that_anybody_knows(stack: Stack) -> None:
    uids = {one["uid"] for one in ask(f"{GRAFANA}/api/search?type=dash-db")}
    assert {"release-executive", "release-detailed", "release-health"} <= uids
    assert ask(f"{GRAFANA}/api/dashboards/home")["dashboard"]["uid"] == "release-executive"
    asked = ask(
        f"{GRAFANA}/api/datasources/proxy/uid/release-prometheus/api/v1/query?query=release_info"
    )
    assert len(asked["data"]["result"]) == 1
    password = stack.read("grafana", "/run/grafana-secrets/grafana-admin-password")
    for given, status in ((password, 200), ("admin", 401)):
        answer = httpx.get(f"{GRAFANA}/api/org", auth=("admin", given), trust_env=False)
        assert answer.status_code == status


def test_no_secret_is_in_a_log_or_in_a_containers_settings(stack: Stack) -> None:
    secrets = [
        stack.read("grafana", f"/run/grafana-secrets/grafana-{name}")
        for name in ("admin-password", "secret-key")
    ]
    seen = stack.compose("logs") + json.dumps([stack.inspect(one) for one in (*SERVING, "setup")])
    assert not any(secret in seen for secret in secrets)


def silence() -> str:
    """Make a silence of what does not fire, and return its id."""
    body = {
        "matchers": [{"name": "alertname", "value": "Nothing", "isRegex": False}],
        "startsAt": datetime.now(UTC).isoformat(),  # noqa: TID251 - a live test
        "endsAt": (datetime.now(UTC) + DAY).isoformat(),  # noqa: TID251 - a live test
        "createdBy": "test",
        "comment": "kept",
    }
    answer = httpx.post(f"{ALERTMANAGER}/api/v2/silences", json=body, trust_env=False)
    made: str = answer.raise_for_status().json()["silenceID"]
    return made


def is_silenced(made: str) -> bool:
    """Tell whether the silence is there and active."""
    found = ask(f"{ALERTMANAGER}/api/v2/silences") or []
    return any(one["id"] == made and one["status"]["state"] == "active" for one in found)


def alerts() -> set[str]:
    """Return the name of every alert that fired since the stack was started."""
    return {json.loads(one)["alertname"] for one in query(FIRED)}


FIRED = 'max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[1h]))'


def test_down_and_up_lose_nothing_and_alarm_nobody(stack: Stack) -> None:
    made, before = silence(), stack.read("exporter", f"/home/release/example/{EXAMPLE}/testers.csv")
    stack.down()
    stack.up()
    assert stack.read("exporter", f"/home/release/example/{EXAMPLE}/testers.csv") == before
    assert is_silenced(made)
    assert check_history(stack) == 5
    assert until(alerts) <= EXPECTED
    assert set(mails()) <= {WARNING, BY_EVENING}


def test_up_again_renews_the_configuration_of_what_runs(stack: Stack) -> None:
    before = stack.inspect("setup")["State"]["FinishedAt"]
    stack.up()
    assert until(lambda: stack.inspect("setup")["State"]["FinishedAt"] != before, LIMIT)
    stack.compose("restart", "exporter", "prometheus", "alertmanager")
    until(lambda: all(map(stack.is_healthy, SERVING)), LIMIT)
    assert query("prometheus_config_last_reload_successful == 1")
    assert check_history(stack) == 5


def test_no_kill_loses_anything_or_alarms_anybody(stack: Stack) -> None:
    made = silence()
    time.sleep(12)  # Alertmanager writes every ten seconds
    for _ in range(ROUNDS):
        for service in SERVING:
            stack.kill(service)
            assert set(mails()) <= {WARNING, BY_EVENING}
        assert until(lambda: is_silenced(made))
        assert check_history(stack) == 5
        assert until(alerts) <= EXPECTED
