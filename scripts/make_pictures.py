"""Called by `scripts/pictures`: the example's five beta days in a Prometheus, drawn or held ready.

The beta ended yesterday; its days come from the records, through `backfill`.
"""
# ruff: noqa: INP001, T201, S603 - a script that prints and starts known programs

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from exporter import demo, recorded
from exporter.config.environment import PREFIX

ROOT = Path(__file__).parents[1]
EXPORTER = "127.0.0.1:10160"
PROMETHEUS = "127.0.0.1:10161"
DAY = timedelta(days=1)
SECONDS = 120

CONFIG = f"""
global: {{scrape_interval: 5s, evaluation_interval: 5s}}
rule_files: [{ROOT}/prometheus/rules/*.yml]
scrape_configs:
  - job_name: release
    static_configs: [{{targets: ["{EXPORTER}"]}}]
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A view as it is drawn."""

    view: str
    name: str
    theme: str
    since: str


PICTURES = (
    Picture("release-executive", "executive", "light", "now-6h"),
    Picture("release-detailed", "detailed", "light", "now-6d"),
    Picture("release-health", "health", "light", "now-15m"),
)


def now() -> datetime:
    """Return the time; a script has the clock that the package's modules are handed."""
    return datetime.now(UTC)  # noqa: TID251 - see above


@contextmanager
def started(
    *command: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a program meanwhile."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env=os.environ | (environment or {})
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def wait_for(url: str, pattern: str = "") -> None:
    """Return once the address answers well, with something that the pattern finds."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            answer = httpx.get(url)
            if answer.is_success and re.search(pattern, answer.text):
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    sys.exit(f"nothing came from {url} within {SECONDS} s")


@contextmanager
def data(folder: Path) -> Iterator[None]:
    """Serve the example and its history while the body runs."""
    file = demo.prepare(folder / "release", now() - DAY)
    with recorded.serve(recorded.load_upstream(file.parent / "upstream"), now) as upstream:
        settings = demo.connect(file, upstream)
        environment = {PREFIX + name: value for name, value in settings.items()}
        where = (f"--config.file={file}", f"--storage.path={folder / 'data'}")
        demo.remember(file, folder / "data", now())
        program = (sys.executable, "-m", "exporter")
        serve = (*program, "serve", *where, f"--web.listen-address={EXPORTER}")
        with started(*serve, log=folder / "exporter.log", environment=environment):
            wait_for(f"http://{EXPORTER}/-/ready")
            history = folder / "history.om"
            subprocess.run(
                [*program, "backfill", *where, f"--output={history}", f"--instance={EXPORTER}"],
                check=True,
                env=os.environ | environment,
            )
            subprocess.run(
                [
                    *("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet"),
                    *("--max-block-duration=24h", str(history), str(folder / "tsdb")),
                ],
                check=True,
            )
            (folder / "prometheus.yml").write_text(CONFIG)
            prometheus = (
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address={PROMETHEUS}",
            )
            with started(*prometheus, log=folder / "prometheus.log"):
                wait_for(f"http://{PROMETHEUS}/api/v1/query?query=ALERTS", "QM-2")
                yield


def draw(renderer: Path, picture: Picture, folder: Path) -> None:
    """Draw one picture, tell what is wrong with it, and make it small."""
    raw = folder / f"{picture.name}.png"
    done = subprocess.run(
        [
            *("node", str(renderer / "render.mjs")),
            *("--dashboard", str(ROOT / "grafana" / "dashboards" / f"{picture.view}.json")),
            *("--prometheus", f"http://{PROMETHEUS}", "--scrape-interval", "5s"),
            *("--from", picture.since, "--to", "now", "--theme", picture.theme),
            *("--width", "1920", "--out", str(raw)),
        ],
        check=False,
        stdout=subprocess.PIPE,
    )
    if done.returncode:
        sys.exit(f"{picture.view}: {done.stdout.decode()[:2000]}")
    for panel in json.loads(done.stdout)["panels"]:
        for warning in panel["warnings"]:
            if not warning.startswith("override matches no field"):
                print(f"{picture.view}: {panel['title']}: {warning}")
    out = ROOT / "docs" / f"{picture.name}.png"
    small = ("pngquant", "--force", "--strip", "--speed", "1", "48", "--output", str(out))
    subprocess.run([*small, str(raw)], check=True)
    print(f"wrote {out.relative_to(ROOT)}: {out.stat().st_size // 1000} kB")


def main(how: str) -> None:
    """Draw with the renderer in that folder, or wait until told to end."""
    with tempfile.TemporaryDirectory(prefix="release-exporter-pictures-") as name:
        folder = Path(name)
        with data(folder):
            if how == "--wait":
                print(f"Prometheus: http://{PROMETHEUS}; end it with Ctrl-C")
                signal.pause()
            for picture in PICTURES:
                draw(Path(how), picture, folder)


if __name__ == "__main__":
    main(sys.argv[1])
