"""Sections of the page: rendered as prometheus-client renders, and made again when they must be."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from exporter.exposition import releases as releases_module
from exporter.exposition import sections as module
from exporter.exposition.families import Families
from exporter.exposition.publisher import OPENMETRICS, TEXT, Publisher, collect_families
from exporter.exposition.section import Section, join
from exporter.exposition.sections import BUDGET, LATEST, UNFINISHED, Sections, changes
from exporter.freshness import Limits, SourceState
from exporter.inert import inert
from exporter.model import ErrorClass
from exporter.plan import Phase, Plan
from exporter.release import Release
from exporter.view import ReleaseView, View
from tests.releases import NOW, best_states, plan_of, release_of, state_of, view_of

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(max_size=20)
VALUES = st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)
SERIES = st.tuples(
    st.sampled_from(["release_a", "release_b", "release_c_total"]),
    st.dictionaries(NAMES, TEXTS, max_size=3),
    VALUES,
)
HELPS = st.text(max_size=20).map(inert)


class Collected:
    """Families as a collector of the library yields them."""

    def __init__(self, families: Families) -> None:
        self.families = families

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def families_of(series: list[tuple[str, dict[str, str], float]], help_text: str) -> Families:
    families = Families()
    for name, labels, value in series:
        families.add(name, help_text, labels, value, "counter" if "total" in name else "gauge")
    return families


def registry_of(families: Families) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Collected(families))
    return registry


@given(st.lists(SERIES, max_size=20), HELPS)
def test_a_page_is_what_the_library_renders(
    series: list[tuple[str, dict[str, str], float]], help_text: str
) -> None:
    families = families_of(series, help_text)
    page, registry = [Section.of(families)], registry_of(families)
    assert join(page, openmetrics=False) == generate_latest(registry)
    expected = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # no types there
    assert join(page, openmetrics=True) == expected


@given(st.lists(SERIES, max_size=20))
def test_any_label_comes_back_as_it_was_shown(
    series: list[tuple[str, dict[str, str], float]],
) -> None:
    families = families_of(series, "Any.")
    text = join([Section.of(families)], openmetrics=False).decode()
    read = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert [(one.name, one.labels, one.value) for one in read] == [
        (one.name, one.labels, one.value) for family in families for one in family.samples
    ]


def test_a_family_of_several_sections_stands_once() -> None:
    sections = [
        Section.of(families_of([("release_a", {"release": name}, 1)], "Some.")) for name in "xy"
    ]
    assert join(sections, openmetrics=True).decode().splitlines() == [
        "# HELP release_a Some.",
        "# TYPE release_a gauge",
        'release_a{release="x"} 1.0',
        'release_a{release="y"} 1.0',
        "# EOF",
    ]


def test_the_publisher_serves_what_the_library_would(plan: Plan) -> None:
    view = view_of(release_of(plan), best_states())
    twice = replace(view.releases[0].states["tests"])
    view = View((*view.releases, ReleaseView(release_of(plan, name="v2"), {"tests": twice})))
    publisher = Publisher(lambda: view, lambda: NOW)
    publisher.render()
    for form in (TEXT, OPENMETRICS):
        page = publisher.page(form)
        assert page is not None
    text = publisher.page(TEXT)
    assert text is not None
    expected = generate_latest(registry_of(collect_families(view, NOW))).decode()
    ours = [one for one in text.plain.decode().splitlines() if "process_" not in one]
    assert ours == expected.splitlines()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the releases whose sections were made."""
    names: list[str] = []
    real = releases_module.add_known

    def counted(families: Families, view: ReleaseView, now: datetime) -> None:
        names.append(view.release.name)
        real(families, view, now)

    monkeypatch.setattr(module, "add_known", counted)
    return names


def releases(plan: Plan) -> tuple[ReleaseView, ...]:
    return tuple(ReleaseView(release_of(plan, name=name), best_states()) for name in ("v1", "v2"))


def test_what_a_release_file_defines_is_made_once_and_again_when_it_is_another(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    defined: list[str] = []
    real = releases_module.add_defined

    def counted(families: Families, release: Release) -> None:
        defined.append(release.name)
        real(families, release)

    monkeypatch.setattr(module, "add_defined", counted)
    sections, release = Sections(), release_of(plan)
    for states in ({}, best_states(), {}):
        view, whole = ReleaseView(release, states), Families()
        releases_module.add_release(whole, view, NOW)
        assert sections.of((view,), NOW) == [Section.of(whole)]
    assert defined == [release.name]
    fewer = replace(release, metrics=release.metrics[1:])
    (section,) = sections.of((ReleaseView(fewer, {}),), NOW)
    assert defined == [release.name] * 2
    assert section.families["release_metric_info"].lines.count(b"\n") == 16
    needy = replace(fewer, minimum_n={"QM-2": 30})
    (after,) = sections.of((ReleaseView(needy, {}),), NOW)
    assert after.families["release_rules_info"] != section.families["release_rules_info"]


def test_only_what_changed_is_made_again(plan: Plan, made: list[str]) -> None:
    sections = Sections()
    before = sections.of(releases(plan), NOW)
    assert made == ["v1", "v2"]
    first, second = releases(plan)
    changed = replace(second, states={"tests": state_of([])})
    after = sections.of((first, changed), NOW + timedelta(seconds=1))
    assert made == ["v1", "v2", "v2"]
    assert after[0] is before[0]
    assert after[1] != before[1]


def test_a_clock_that_was_set_back_makes_them_again(plan: Plan, made: list[str]) -> None:
    sections = Sections()
    sections.of(releases(plan), NOW)
    sections.of(releases(plan), NOW - timedelta(seconds=1))
    assert made == ["v1", "v2"] * 2


def test_after_a_while_they_are_made_again_whatever_happened(plan: Plan, made: list[str]) -> None:
    moment = 0.0
    sections = Sections(lambda: moment)
    sections.of(releases(plan), NOW)
    moment = LATEST - 1
    sections.of(releases(plan), NOW)
    assert made == ["v1", "v2"]
    moment = LATEST
    sections.of(releases(plan), NOW)
    assert made == ["v1", "v2"] * 2


def test_of_many_changes_at_once_some_wait_for_the_next_page(plan: Plan, made: list[str]) -> None:
    ticks = itertools.count(step=BUDGET / 2)
    sections = Sections(lambda: next(ticks))
    three = tuple(ReleaseView(release_of(plan, name=name), {}) for name in ("v1", "v2", "v3"))
    first = sections.of(three, NOW)
    assert made == ["v1", "v2", "v3"]  # without any yet, none can wait
    changed = tuple(replace(one, states=best_states()) for one in three)
    second = sections.of(changed, NOW)
    assert sections.behind
    assert second[2] is first[2]
    while sections.behind:
        second = sections.of(changed, NOW)
    assert [one in first for one in second] == [False] * 3
    assert sorted(made) == ["v1", "v1", "v2", "v2", "v3", "v3"]


def test_what_is_read_whole_does_not_wait_for_what_is_not(plan: Plan, made: list[str]) -> None:
    ticks = itertools.count(step=UNFINISHED / 2)
    sections = Sections(lambda: next(ticks))
    names = ("v1", "v2", "v3", "v4", "v5")
    unread = {"plan": replace(best_states()["plan"], attempted=None)}
    views = tuple(ReleaseView(release_of(plan, name=name), {}) for name in names)
    sections.of(views, NOW)
    made.clear()
    changed = [replace(one, states=best_states() | unread) for one in views[:4]]
    read = replace(views[4], states=best_states())
    sections.of((*changed, read), NOW)
    assert (made[0], sections.behind) == ("v5", True)
    while sections.behind:
        sections.of((*changed, read), NOW)
    assert sorted(made) == list(names)


def test_what_the_clock_has_ended_waits_for_nothing(plan: Plan, made: list[str]) -> None:
    ticks = itertools.count(step=BUDGET)
    sections = Sections(lambda: next(ticks))
    sections.of(releases(plan), NOW)
    sections.of(releases(plan), NOW + timedelta(hours=27))
    assert made == ["v1", "v2"] * 2
    assert not sections.behind


def old_states() -> dict[str, SourceState]:
    """Return states of which each becomes too old at another time, one way or the other."""
    found = {}
    for at, (name, state) in enumerate(sorted(best_states().items())):
        facts = timedelta(hours=5 * at + 1) if at % 2 else None
        limits = Limits(timedelta(hours=11 * at + 2, minutes=at), facts, (Phase.BETA,))
        assert state.reading is not None
        samples = state.reading.samples
        if at % 3 == 0:
            samples = tuple(replace(one, kept_since=NOW - timedelta(hours=1)) for one in samples)
        found[name] = replace(state, limits=limits, reading=replace(state.reading, samples=samples))
    found["github"] = replace(found["github"], error=(ErrorClass.TIMEOUT, "late"))
    return found


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Asia/Kathmandu"])
def test_between_two_changes_the_clock_changes_nothing(zone: str) -> None:
    view = ReleaseView(release_of(plan_of(zone)), old_states())
    now, changed = NOW - timedelta(days=1), 0
    end = NOW + timedelta(days=12)
    while now < end:
        until = changes(view, now)
        assert now < until
        first = module._known(view, now)
        last = until - datetime.resolution
        for moment in (now + (last - now) / 2, last):
            assert module._known(view, moment) == first
        changed += module._known(view, until) != first
        now = until
    assert changed > 10
