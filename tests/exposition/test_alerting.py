"""What /metrics says for alert rules."""

from dataclasses import replace

import pytest

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import CATALOG, Due
from exporter.exposition.publisher import collect_families
from exporter.model import Verdict
from exporter.plan import Phase, Plan
from exporter.release import Release
from tests.alerting.promtool import ROOT
from tests.releases import NOW, release_of, view_of


def samples(release: Release, name: str) -> list[tuple[dict[str, str], float]]:
    families = collect_families(view_of(release, {}), NOW)
    return [
        (one.labels, one.value) for family in families for one in family.samples if one.name == name
    ]


def hash_of(release: Release) -> str:
    ((labels, value),) = samples(release, "release_rules_info")
    assert (labels["project"], labels["release"], value) == ("caro", "v1.1.0", 1)
    return labels["hash"]


def test_a_release_without_overrides_follows_the_committed_rules(plan: Plan) -> None:
    text = (ROOT / "prometheus/rules/release-watching.yml").read_text("utf-8")
    assert f'release_rules_info{{hash!="{hash_of(release_of(plan))}"}}' in text


def _other_bands(release: Release) -> Release:
    bands = (Band(at_least(0.5), Verdict.PASS, "fine"), Band(OTHERWISE, Verdict.FAIL, "bad"))
    series = replace(CATALOG[0].judged[0], bands=bands)
    return replace(release, metrics=(replace(CATALOG[0], judged=(series,)), *CATALOG[1:]))


CHANGES = {
    "bands": _other_bands,
    "observations": lambda one: replace(one, minimum_n={"QM-2": 10}),
    "own metrics": lambda one: replace(one, metrics=(*CATALOG, replace(CATALOG[0], id="X-1"))),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_hash_changes_with_what_rules_derive_from(plan: Plan, change: object) -> None:
    release = release_of(plan)
    assert hash_of(change(release)) != hash_of(release)  # type: ignore[operator]  # functions of a release


def test_the_hash_stays_with_what_rules_do_not_derive_from(plan: Plan) -> None:
    release = release_of(plan)
    later = tuple(replace(one, due=Due(Phase.RELEASE)) for one in CATALOG)
    assert hash_of(replace(release, metrics=later, folder=ROOT)) == hash_of(release)


def test_from_when_on_a_verdict_counts_is_told_where_that_is_a_moment(plan: Plan) -> None:
    found = samples(release_of(plan), "release_metric_due_timestamp_seconds")
    by_key = {(one["metric"], one.get("priority")): value for one, value in found}
    beta = plan.opening(Phase.BETA)
    assert beta is not None
    assert by_key["QM-2", None] == by_key["PM-5", "P1"] == beta.timestamp()
    assert ("QM-1", None) not in by_key  # always
    assert len(by_key) == 17 - 2


def test_a_phase_that_the_plan_lacks_has_no_moment(plan: Plan) -> None:
    bare = replace(plan, milestones=())
    assert samples(release_of(bare), "release_metric_due_timestamp_seconds") == []
