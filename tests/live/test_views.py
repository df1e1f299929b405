"""Every query of every view on a Prometheus that scrapes the example and loads the rules."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from exporter import demo
from exporter.cli import clock
from exporter.dashboards.model import Json
from tests.dashboards.reading import UIDS, asked, load, panels
from tests.example import ROOT, connected
from tests.live.asking import Ask, prometheus
from tests.live.conftest import Exporter, until

pytestmark = pytest.mark.live

CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}/*.yml]
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{target}"]}}]
"""

# What the healthy example has nothing of, so that an empty panel is the point.
NOTHING_TO_SAY = {
    "This release's own metrics",
    "Own metrics over time",
    "Why is this number missing?",
    "Failed runs by class",
    "Rejected items",
    "Next request and token",
    "Dropped series",
}
# Of a table of several queries, those that may be empty: columns that nothing is in.
NO_COLUMN = re.compile(r'verdict="(fail|unknown|waived)"|release_source_up == 0')


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Return a function that asks the Prometheus, once the example is scraped and has alerts."""
    folder = tmp_path_factory.mktemp("views")
    file = demo.prepare(folder / "release", datetime.now(UTC))  # noqa: TID251 - a live test
    rules = shutil.copytree(ROOT / "prometheus" / "rules", folder / "rules")
    with connected(file, clock) as environment:
        exporter = Exporter(file, folder / "data", **environment).ready()
        target = exporter.url.removeprefix("http://")
        with prometheus(folder, CONFIG.format(target=target, rules=rules)) as ask:
            until(lambda: ask("query", {"query": 'ALERTS{metric="QM-2"}'}))
            # A rate needs two scrapes.
            until(lambda: ask("query", {"query": "rate(process_cpu_seconds_total[10s])"}))
            yield ask
        exporter.kill()


def answer(ask: Ask, target: Json) -> list[dict[str, Any]]:
    """Return what the target gives: of this moment, or of the last minute."""
    expr = asked(target["expr"])
    if target["instant"]:
        return ask("query", {"query": expr})
    now = datetime.now(UTC).timestamp()  # noqa: TID251 - a live test
    return ask("query_range", {"query": expr, "start": now - 60, "end": now, "step": 1})


@pytest.mark.parametrize("uid", UIDS)
def test_every_query_of_the_view_has_data_where_there_is_something_to_say(
    ask: Ask, uid: str
) -> None:
    empty = {
        (panel["title"], target["refId"])
        for panel in panels(load(uid))
        for target in panel["targets"]
        if not answer(ask, target) and not NO_COLUMN.search(target["expr"])
    }
    assert {title for title, _ in empty} <= NOTHING_TO_SAY


def test_the_alert_of_the_example_is_listed_with_what_leads_to_its_runbook(ask: Ask) -> None:
    (panel,) = (one for one in panels(load("release-detailed")) if one["title"] == "Alerts firing")
    (found,) = answer(ask, panel["targets"][0])
    assert found["metric"] == {
        "alertname": "ReleaseSuccessRateWarning",
        "metric": "QM-2",
        "severity": "warning",
    }
    (link,) = panel["fieldConfig"]["overrides"][1]["properties"][0]["value"]
    page = (
        link["url"].rsplit("/", 1)[1].replace("${__data.fields.Alert}", "ReleaseSuccessRateWarning")
    )
    assert (ROOT / "docs" / "runbooks" / page).is_file()


@pytest.mark.parametrize("uid", UIDS)
def test_variables_and_annotations_find_the_release(ask: Ask, uid: str) -> None:
    view = load(uid)
    for variable in view["templating"]["list"]:
        if variable["type"] == "query":
            (inner,) = re.findall(r"^query_result\((.+)\)$", variable["query"])
            (found,) = ask("query", {"query": asked(inner)})
            shown = ",".join(f'{key}="{value}"' for key, value in found["metric"].items())
            match = re.search(variable["regex"].strip("/"), f"{{{shown}}} 1")
            assert match
            assert match[1] in ("caro", "v1.1.0")
    for annotation in view["annotations"]["list"]:
        now = datetime.now(UTC).timestamp()  # noqa: TID251 - a live test
        data = {"start": now - 6 * 86400, "end": now, "step": 60}
        assert ask("query_range", data | {"query": asked(annotation["expr"])})
