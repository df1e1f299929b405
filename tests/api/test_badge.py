"""The badge: readable without its colour, of one size, and inert."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from exporter.api.badge import COLOURS, LABEL_COLOUR, LONGEST, WORDS, draw, shields, shown
from exporter.gate.decision import Decision
from exporter.inert import inert
from tests.gate.hostile import TEXTS
from tests.gate.test_output import show, structure

SVG = "{http://www.w3.org/2000/svg}"
AA = 4.5


def parse(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own output


def texts(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("decision", Decision)
def test_it_says_the_decision_in_words_for_those_who_hear_it_too(decision: Decision) -> None:
    root = parse(draw("caro v1.1.0", decision))
    whole = f"caro v1.1.0: {WORDS[decision]}"
    assert texts(root) == ["caro v1.1.0", WORDS[decision]]
    assert (root.get("role"), root.get("aria-label")) == ("img", whole)
    assert root.findtext(f"{SVG}title") == whole


def test_every_decision_has_its_own_word_and_only_go_is_green() -> None:
    assert len(set(WORDS.values())) == len(set(COLOURS.values())) == len(Decision)
    greens = [one for one, colour in COLOURS.items() if is_green(colour)]
    assert greens == [Decision.GO]
    red, green, blue = (int(COLOURS[Decision.UNKNOWN][at : at + 2], 16) for at in (0, 2, 4))
    assert max(red, green, blue) - min(red, green, blue) < 16  # grey


def is_green(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return green > max(red, blue) + 16


@pytest.mark.parametrize("colour", [*COLOURS.values(), LABEL_COLOUR])
def test_white_is_readable_on_every_colour(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= AA


def test_it_is_as_wide_as_its_texts_and_never_wide() -> None:
    short, long = (parse(draw(name, Decision.GO)) for name in ("a b", "m" * 500))
    assert int(short.get("width", "")) < int(long.get("width", "")) <= 12 * LONGEST + 80
    assert texts(long)[0] == "m" * (LONGEST - 1) + "…"


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_a_hostile_label_is_text_alone(text: str) -> None:
    drawn = draw(text, Decision.UNKNOWN)
    root, calm = parse(drawn), parse(draw("calm", Decision.UNKNOWN))
    assert structure(root) == structure(calm)
    assert texts(root) == [shown(text), "UNKNOWN"]
    assert len(texts(root)[0]) <= LONGEST
    assert [one for one in drawn if not one.isprintable() and one != "\n"] == []
    assert not re.search(r"##|\n\s*::", drawn)


@pytest.mark.parametrize("text", TEXTS, ids=show)
def test_shields_is_told_the_label_inert(text: str) -> None:
    label = shields(text, Decision.GO).label
    assert label == inert(label)
    assert 0 < len(label) <= LONGEST
    assert json.loads(json.dumps(label)) == label


def test_shields_lets_nobody_choose_another_colour_than_ours_but_for_go() -> None:
    assert [one for one in Decision if not shields("x", one).is_error] == [Decision.GO]
