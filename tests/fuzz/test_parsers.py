"""Whatever a file or a service says: an answer or a known error, within a second.

`FUZZ_SECONDS=600 .venv/bin/pytest -m fuzz tests/fuzz` gives each parser ten minutes.
"""

import gzip
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from prometheus_client.parser import text_string_to_metric_families

from exporter.collectors import benchmark, documentation, github, survey, testers, tests
from exporter.collectors import telemetry as telemetry_collector
from exporter.config.loading import load_release
from exporter.exposition.publisher import collect_families
from exporter.exposition.section import Section, join
from exporter.model import Context, Reading, SourceError, UserError
from exporter.redaction import redact_reading
from exporter.sources import load_sources
from exporter.telemetry.engine import Engine
from exporter.telemetry.protocol import Failure
from exporter.upstream.exchange import Answer
from exporter.upstream.session import Session
from tests.fuzz.damage import damaged
from tests.releases import NOW, release_of, state_of, view_of
from tests.upstream.world import forget_everything

pytestmark = pytest.mark.fuzz

SECONDS = float(os.environ.get("FUZZ_SECONDS", "3"))
LIMIT = timedelta(seconds=1)
ROUND = 200

EXAMPLE = Path("examples/caro-v1.1.0")
UPSTREAM = EXAMPLE / "upstream/github/wildcard/caro"

Parse = Callable[[bytes, Context], None]


@dataclass(frozen=True, slots=True)
class Files:
    """A collector, how it is set up, and the file that it reads."""

    collector: ModuleType
    name: str
    written: Mapping[str, object]

    def __call__(self, content: bytes, context: Context) -> None:
        (context.folder / self.name).write_bytes(content)
        chosen = self.collector.Settings.model_validate(self.written)
        with suppress(SourceError):
            shown(self.collector.collect(chosen, context), context)


def shown(reading: Reading, context: Context) -> None:
    """Render what was read, and read it back."""
    state = state_of([], reading=redact_reading(reading))
    families = collect_families(view_of(release_of(context.plan), {"tests": state}), NOW)
    text = join([Section.of(families)], openmetrics=False).decode()
    assert sum(len(one.samples) for one in text_string_to_metric_families(text)) == sum(
        len(one.samples) for one in families
    )


def release_file(content: bytes, context: Context) -> None:
    file = context.folder / "release.yaml"
    file.write_bytes(content)
    with suppress(UserError):
        load_sources(load_release(file, "release.yaml"))


def exports(content: bytes, context: Context) -> None:
    """Read it cold by an engine in this process: it tells of what it did not expect."""
    name = "one.json.gz" if content.startswith(b"\x1f\x8b") else "one.json"
    for old in context.folder.iterdir():
        old.unlink()
    (context.folder / name).write_bytes(content)
    chosen = telemetry_collector.Settings.model_validate({"files": ["*"]})
    reply = Engine().answer(telemetry_collector.request_for(chosen, context))
    if isinstance(reply, Failure):
        assert "unexpected" not in reply.message
    else:
        shown(reply.reading, context)


@dataclass(frozen=True, slots=True)
class GitHub:
    """Lets GitHub say this of one subject, and of the others what it really says."""

    subject: str

    def __call__(self, content: bytes, context: Context) -> None:
        def ask(_session: Session, url: str, *_: object, **__: object) -> Answer:
            path = url.partition("?")[0]
            subject = next((one for one in BODIES if path.endswith(one)), "repository")
            body = content if subject == self.subject else BODIES[subject]
            return Answer(200, body, {"etag": '"x"'})

        forget_everything()
        with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as state:
            patch.setattr(Session, "_ask", ask)
            chosen = github.Settings.model_validate({"url": "http://127.0.0.1:9/api/v3"})
            with suppress(SourceError):
                shown(github.collect(chosen, replace(context, state=Path(state))), context)


BODIES = {one.stem: one.read_bytes() for one in sorted(UPSTREAM.glob("*.json"))}
TELEMETRY = [one.read_bytes() for one in sorted(EXAMPLE.glob("telemetry/*/*.json"))]
RESULTS = [one.read_bytes() for one in sorted(EXAMPLE.glob("test-results/*"))]

PARSERS: dict[str, tuple[Parse, list[bytes]]] = {
    "release file": (
        release_file,
        [(EXAMPLE / "release.yaml").read_bytes(), Path("exporter/config/template.py").read_bytes()],
    ),
    "telemetry": (exports, [*TELEMETRY[:3], gzip.compress(TELEMETRY[0])]),
    "JUnit": (Files(tests, "one.xml", {"files": ["one.xml"]}), RESULTS),
    "cargo test": (Files(tests, "one.txt", {"files": ["one.txt"]}), RESULTS),
    "survey": (
        Files(survey, "survey.csv", {"file": "survey.csv", "satisfaction": "how satisfied"}),
        [(EXAMPLE / "survey.csv").read_bytes()],
    ),
    "roster": (
        Files(testers, "testers.csv", {"file": "testers.csv"}),
        [(EXAMPLE / "testers.csv").read_bytes()],
    ),
    "roster, YAML": (
        Files(testers, "testers.yaml", {"file": "testers.yaml"}),
        [b"- {tester: a, installed: yes, days: [D1, D2], survey: no}\n- {tester: b}"],
    ),
    "benchmark": (
        Files(
            benchmark,
            "one.json",
            {
                "with": {"file": "one.json", "command": "telemetry on"},
                "without": {"file": "one.json", "command": "telemetry off"},
            },
        ),
        [one.read_bytes() for one in (EXAMPLE / "bench").iterdir()],
    ),
    "checklist": (
        Files(documentation, "checklist.md", {"checklist": "checklist.md"}),
        [(EXAMPLE / "checklist.md").read_bytes()],
    ),
    "GitHub's issues": (GitHub("issues"), [BODIES["issues"]]),
    "GitHub's repository": (GitHub("repository"), [BODIES["repository"]]),
    "GitHub's milestones": (GitHub("milestones"), [BODIES["milestones"]]),
}


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_it_says_is_an_answer_or_a_known_error(
    name: str, context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    parse, seeds = PARSERS[name]
    tried, slowest, end = 0, 0.0, time.monotonic() + SECONDS

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(seeds))
    def parses(content: bytes) -> None:
        nonlocal tried, slowest
        began = time.thread_time()
        parse(content, context)
        took = time.thread_time() - began
        tried, slowest = tried + 1, max(slowest, took)
        # Of this thread alone: what else the machine does is no fault of the parser.
        assert took < LIMIT.total_seconds()

    number = 0
    while number == 0 or time.monotonic() < end:
        seed(number)(parses)()
        number += 1
    with capsys.disabled():
        print(f"\n{name}: {tried:,} inputs, the slowest took {slowest * 1000:.0f} ms")  # noqa: T201 - the figures that the suite is run for
    assert tried >= ROUND
