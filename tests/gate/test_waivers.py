"""Which waivers count, until when, and which are only named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from exporter.gate.objections import object_to
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.release import Release, Waiver
from exporter.view import ReleaseView
from tests.gate.cases import TODAY, WAIVER, build
from tests.releases import NOW

DAY = timedelta(days=1)


def waived(condition: dict[str, str], *waivers: Waiver, now: datetime = NOW) -> Report:
    release, states = build(condition)
    return report_of(ReleaseView(replace(release, waivers=waivers), states), now)


def of(key: str, days: int = 0, reason: str = "known") -> Waiver:
    return replace(WAIVER, metric=key, expires=TODAY + days * DAY, reason=reason)


@pytest.mark.parametrize(
    "zone", ["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu"]
)
def test_it_counts_through_its_day_where_the_release_lives(zone: str) -> None:
    release, states = build({"EM-3": "fail"})
    plan = replace(release.plan, zone=ZoneInfo(zone))
    midnight = datetime(2026, 1, 18, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for now, verdict in ((midnight - timedelta(seconds=1), "waived"), (midnight, "fail")):
        view = ReleaseView(replace(release, plan=plan, waivers=(of("EM-3"),)), states)
        line = report_of(view, now).line("EM-3")
        assert line is not None
        assert line.verdict == verdict


def test_it_is_for_the_verdict_of_its_key_alone() -> None:
    found = waived({"PM-5/P0": "fail", "PM-5/P1": "fail"}, of("PM-5/P1"))
    verdicts = {line.key: line.verdict for line in found.verdicts if line.metric == "PM-5"}
    assert verdicts == {"PM-5/P0": "fail", "PM-5/P1": "waived"}
    assert {one.state for one in waived({"PM-5/P0": "fail"}, of("PM-5")).waivers} == {"refused"}


def test_it_keeps_what_it_replaces_and_the_value() -> None:
    line = waived({"QM-2": "waived fail"}, of("QM-2")).line("QM-2")
    assert line is not None
    assert (line.verdict, line.replaces, line.value) == ("waived", "fail", 0.5)


@pytest.mark.parametrize("condition", ["pass", "missing", "stale", "not due"])
def test_what_is_no_warn_or_fail_has_nothing_to_excuse(condition: str) -> None:
    with_it, without = waived({"QM-2": condition}, of("QM-2")), waived({"QM-2": condition})
    assert (with_it.decision, with_it.verdicts) == (without.decision, without.verdicts)
    assert [one.state for one in with_it.waivers] == ["idle"]


def test_an_expired_one_beside_a_valid_one_changes_nothing() -> None:
    pair = (of("EM-3", -1), of("EM-3", 3), of("EM-3", 1))
    for order in (pair, pair[::-1]):
        found = waived({"EM-3": "fail"}, *order)
        assert [(x.expires, x.state) for x in found.waivers] == [
            (TODAY - DAY, "expired"),
            (TODAY + DAY, "idle"),
            (TODAY + 3 * DAY, "applied"),
        ]


def test_an_expired_one_is_named_and_counts_for_nothing() -> None:
    found = waived({"QM-2": "fail"}, of("QM-2", -1))
    assert (found.decision, [one.state for one in found.waivers]) == ("NO_GO", ["expired"])


def objections(*waivers: Waiver, metrics: str = "") -> list[str]:
    release: Release = build({metrics: "not due"} if metrics else {})[0]
    return list(object_to(replace(release, waivers=waivers), NOW))


def test_what_never_counts_is_told_by_the_file_alone() -> None:
    assert objections(of("QM-2", -1)) == ["QM-2: expired on 2026-01-16, counts for nothing"]
    assert objections(of("QM-2"), of("QM-2", 2)) == [
        "QM-2: useless until 2026-01-17: another one lasts until 2026-01-19"
    ]
    assert objections(of("QM-2"), metrics="QM-2") == [
        "QM-2: useless: expires on 2026-01-17, before the metric is due"
    ]
    assert objections(of("QM-2", 300)) == []
