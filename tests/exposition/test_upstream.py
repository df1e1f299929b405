from datetime import UTC, datetime

from exporter.exposition.families import Families
from exporter.exposition.upstream import add_upstream
from exporter.upstream.account import Known, Quota, Standing

RESET = datetime(2026, 1, 17, 21, tzinfo=UTC).timestamp()


def test_a_service_shows_what_it_allows_and_how_it_answered() -> None:
    families = Families()
    quotas = {"core": Quota(5000, 4990, RESET)}
    known = Known(not_before=RESET + 60, strikes=1, quotas=quotas, expires=RESET + 86_400)
    add_upstream(families, [Standing("api.github.com", known, {"not_modified": 7, "ok": 3})])
    series = {
        (sample.name, *(value for name, value in sample.labels.items() if name != "host")): (
            sample.labels["host"],
            sample.value,
        )
        for family in families
        for sample in family.samples
    }
    assert series == {
        ("release_upstream_quota_limit", "core"): ("api.github.com", 5000),
        ("release_upstream_quota_remaining", "core"): ("api.github.com", 4990),
        ("release_upstream_quota_reset_timestamp_seconds", "core"): ("api.github.com", RESET),
        ("release_upstream_token_expiry_timestamp_seconds",): ("api.github.com", RESET + 86_400),
        ("release_upstream_not_before_timestamp_seconds",): ("api.github.com", RESET + 60),
        ("release_upstream_requests_total", "not_modified"): ("api.github.com", 7),
        ("release_upstream_requests_total", "ok"): ("api.github.com", 3),
    }


def test_what_a_service_never_told_is_not_shown() -> None:
    families = Families()
    add_upstream(families, [Standing("git.example.com", Known(), {})])
    assert list(families) == []
