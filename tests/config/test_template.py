import re
from datetime import date
from pathlib import Path

import pytest

from exporter.catalog import CATALOG
from exporter.config.loading import load_release
from exporter.config.template import render_template
from exporter.plan import PHASES, Phase
from exporter.release import Release
from exporter.sources import COLLECTORS, OWN_COLLECTORS, Source, load_sources

TODAY = date(2026, 2, 27)


def uncommented(text: str) -> str:
    """Return the text with every setting and example in force; explanations stay."""
    return re.sub(r"^( *)#(?=\S)", r"\1", text, flags=re.MULTILINE)


def load(text: str, folder: Path) -> tuple[Release, dict[str, Source]]:
    file = folder / "release.yaml"
    file.write_text(text, encoding="utf-8")
    release = load_release(file, file.name)
    return release, {source.name: source for source in load_sources(release)}


@pytest.mark.parametrize("today", [TODAY, date(2026, 12, 31), date(2028, 2, 29)])
def test_as_written_it_is_a_valid_release_with_the_plan_alone(tmp_path: Path, today: date) -> None:
    release, sources = load(render_template(today), tmp_path)
    assert list(sources) == ["plan"]
    assert release.metrics == CATALOG
    assert len(release.plan.milestones) == 8
    assert release.plan.milestones[0].planned == today


def test_its_plan_opens_every_phase_in_order(tmp_path: Path) -> None:
    plan = load(render_template(TODAY), tmp_path)[0].plan
    opened = [plan.opening(phase) for phase in PHASES if phase is not Phase.PLANNING]
    assert all(opened)
    assert opened == sorted(one for one in opened if one)
    assert len(plan.beta_days()) == 5


def test_with_everything_uncommented_it_is_valid_and_complete(tmp_path: Path) -> None:
    release, sources = load(uncommented(render_template(TODAY)), tmp_path)
    own = [source for name, source in sources.items() if name.startswith("own_")]
    assert sources.keys() - {source.name for source in own} == COLLECTORS.keys()
    assert {source.collector for source in own} == set(OWN_COLLECTORS.values())
    assert len(release.waivers) == 1
    assert release.minimum_n
    assert [one.id for one in release.metrics][-3:] == ["X-1", "X-2", "X-3"]
    assert release.metrics[: len(CATALOG)] != CATALOG


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_sources_commented_settings_are_its_defaults(tmp_path: Path, name: str) -> None:
    _, sources = load(uncommented(render_template(TODAY)), tmp_path)
    assert sources[name].settings == COLLECTORS[name].Settings()


@pytest.mark.parametrize("name", COLLECTORS)
def test_a_source_may_be_switched_on_by_its_name_alone(tmp_path: Path, name: str) -> None:
    text = render_template(TODAY).replace(f"\n  #{name}:", f"\n  {name}:")
    _, sources = load(text, tmp_path)
    assert sources[name].settings == COLLECTORS[name].Settings()


def test_every_setting_is_explained(tmp_path: Path) -> None:
    text = render_template(TODAY)
    sources = text[text.index("\nsources:") : text.index("\n# Other bands")]
    settings = re.findall(r"^    .*$", sources, flags=re.MULTILINE)
    assert len(settings) > 30
    assert [line for line in settings if not re.search(r"  # \S.{5}", line)] == []
    assert "None" not in sources


def test_every_metric_stands_beside_its_source() -> None:
    text = render_template(TODAY)
    here = [one for one in CATALOG if one.source in COLLECTORS]
    assert [one.id for one in here if f"{one.id} ({one.title})" not in text] == []
