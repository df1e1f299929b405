"""The view as one JSON document."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from exporter.freshness import SourceState, acceptable, staleness
from exporter.gate.reporting import report_of
from exporter.gate.verdicts import Line
from exporter.judge import Judgement, judge
from exporter.model import Reading
from exporter.plan import Plan
from exporter.view import ReleaseView, View


def render_json(view: View, now: datetime) -> str:
    """Return every release with its verdicts, series and sources; base units, UTC times."""
    content = {
        "time": _time(now),
        "releases": [_release(one, now) for one in view.releases],
        "invalid_files": dict(view.mistakes),
    }
    return json.dumps(content, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _release(view: ReleaseView, now: datetime) -> dict[str, Any]:
    release, plan = view.release, view.release.plan
    readings = {name: acceptable(state, plan, now) for name, state in view.states.items()}
    judgements = judge(release, view.states, now)
    report = report_of(view, now, judgements)
    lines = {line.key: line for line in report.verdicts}
    return {
        "project": release.project,
        "release": release.name,
        "phase": plan.phase(now),
        "beta_day": plan.beta_day(now),
        "decision": report.decision,
        "reasons": [asdict(cause) for cause in report.reasons],
        "waivers": [asdict(one) | {"expires": str(one.expires)} for one in report.waivers],
        "metrics": [_metric(one, lines[one.key]) for one in judgements],
        "series": [
            x for _, reading in sorted(readings.items()) if reading for x in _series(reading)
        ],
        "sources": {name: _source(state, plan, now) for name, state in sorted(view.states.items())},
    }


def _metric(one: Judgement, line: Line) -> dict[str, Any]:
    sample = one.sample
    return {
        "id": one.metric.id,
        "title": one.series.title,
        "tier": one.metric.tier,
        "gauge": one.metric.gauge,
        "labels": dict(sample.labels if sample else one.series.labels),
        "value": sample.value if sample else None,
        "shown": one.value,
        "target": one.target,
        "verdict": line.verdict,
        "replaces": line.replaces,
        "due": one.due,
        "reason": one.reason,
        "n": sample.n if sample else None,
        "observed": _time(sample.observed) if sample else None,
        "evidence": sample.evidence if sample else "",
    }


def _series(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"gauge": one.gauge, "labels": dict(one.labels), "value": one.value, "n": one.n}
        for one in reading.samples
    ]


def _source(state: SourceState, plan: Plan, now: datetime) -> dict[str, Any]:
    reading = state.reading
    return {
        "up": state.up,
        "error": {"class": state.error[0], "message": state.error[1]} if state.error else None,
        "stale": staleness(state, plan, now),
        "succeeded": _time(state.succeeded),
        "facts_from": _time(reading.facts_from) if reading else None,
        "duration_seconds": state.duration,
        "read": reading.read if reading else None,
        "rejected": dict(reading.rejected) if reading else {},
        "rejections": [
            {"reason": x.reason, "file": x.file, "position": x.position, "message": x.message}
            for x in (reading.rejections if reading else ())
        ],
        "findings": [
            {"file": x.file, "position": x.position, "rule": x.rule}
            for x in (reading.findings if reading else ())
        ],
        "withheld": dict(reading.withheld) if reading else {},
    }


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
