"""Every rule finds what it is for, and nothing in what only looks like it."""

import json

import pytest

from exporter.privacy import RULES, Audit
from tests.privacy.samples import CLEAN, FOUND, SEVERAL

AUDIT = Audit()
EVERY = [
    *((text, {name}) for name, texts in FOUND.items() for text in texts),
    *SEVERAL.items(),
]


def test_every_rule_has_examples() -> None:
    assert {rule.name for rule in RULES} == set(FOUND)


@pytest.mark.parametrize(("text", "names"), EVERY)
def test_rule_finds_its_own_and_no_other_does(text: str, names: set[str]) -> None:
    assert AUDIT.findings(text) == names


@pytest.mark.parametrize(("text", "names"), EVERY)
def test_finding_survives_its_surroundings(text: str, names: set[str]) -> None:
    assert AUDIT.findings(f"it said ({text}) twice: {text}") >= names


@pytest.mark.parametrize(("text", "names"), EVERY)
def test_raw_json_around_a_finding_is_suspect(text: str, names: set[str]) -> None:
    raw = json.dumps({"k": text}, ensure_ascii=False)
    if "\\" not in raw:
        assert AUDIT.suspects(raw.encode(errors="replace"))
        assert AUDIT.suspects(json.dumps({text: 1}, ensure_ascii=False).encode(errors="replace"))


@pytest.mark.parametrize(("text", "names"), EVERY)
def test_nothing_is_found_in_a_redacted_text(text: str, names: set[str]) -> None:
    redacted = AUDIT.redact(text)
    assert AUDIT.findings(redacted) == set()
    assert any(f"[{name}]" in redacted for name in names)
    assert AUDIT.redact(redacted) == redacted


@pytest.mark.parametrize("text", CLEAN)
def test_lookalikes_are_left_alone(text: str) -> None:
    assert AUDIT.findings(text) == set()
    assert AUDIT.redact(text) == text
