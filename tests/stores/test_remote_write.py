"""Every rule and every panel has the same answer from the long-term store as from Prometheus.

PROMETHEUS_DIR=DIR pytest tests/stores
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from exporter import demo
from exporter.cli import clock
from tests.dashboards.reading import UIDS, asked, load, panels
from tests.example import ROOT, connected
from tests.live.alertmanagers import command
from tests.live.conftest import Exporter, Program, until
from tests.live.documented import USER, part
from tests.stores.store import Asked, Store, differences, victoria_metrics

pytestmark = pytest.mark.live

RULES = sorted((ROOT / "prometheus" / "rules").glob("*.yml"))
# Of these the store knows the last value before the window, and does not extrapolate.
BY_DESIGN = re.compile(r"\b(rate|increase)\(")
DIFFERING = ("Failed runs by class", "Requests by outcome", "Memory and processor")


@dataclass(frozen=True)
class Both:
    """Prometheus and the store, and a moment of which both know everything."""

    prometheus: Asked
    store: Asked
    moment: float

    def differences(self, path: str, **parameters: Any) -> list[str]:
        return differences(self.prometheus(path, parameters), self.store(path, parameters))


def configuration(folder: Path, target: str, store: Store) -> Path:
    """Write Prometheus' configuration with the part that the documents show."""
    (remote,) = part("remote_write")
    assert remote["basic_auth"]["username"] == USER
    remote["url"] = f"{store.url}/{remote['url'].split('/', 3)[3]}"
    remote["basic_auth"]["password_file"] = str(store.password)
    content = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(one) for one in RULES],
        "scrape_configs": [{"job_name": "release", "static_configs": [{"targets": [target]}]}],
        "remote_write": [remote],
    }
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(content))
    return file


def now() -> float:
    return clock().timestamp()


def agreed(prometheus: Asked, store: Store) -> Both:
    """Return both as of a moment ago, once the store has got everything up to it."""
    moment = round(now(), 3)

    def arrived() -> bool:
        times = store.ask("query", {"query": "timestamp(up)", "time": now()})
        rules = store.ask("query", {"query": "timestamp(ALERTS{alertname='ReleaseWatchdog'})"})
        return all(
            one and min(values[0][1] for values in one.values()) > moment for one in (times, rules)
        )

    until(arrived, 60)
    return Both(prometheus, store.ask, moment)


@pytest.fixture(scope="module", params=["serving", "gone"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    """Return both, while the exporter serves the example, and after it died."""
    folder = tmp_path_factory.mktemp("remote")
    file = demo.prepare(folder / "release", clock())
    with connected(file, clock) as environment, victoria_metrics(folder / "store") as store:
        exporter = Exporter(file, folder / "data", **environment).ready()
        config = configuration(folder, exporter.url.removeprefix("http://"), store)
        program = Program(
            [
                *command("prometheus"),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                "--web.listen-address=127.0.0.1:0",
            ]
        )
        url = "http://" + program.wait_for(r"Listening on.*address=([0-9.]+:\d+)")[1]
        with httpx.Client(base_url=url, timeout=30) as client:
            ask = Asked(client)
            until(lambda: client.get("/-/ready").is_success)
            until(lambda: ask("query", {"query": 'ALERTS{metric="QM-2"}'}), 60)
            time.sleep(20)  # of history, for the charts
            if request.param == "gone":
                exporter.kill()
                until(lambda: ask("query", {"query": "up == 0"}))
                time.sleep(5)
            yield agreed(ask, store)
        program.kill()
        exporter.kill()


def rules() -> dict[str, str]:
    """Return every rule's expression by name and place."""
    groups = [group for file in RULES for group in yaml.safe_load(file.read_text())["groups"]]
    every = [rule for group in groups for rule in group["rules"]]
    return {
        f"{rule.get('alert') or rule['record']} {place}": rule["expr"]
        for place, rule in enumerate(every)
    }


def test_every_rule_has_the_same_answer(both: Both) -> None:
    assert len(rules()) > 100
    wrong = {
        name: found
        for name, expr in rules().items()
        if (found := both.differences("query", query=expr, time=both.moment))
    }
    assert wrong == {}


@pytest.mark.parametrize("uid", UIDS)
def test_every_panel_has_the_same_answer(both: Both, uid: str) -> None:
    wrong = {}
    for panel in panels(load(uid)):
        for target in panel["targets"]:
            expr = asked(target["expr"])
            if BY_DESIGN.search(expr):
                assert panel["title"] in DIFFERING
                continue
            found = both.differences("query", query=expr, time=both.moment)
            if not target["instant"]:
                span = {"start": both.moment - 15, "end": both.moment, "step": 1}
                found += both.differences("query_range", query=expr, **span)
            if found:
                wrong[panel["title"], target["refId"]] = (expr, found)
    assert wrong == {}
