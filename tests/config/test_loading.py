"""Every mistake in a release file is a line that names the file, the place and the fix."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from exporter.config.loading import Loaded, load_all, load_release
from exporter.model import UserError
from exporter.plan import Milestone, Phase
from exporter.release import Release, Waiver

HEAD = "project: caro\nrelease: v1.1.0\n"
MILESTONES = "milestones:\n  - {name: beta start, planned: 2026-01-13, opens: beta}\n"
BASE = HEAD + MILESTONES
OWN = """metrics:
  - id: X-1
    title: Crash-free sessions
    name: crash_free_ratio
    help: Share of sessions without a crash.
    unit: percent
    bands:
      - {at_least: 99.5 %, verdict: pass, text: stable}
      - {otherwise: true, verdict: warn, text: look}
    source: {json: {file: crashes.json, path: free}}
"""
WAIVER = """waivers:
  - metric: QM-5
    reason: one machine only
    link: https://example.com/12
    owner: release manager
    expires: 2026-02-01
"""


def write(folder: Path, text: str | bytes, name: str = "release.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def load(folder: Path, text: str | bytes) -> Release:
    return load_release(write(folder, text), "release.yaml")


def bands(*entries: str, metric: str = "QM-2") -> str:
    return BASE + f"bands:\n  {metric}:\n" + "".join(f"    - {{{entry}}}\n" for entry in entries)


PASSES = "at_least: 85 %, verdict: pass, text: good"
FAILS = "otherwise: true, verdict: fail, text: bad"

# The text, and what its one line must say.
MISTAKES: dict[str, tuple[str | bytes, str]] = {
    # No release file at all.
    "empty": ("", "no release file; `release-exporter init` writes one"),
    "only a comment": ("# nothing\n", "no release file; `release-exporter init` writes one"),
    "a list at the top": ("- a\n", "no release file; `release-exporter init` writes one"),
    "a text at the top": ("caro\n", "no release file; `release-exporter init` writes one"),
    # No YAML.
    "no YAML": (BASE + "a: b: c\n", "line 5: mapping values are not allowed here"),
    "a tab": (BASE + "bands:\n\tQM-2: []\n", "line 6: while scanning for the next token"),
    "a key twice": (BASE + "project: other\n", "line 5: key 'project' stands here twice"),
    "a key twice below": (
        HEAD + "milestones:\n  - name: a\n    name: b\n",
        "line 5: key 'name' stands here twice",
    ),
    "an alias": (BASE + "data: &d raw\ntime_zone: *d\n", "line 6: aliases are not supported"),
    "a tag": (BASE + "data: !!python/name:os.system\n", "line 5: tags are not supported"),
    "a thousand aliases": ("a: &a [x, x]\nb: &b [*a, *a]\n", "line 2: aliases are not supported"),
    "two documents": (BASE + "---\n" + BASE, "line 5: expected a single document"),
    "deep nesting": (BASE + "sources: " + "[" * 90_000, "line 5: nested deeper than 50 levels"),
    "too long": (BASE + "#" + "x" * 262_144, "longer than 256 KiB"),
    "too long in two bytes each": (BASE + "#" + "é" * 140_000, "longer than 256 KiB"),
    "a control character": (BASE + "data: a\0b\n", "line 5: a character that no text has"),
    "Latin-1": (BASE.encode() + b"\xe9\n", f"byte {len(BASE)}: not UTF-8; save it as UTF-8"),
    "UTF-16": (BASE.encode("utf-16"), "byte 0: not UTF-8; save it as UTF-8"),
    # What YAML makes of plain words.
    "a number for a name": (
        BASE.replace("caro", "1.10"),
        "project: is no text to YAML; put it in quotes",
    ),
    "a whole number for a version": (
        BASE.replace("v1.1.0", "2"),
        "release: is no text to YAML; put it in quotes",
    ),
    "a date for a version": (
        BASE.replace("v1.1.0", "2026-01-13"),
        "release: is no text to YAML; put it in quotes",
    ),
    "no for a name": (
        BASE.replace("caro", "no"),
        "project: is no text to YAML; put it in quotes",
    ),
    "a time of day": (BASE + "closed: 12:30\n", "line 5: a number with ':'"),
    "on for a key": (BASE + "on: 1\n", "key 'True': is no text to YAML; put it in quotes"),
    "a number for a key": (BASE + "1: 1\n", "key '1': is no text to YAML; put it in quotes"),
    "a date for a key": (
        BASE + "2026-01-13: 1\n",
        "key '2026-01-13': is no text to YAML; put it in quotes",
    ),
    "nothing for a key": (BASE + "~: 1\n", "key 'None': write text"),
    "a number for a key below": (
        HEAD + "milestones:\n  - {1: a, name: a, planned: 2026-01-13}\n",
        "milestones[1]: key '1': is no text to YAML; put it in quotes",
    ),
    "nothing for a name": (BASE.replace(" caro", ""), "project: write text"),
    # Unknown keys, at every level.
    "an unknown key": (
        BASE + "milestone: []\n",
        "milestone: unknown key 'milestone'; did you mean 'milestones'? known are bands, closed,",
    ),
    "a key unlike any": (BASE + "zzz: 1\n", "zzz: unknown key 'zzz'; known are bands, closed,"),
    "a key called int": (BASE + "int: 1\n", "int: unknown key 'int'; known are"),
    "a key called str": (BASE + "str: 1\n", "str: unknown key 'str'; known are"),
    "an unknown key of a milestone": (
        HEAD + "milestones:\n  - {name: a, planed: 2026-01-13, planned: 2026-01-13}\n",
        "milestones[1].planed: unknown key 'planed'; did you mean 'planned'? known are actual,",
    ),
    "an unknown key of a band": (
        bands("at_lest: 85 %, otherwise: true, verdict: pass, text: good"),
        "bands.QM-2[1].at_lest: unknown key 'at_lest'; did you mean 'at_least'?",
    ),
    "an unknown key of a waiver": (
        BASE + WAIVER + "    until: 2026-03-01\n",
        "waivers[1].until: unknown key 'until'; known are expires, link, metric, owner, reason",
    ),
    "an unknown key of the package": (
        BASE + "package: {registry: npm, name: caro, nam: x}\n",
        "package.nam: unknown key 'nam'; did you mean 'name'?",
    ),
    "an unknown key of an own metric": (
        BASE + OWN + "    unti: percent\n",
        "metrics.X-1.unti: unknown key 'unti'; did you mean 'unit'?",
    ),
    "an unknown key of two lines": (
        BASE + '"data\\nproject": 1\n',
        "'data\\nproject': unknown key 'data\\nproject'; did you mean 'project'?",
    ),
    "an unknown key without end": (
        BASE + "k" * 70_000 + ": 1\n",
        "line 5: while scanning a simple key, could not find expected ':'",
    ),
    "a long unknown key": (
        BASE + "k" * 900 + ": 1\n",
        f"{'k' * 60}: unknown key '{'k' * 60}'; known are",
    ),
    "an unknown key that is no text": (
        BASE + '"\\ud800": 1\n',
        "line 5: half a character; write the character itself",
    ),
    # Missing and wrong values.
    "no project": (BASE.replace("project: caro\n", ""), "project: is missing; write it"),
    "no milestones": (HEAD, "milestones: is missing; write it"),
    "milestones without entries": (HEAD + "milestones: []\n", "milestones: write at least one"),
    "a milestone without a date": (
        HEAD + "milestones:\n  - name: a\n",
        "milestones[1].planned: is missing; write it",
    ),
    "milestones as keys": (
        HEAD + "milestones: {beta: 2026-01-13}\n",
        "milestones: write a list, '- ' before each entry",
    ),
    "a milestone that is a word": (
        HEAD + "milestones: [beta]\n",
        "milestones[1]: write keys with values",
    ),
    "a milestone twice": (
        HEAD + "milestones:" + 2 * "\n  - {name: beta, planned: 2026-01-13}",
        "milestone 'beta' stands here twice; rename one",
    ),
    "two milestones that open one phase": (
        BASE + "  - {name: again, planned: 2026-01-14, opens: beta}\n",
        "milestones: 'beta start' and 'again' both have 'opens: beta'; leave it at one of them",
    ),
    "a beta that ends before it starts": (
        BASE + "  - {name: beta end, planned: 2026-01-10, closes: beta}\n",
        "milestones: 'beta end' closes beta on 2026-01-10, but 'beta start' opens it on 2026-01-13",
    ),
    "sources as a list": (BASE + "sources: [tests]\n", "sources: write keys with values"),
    "a source that is a word": (
        BASE + "sources: {tests: junit}\n",
        "sources.tests: write keys with values",
    ),
    "a source called str": (BASE + "sources: {str: 3}\n", "sources.str: write keys with values"),
    "a phase that is none": (
        MILESTONES.replace("opens: beta", "opens: betta") + HEAD,
        "milestones[1].opens: input should be 'planning', 'recruitment',",
    ),
    "a name with a space": (BASE.replace("caro", "my caro"), "project: write at most 64 letters"),
    "a name that is a path": (BASE.replace("caro", "../caro"), "project: write at most 64 letters"),
    "a name that is too long": (BASE.replace("caro", "c" * 65), "project: write at most 64"),
    "a name of two lines": (
        BASE.replace("name: beta start", 'name: "a\\nb"'),
        "milestones[1].name: write one line of text, without control characters",
    ),
    "a lone surrogate": (
        BASE.replace("name: beta start", 'name: "\\ud800"'),
        "line 4: half a character; write the character itself",
    ),
    "a repository without its owner": (
        BASE + "repository: caro\n",
        "repository: write owner/name, such as wildcard/caro",
    ),
    "a repository that climbs": (BASE + "repository: a/..\n", "repository: write owner/name"),
    "a package of no registry": (
        BASE + "package: {registry: cargo, name: caro}\n",
        "package.registry: input should be 'crates.io', 'pypi' or 'npm'",
    ),
    "a folder with a NUL": (BASE + 'data: "a\\0b"\n', "data: write one line of text"),
    "a folder that is too long": (BASE + "data: " + "d" * 301 + "\n", "data: string should have"),
    # Dates and zones.
    "a day that is none": (BASE + "closed: 2026-02-30\n", "line 5: day is out of range"),
    "a date as a number": (BASE + "closed: 20260113\n", "closed: write a date such as 2026-01-13"),
    "a date as seconds": (BASE + "closed: 86400\n", "closed: write a date such as 2026-01-13"),
    "a date as a quoted number": (
        BASE + "closed: '86400'\n",
        "closed: write a date such as 2026-01-13",
    ),
    "a date as a yes": (BASE + "closed: yes\n", "closed: write a date such as 2026-01-13"),
    "a date in words": (BASE + "closed: next week\n", "closed: write a date such as 2026-01-13"),
    "a date in another order": (
        BASE + "closed: 13.01.2026\n",
        "closed: write a date such as 2026-01-13",
    ),
    "a date with a time": (
        BASE + "closed: 2026-01-13 10:00:00\n",
        "closed: write a date such as 2026-01-13",
    ),
    "the last date there is": (
        BASE.replace("2026-01-13", "9999-12-31"),
        "milestones[1].planned: write a date from 2000 to 2199",
    ),
    "the first date there is": (
        BASE + "closed: 0001-01-01\n",
        "closed: write a date from 2000 to 2199",
    ),
    **{
        f"the zone {zone[:20]!r}": (
            BASE + f'time_zone: "{zone}"\n',
            "time_zone: no such time zone; write one such as America/Los_Angeles or UTC",
        )
        for zone in ("PT", "America", "", "../../etc/passwd", "/etc/localtime", "a\\0", "z" * 5000)
    },
    # Bands.
    "bands of no metric": (
        BASE + "bands:\n  QM-9:\n    - {otherwise: true, verdict: pass, text: x}\n",
        "bands: unknown metric 'QM-9'; did you mean 'QM-",
    ),
    "bands of a metric with several": (
        BASE + "bands:\n  PM-5:\n    - {otherwise: true, verdict: pass, text: x}\n",
        "bands: unknown metric 'PM-5'; did you mean 'PM-5/P",
    ),
    "bands of an id without its dash": (
        BASE + "bands:\n  QM9:\n    - {otherwise: true, verdict: pass, text: x}\n",
        "bands: key 'QM9': write a metric's id, such as QM-2, or PM-5/P0",
    ),
    "bands of something else": (
        BASE + "bands:\n  success:\n    - {otherwise: true, verdict: pass, text: x}\n",
        "bands: key 'success': write a metric's id, such as QM-2, or PM-5/P0",
    ),
    "no bands": (BASE + "bands: {QM-2: []}\n", "bands.QM-2: write at least one entry"),
    "no otherwise": (bands(PASSES), "bands.QM-2: the last band must be 'otherwise'"),
    "otherwise too early": (bands(FAILS, PASSES), "bands.QM-2: the last band must be 'otherwise'"),
    "a band that never applies": (
        bands(PASSES, "at_least: 90 %, verdict: warn, text: x", FAILS),
        "bands.QM-2: band 2 can never apply",
    ),
    "bands that take everything": (
        bands(PASSES, "below: 85 %, verdict: warn, text: x", FAILS),
        "bands.QM-2: band 3 can never apply",
    ),
    "bands without a target": (
        bands("otherwise: true, verdict: pass, text: x"),
        "bands.QM-2: no band that passes has a bound",
    ),
    "two conditions": (
        bands("at_least: 85 %, below: 90 %, verdict: pass, text: good", FAILS),
        "bands.QM-2[1]: write exactly one of at_least, above, at_most, below, within, otherwise",
    ),
    "no condition": (
        bands("verdict: pass, text: good", FAILS),
        "bands.QM-2[1]: write exactly one of at_least, above,",
    ),
    "a bound without its unit": (
        bands("at_least: 85, verdict: pass, text: good", FAILS),
        "bands.QM-2[1].at_least: write a number with its unit: '10%'",
    ),
    "a bound with another unit": (
        bands("below: 850 ms, verdict: pass, text: good", FAILS, metric="PM-5/P0"),
        "bands.PM-5/P0[1].below: write a number with its unit: '10min' or '10h' or '10d'",
    ),
    "a bound outside of its unit": (
        bands("at_least: 130 %, verdict: pass, text: good", FAILS),
        "bands.QM-2[1].at_least: 130 % is outside 0% to 100%",
    ),
    "a bound outside of its scale": (
        bands("at_least: 6, verdict: pass, text: good", FAILS, metric="EM-3"),
        "bands.EM-3[1].at_least: 6 is outside 1.0/5.0 to 5.0/5.0",
    ),
    "a bound that is a yes": (
        bands("at_most: yes, verdict: pass, text: good", FAILS, metric="QM-1"),
        "bands.QM-1[1].at_most: write a number with its unit",
    ),
    "a bound that is infinite": (
        bands("at_most: .inf, verdict: pass, text: good", FAILS, metric="QM-1"),
        "bands.QM-1[1].at_most: write a plain number",
    ),
    "a bound that is a list": (
        bands("at_most: [1], verdict: pass, text: good", FAILS, metric="QM-1"),
        "bands.QM-1[1].at_most: write a number with its unit",
    ),
    "otherwise no": (
        bands(PASSES, "otherwise: no, verdict: fail, text: bad"),
        "bands.QM-2[2].otherwise: input should be True",
    ),
    "a verdict that is none": (
        bands(PASSES, "otherwise: true, verdict: bad, text: bad"),
        "bands.QM-2[2].verdict: input should be",
    ),
    "the verdict unknown": (
        bands(PASSES, "otherwise: true, verdict: unknown, text: bad"),
        "bands.QM-2[2].verdict: input should be",
    ),
    "no sentence": (
        bands(PASSES, "otherwise: true, verdict: fail"),
        "bands.QM-2[2].text: is missing; write it",
    ),
    "a warning that blocks": (
        bands(PASSES, "otherwise: true, verdict: warn, text: x, blocks: true"),
        "bands.QM-2[2]: only a band whose verdict is fail can block",
    ),
    "blocks as a number": (
        bands(PASSES, "otherwise: true, verdict: fail, text: x, blocks: 1"),
        "bands.QM-2[2].blocks: input should be a valid boolean",
    ),
    # Due, minimum n, waivers.
    "due of no metric": (BASE + "due: {QM-0: beta}\n", "due: unknown metric 'QM-0'; did you mean"),
    "due in no phase": (
        BASE + "due: {QM-2: betta}\n",
        "due.QM-2: write always, a phase, or 'after <phase>'; phases are planning,",
    ),
    "due after no phase": (BASE + "due: {QM-2: after}\n", "due.QM-2: write always, a phase, or"),
    "minimum n of no metric": (
        BASE + "minimum_n: {EM-9: 3}\n",
        "minimum_n: unknown metric 'EM-9'; did you mean 'EM-",
    ),
    "minimum n of zero": (
        BASE + "minimum_n: {QM-2: 0}\n",
        "minimum_n.QM-2: input should be greater than 0",
    ),
    "minimum n of a yes": (
        BASE + "minimum_n: {QM-2: yes}\n",
        "minimum_n.QM-2: input should be a valid integer",
    ),
    "minimum n as text": (
        BASE + "minimum_n: {QM-2: '20'}\n",
        "minimum_n.QM-2: input should be a valid integer",
    ),
    "minimum n without end": (
        BASE + "minimum_n: {QM-2: " + "9" * 90 + "}\n",
        "minimum_n.QM-2: input should be less than or equal to 1000000000",
    ),
    "a waiver of no metric": (
        BASE + WAIVER.replace("QM-5", "QM-6"),
        "waivers: unknown metric 'QM-6'; did you mean",
    ),
    "a waiver of privacy": (
        BASE + WAIVER.replace("QM-5", "QM-3"),
        "waivers[1]: QM-3 (privacy) cannot be waived; take this waiver out",
    ),
    "a waiver without an owner": (
        BASE + WAIVER.replace("    owner: release manager\n", ""),
        "waivers[1].owner: is missing; write it",
    ),
    "a waiver without a reason": (
        BASE + WAIVER.replace("one machine only", "''"),
        "waivers[1].reason: string should have at least 1 character",
    ),
    "a waiver for ever": (
        BASE + WAIVER.replace("2026-02-01", "never"),
        "waivers[1].expires: write a date such as 2026-01-13",
    ),
    "a waiver whose link runs code": (
        BASE + WAIVER.replace("https://example.com/12", "javascript:alert(1)"),
        "waivers[1].link: URL scheme should be 'http' or 'https'",
    ),
    # Own metrics.
    "an own metric with a taken id": (
        BASE + OWN.replace("X-1", "QM-2"),
        "metrics.QM-2: this id is taken; choose another, such as X-1",
    ),
    "an own metric with a taken gauge": (
        BASE + OWN.replace("crash_free_ratio", "command_success_ratio"),
        "metrics.X-1: the gauge release_command_success_ratio is taken; rename it",
    ),
    "an own metric with a gauge of the detailed views": (
        BASE + OWN.replace("crash_free_ratio", "survey_answers"),
        "metrics.X-1: the gauge release_survey_answers is taken; rename it",
    ),
    "an own metric with the exporter's own name": (
        BASE + OWN.replace("crash_free_ratio", "metric_verdict"),
        "metrics.X-1: the gauge release_metric_verdict is taken; rename it",
    ),
    "two own metrics with one id": (
        BASE + OWN + OWN.replace("metrics:\n", "").replace("crash", "other"),
        "metric id 'X-1' stands here twice; rename one",
    ),
    "two own metrics with one name": (
        BASE + OWN + OWN.replace("metrics:\n", "").replace("X-1", "X-2"),
        "metric name 'crash_free_ratio' stands here twice; rename one",
    ),
    "an own metric with an unknown unit": (
        BASE + OWN.replace("unit: percent", "unit: euro"),
        "metrics.X-1.unit: input should be 'count', 'percent',",
    ),
    "an own metric with a bad band": (
        BASE + OWN.replace("99.5 %", "99.5"),
        "metrics.X-1.bands[1].at_least: write a number with its unit: '10%'",
    ),
    "an own metric due in no phase": (
        BASE + OWN + "    due: some day\n",
        "metrics.X-1.due: write always, a phase, or 'after <phase>'",
    ),
    "an own metric with an id that is none": (
        BASE + OWN.replace("X-1", "X1"),
        "metrics.X1.id: write capital letters, '-', a number, such as X-1",
    ),
    "an own metric with an id that no line can hold": (
        BASE + OWN.replace("X-1", "'X 1'"),
        "metrics[1].id: write capital letters, '-', a number, such as X-1",
    ),
    "an own metric without an id": (
        BASE + OWN.replace("id: X-1", "unit: percent", 1).replace("    unit: percent\n", "", 1),
        "metrics[1].id: is missing; write it",
    ),
    "an own metric whose source stands below sources too": (
        BASE + OWN + "sources: {own_crash_free_ratio: {json: {file: a, path: b}}}\n",
        "sources.own_crash_free_ratio: stands in `metrics` already; take it out here",
    ),
    "an own metric whose name ends as a counter's": (
        BASE + OWN.replace("crash_free_ratio", "crashes_total"),
        "metrics.X-1.name: _total would be read as a part of a counter, histogram or info;",
    ),
    "privacy bands that let a violation pass": (
        bands("at_most: 3, verdict: pass, text: x", FAILS + ", blocks: true", metric="QM-3"),
        "bands.QM-3: privacy stands: every value above 0 must be a fail with 'blocks: true'",
    ),
    "a package with a space": (
        BASE + "package: {registry: npm, name: my caro}\n",
        "package.name: write the package's name as its registry has it, such as caro or",
    ),
    "an own metric with capitals": (
        BASE + OWN.replace("crash_free_ratio", "CrashFree"),
        "metrics.X-1.name: write small letters, digits and _ alone, such as",
    ),
    "an own metric without a source": (
        BASE + OWN.replace("    source: {json: {file: crashes.json, path: free}}\n", ""),
        "metrics.X-1.source: is missing; write it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_with_file_place_and_fix(tmp_path: Path, name: str) -> None:
    text, message = MISTAKES[name]
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    assert "Traceback" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(f"release.yaml: {message}")


@pytest.mark.parametrize("name", MISTAKES)
def test_the_good_files_beside_a_bad_one_still_load(tmp_path: Path, name: str) -> None:
    write(tmp_path, BASE, "a.yaml")
    write(tmp_path, MISTAKES[name][0], "bad.yaml")
    write(tmp_path, BASE.replace("v1.1.0", "v1.2.0"), "v1.2.0/release.yaml")
    loaded = load_all(tmp_path)
    assert [one.file for one in loaded.releases] == ["a.yaml", "v1.2.0/release.yaml"]
    assert loaded.files == {"a.yaml": True, "bad.yaml": False, "v1.2.0/release.yaml": True}
    assert loaded.mistakes["bad.yaml"].startswith(f"bad.yaml: {MISTAKES[name][1]}")


def test_there_are_many_kinds_of_mistakes() -> None:
    assert len(MISTAKES) >= 100


def test_every_mistake_has_its_own_line_and_many_are_counted(tmp_path: Path) -> None:
    text = BASE + "".join(f"unknown{number}: 1\n" for number in range(30))
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    lines = str(caught.value).splitlines()
    assert len(lines) == 11
    assert all(line.startswith("release.yaml: ") for line in lines)
    assert lines[-1] == "release.yaml: and 20 more"


def test_the_users_own_plan_is_read(tmp_path: Path) -> None:
    text = f"""
project: caro
release: v1.1.0
repository: wildcard/caro
package: {{registry: crates.io, name: caro}}
time_zone: America/Los_Angeles
data: raw
closed: 2026-03-01
milestones:
  - {{name: preflight, planned: 2026-01-12, actual: '2026-01-12', closes: preflight}}
  - {{name: beta start, planned: 2026-01-13, opens: beta}}
sources:
  tests:
  telemetry: {{files: [telemetry]}}
minimum_n: {{QM-2: 20, PM-5/P0: 2}}
{WAIVER}{OWN}"""
    release = load(tmp_path, text)
    assert release.id == ("caro", "v1.1.0")
    assert (release.repository, release.package) == ("wildcard/caro", ("crates.io", "caro"))
    assert release.folder == tmp_path / "raw"
    assert (release.plan.zone, release.plan.closed) == (
        ZoneInfo("America/Los_Angeles"),
        date(2026, 3, 1),
    )
    assert release.plan.milestones == (
        Milestone("preflight", date(2026, 1, 12), date(2026, 1, 12), closes=Phase.PREFLIGHT),
        Milestone("beta start", date(2026, 1, 13), opens=Phase.BETA),
    )
    assert release.sources == {
        "plan": {},
        "tests": {},
        "telemetry": {"files": ["telemetry"]},
        "own_crash_free_ratio": {"json": {"file": "crashes.json", "path": "free"}},
    }
    assert release.minimum_n == {"QM-2": 20, "PM-5/P0": 2}
    assert release.waivers == (
        Waiver(
            "QM-5", "one machine only", "https://example.com/12", "release manager",
            date(2026, 2, 1),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("text", [BASE, BASE.replace("\n", "\r\n"), "\ufeff" + BASE])
def test_a_short_file_is_enough_however_an_editor_writes_it(tmp_path: Path, text: str) -> None:
    release = load(tmp_path, text)
    assert (release.folder, release.plan.zone) == (tmp_path, ZoneInfo("UTC"))
    assert release.sources == {"plan": {}}


def no_file(path: Path) -> Path:
    return path / "release.yaml"


def a_folder_without(path: Path) -> Path:
    write(path, "x", "readme.md")
    write(path, "x", "deeper/folder/release.yaml")
    return path


def only_hidden(path: Path) -> Path:
    write(path, BASE, ".release.yaml")
    write(path, BASE, ".git/release.yaml")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (no_file, "release.yaml: there is no such file; `release-exporter init` writes one"),
        (lambda path: path / ("x" * 300), "there is no such file"),
        (a_folder_without, "no release file in this folder; looked for *.yaml, *.yml, */release"),
        (only_hidden, "no release file in this folder"),
    ],
)
def test_when_there_is_nothing_to_read_the_path_is_named(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    path = make(tmp_path)
    with pytest.raises(UserError) as caught:
        load_all(path)
    assert str(caught.value).startswith(str(tmp_path))
    assert message in str(caught.value)


def a_loop(path: Path) -> None:
    path.symlink_to(path)


def a_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.yaml")


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, a_loop, a_dangling_link])
def test_what_is_no_file_is_a_mistake_and_never_waited_for(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    write(tmp_path, BASE, "good.yaml")
    make(tmp_path / "release.yaml")
    loaded = load_all(tmp_path)
    assert loaded.mistakes == {"release.yaml": "release.yaml: not a regular file"}
    assert [one.file for one in loaded.releases] == ["good.yaml"]


def test_a_pipe_named_alone_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "release.yaml")
    assert load_all(tmp_path / "release.yaml").mistakes == {
        "release.yaml": "release.yaml: not a regular file"
    }


def test_two_files_for_one_release_are_a_mistake_of_the_second(tmp_path: Path) -> None:
    write(tmp_path, BASE, "a.yaml")
    write(tmp_path, BASE, "b.yml")
    write(tmp_path, BASE.replace("caro", "other"), "c/release.yaml")
    loaded = load_all(tmp_path)
    assert [(one.file, one.project) for one in loaded.releases] == [
        ("a.yaml", "caro"),
        ("c/release.yaml", "other"),
    ]
    assert loaded.mistakes == {
        "b.yml": "b.yml: release: caro v1.1.0 stands in a.yaml too;"
        " change project or release, or take one file out"
    }


def test_a_mounted_configuration_is_read_once(tmp_path: Path) -> None:
    # Kubernetes links every visible file through a hidden folder of the current version.
    write(tmp_path, BASE, "..2026_01_13/release.yaml")
    (tmp_path / "..data").symlink_to("..2026_01_13")
    (tmp_path / "release.yaml").symlink_to("..data/release.yaml")
    loaded = load_all(tmp_path)
    assert [one.file for one in loaded.releases] == ["release.yaml"]
    assert loaded.mistakes == {}


def test_one_file_is_called_by_its_name(tmp_path: Path) -> None:
    loaded = load_all(write(tmp_path, BASE, "v1.1.0.yaml"))
    assert loaded.files == {"v1.1.0.yaml": True}
    assert Loaded((), {"b": "x", "a": "x"}).files == {"a": False, "b": False}


def test_a_data_folder_that_is_a_loop_is_left_to_its_sources(tmp_path: Path) -> None:
    a_loop(tmp_path / "raw")
    assert load(tmp_path, BASE + "data: raw\n").folder == tmp_path / "raw"
