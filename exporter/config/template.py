"""The commented release file to start from; its sources are those of the program itself."""

from collections.abc import Iterator
from datetime import date, timedelta
from string import Template
from types import ModuleType
from typing import Any

import yaml
from pydantic import BaseModel

from exporter.catalog import CATALOG
from exporter.sources import COLLECTORS

# Name, days from the start, and the phases that it opens or closes.
MILESTONES = (
    ("planning", 0, "closes: planning"),
    ("recruitment", 2, "closes: recruitment"),
    ("preflight", 3, "closes: preflight"),
    ("beta start", 4, "opens: beta"),
    ("beta end", 8, "closes: beta"),
    ("analysis", 10, "closes: analysis"),
    ("go/no-go", 14, "opens: go_no_go, closes: go_no_go"),
    ("release", 15, "opens: release, closes: release"),
)
DESCRIPTION_COLUMN = 44

TEXT = Template("""\
# A release file of release-exporter: one release's plan, its sources, and its own judgement.
#
# Lines that begin with '# ' explain. A line such as '#max_age: 26h' is a setting at its default,
# or an example: take its '#' out, and that of the keys it stands under, to set something else.
# Then: release-exporter config check

project: my-project
release: v1.0.0
#repository: owner/name
#package: {registry: crates.io, name: my-project}  # or pypi, npm
time_zone: UTC  # such as America/Los_Angeles; days and phases begin at its midnight
data: .  # folder of the raw files, relative to this one; nothing outside it is read

# Write 'actual: DATE' into a milestone when it is finished; until then it may become late.
# A phase opens with the first minute of its milestone's day and closes with the last one.
milestones:
$milestones

# From this day the release is over: its series and alerts end. Default: 30 days after publication.
#closed: $closed

# Where the facts come from. A metric whose source is missing is unknown once it is due.
# Files are names or globs inside the data folder; durations are written 90s, 15m, 36h, 7d.
sources:
$sources

# Other bands for a metric: the first that fits applies. Conditions: at_least, above, at_most,
# below, within (either way around zero), otherwise.
#bands:
  #QM-2:
    #- {at_least: 85 %, verdict: pass, text: meets our target}
    #- {at_least: 75 %, verdict: warn, text: "document issues, release with caveats"}
    #- {otherwise: true, verdict: fail, text: "BLOCK, expand patterns", blocks: true}

# Another phase from which a metric is due: always, a phase, or 'after <phase>'.
#due:
  #PM-6: beta

# Observations that a verdict needs; with fewer it is unknown. Default 1.
#minimum_n:
  #QM-2: 100

# Signed exceptions: until it expires, this metric's warn or fail is accepted. Never for QM-3.
#waivers:
  #- metric: PM-1
    #reason: slow only on the first start, fixed in the next release
    #link: https://example.com/decisions/12
    #owner: release manager
    #expires: $release

# Metrics of your own, treated like the others everywhere. The gauge is release_<name>.
#metrics:
  #- id: X-1
    #title: Crash-free sessions
    #name: crash_free_ratio
    #help: Share of sessions without a crash.
    #unit: percent  # count, percent, milliseconds, hours, days or number
    #tier: high  # critical, high, performance, process or engagement
    #due: beta  # always, a phase, or 'after <phase>'
    #bands:
      #- {at_least: 99.5 %, verdict: pass, text: stable}
      #- {otherwise: true, verdict: warn, text: look at the crash reports}
    #source:
      # One number in a JSON file, found with a JMESPath expression. Shares are from 0 to 1, times
      # in seconds: `scale` multiplies what the file says.
      #json: {file: crashes.json, path: sessions.crash_free, n: sessions.total, scale: 0.01}
  #- id: X-2
    #title: Open translations
    #name: open_translations
    #help: Texts that are not translated yet.
    #unit: count
    #bands:
      #- {at_most: 0, verdict: pass, text: all translated}
      #- {otherwise: true, verdict: warn, text: ask the translators}
    #source:
      # One column of a CSV file; take: last, first, min, max, sum, mean or count.
      #csv: {file: translations.csv, column: open, take: last}
  #- id: X-3
    #title: Error budget left
    #name: error_budget_left
    #help: What is left of the service's error budget.
    #bands:
      #- {above: 0.1, verdict: pass, text: enough left}
      #- {otherwise: true, verdict: fail, text: stop changing things}
    #source:
      # The one sample that a PromQL query answers with.
      #promql: {url: "http://localhost:9090", query: slo:error_budget_left:ratio}
""")


def render_template(today: date) -> str:
    """Return the text: a plan that starts today, everything else commented."""
    return TEXT.substitute(
        milestones="\n".join(
            f"  - {{name: {name}, planned: {_after(today, days)}, {phases}}}"
            for name, days, phases in MILESTONES
        ),
        release=_after(today, MILESTONES[-1][1]),
        closed=_after(today, MILESTONES[-1][1] + 30),
        sources="\n\n".join("\n".join(_source(*item)) for item in COLLECTORS.items()),
    )


def _source(name: str, collector: ModuleType) -> Iterator[str]:
    yield f"  # {(collector.__doc__ or name).partition(chr(10))[0]}"
    metrics = [f"{one.id} ({one.title})" for one in CATALOG if one.source == name]
    yield f"  # For {', '.join(metrics)}."
    # The plan is always read; without any source the section would be empty, which is no mapping.
    yield f"  {'' if name == 'plan' else '#'}{name}:"
    yield from _settings(collector.Settings(), "    ")


def _settings(settings: BaseModel, indent: str) -> Iterator[str]:
    """Yield every setting at its default, with what it means."""
    written = settings.model_dump(mode="json", by_alias=True)
    for name, field in type(settings).model_fields.items():
        key, value = field.alias or name, getattr(settings, name)
        inner = isinstance(value, BaseModel)
        line = f"{indent}#{key}:" if inner else f"{indent}#{key}: {_yaml(written[key])}"
        yield f"{line:<{DESCRIPTION_COLUMN}}  # {field.description}"
        if inner:
            yield from _settings(value, indent + "  ")


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True)
    return text.removesuffix("...\n").strip()


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)
