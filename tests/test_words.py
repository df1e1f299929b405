from exporter.model import Tier, Verdict
from exporter.words import TIER_TITLES, VERDICT_ICONS, VERDICT_WORDS


def test_every_tier_and_verdict_has_its_words() -> None:
    assert list(TIER_TITLES) == list(Tier)
    assert list(VERDICT_ICONS) == list(VERDICT_WORDS) == list(Verdict)


def test_no_two_verdicts_look_or_read_alike() -> None:
    assert len(set(VERDICT_ICONS.values())) == len(set(VERDICT_WORDS.values())) == len(Verdict)


def test_the_boxes_have_the_users_titles() -> None:
    assert list(TIER_TITLES.values())[:4] == [
        "CRITICAL METRICS (Must Pass)",
        "HIGH PRIORITY METRICS",
        "PERFORMANCE METRICS",
        "PROCESS METRICS",
    ]
