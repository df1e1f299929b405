"""What telemetry exports say: success, speed, backends and privacy of command generations.

release_command_success_ratio 0.948
release_generation_p95_seconds 0.85
release_backend_usage_ratio{backend="static"} 0.95
release_privacy_violations 0
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from exporter.collectors.settings import HOUR, MINUTE, InnerPaths, SourceSettings
from exporter.collectors.spark import Spark
from exporter.config.duration import Duration
from exporter.config.release_file import Day, Line
from exporter.model import Context, Reading
from exporter.plan import Phase, Plan
from exporter.privacy import RULES, Audit
from exporter.privacy import Rule as AuditRule
from exporter.telemetry.client import ENGINE, ON_CLUSTER
from exporter.telemetry.protocol import PrivacyRule, Request

# The bits of a finding, with the null check's own.
MOST_RULES = 32

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,63}$")]


class Rule(BaseModel):
    """A privacy rule of the user's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="what it finds; shown instead of what it found",
    )
    pattern: str = Field(
        min_length=1, max_length=1000, description="RE2 pattern of what no event may say"
    )


class PrivacyStart(BaseModel):
    """From when violations count, and why that is not the beta's start: the gate shows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Day = Field(description="first day of which violations count")
    reason: Line = Field(description="why earlier ones do not")
    owner: Line = Field(description="who decided that")
    link: HttpUrl = Field(description="where it was decided")


class Privacy(BaseModel):
    """What no event may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: tuple[FieldName, ...] = Field(
        default=("command", "query"), max_length=MOST_RULES, description="fields that must be null"
    )
    allow: tuple[str, ...] = Field(
        default=(), description="RE2 patterns of what is no violation although a rule matches"
    )
    rules: tuple[Rule, ...] = Field(
        default=(), max_length=MOST_RULES, description="rules beside the built-in ones"
    )
    since: PrivacyStart | None = Field(
        default=None, description="count violations from another day than the beta's start on"
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.rules or self.allow:
            own = (AuditRule(one.name, one.pattern) for one in self.rules)
            Audit([*RULES, *own], self.allow)
        if any(one.name == "field" for one in self.rules):
            raise ValueError("rules: 'field' is the name of the null check; take another")
        return self


class Settings(SourceSettings):
    """Which exports are read, and from when on they count."""

    PRODUCED_IN = (Phase.BETA,)
    REMADE = True
    # There is one engine: whoever waited for it would only keep other sources from being read.
    ONE_AT_A_TIME = "telemetry"

    interval: Duration = Field(
        default=5 * MINUTE, gt=timedelta(0), description="time between two runs"
    )
    facts_max_age: Duration | None = Field(
        default=36 * HOUR, description="oldest acceptable newest event during the beta"
    )
    files: InnerPaths = Field(
        default=("telemetry",),
        min_length=1,
        max_length=100,
        description=(
            "globs, or folders: of those *.json, *.jsonl, *.ndjson and each with .gz;"
            " what else is there but notes (README*, *.md) is rejected"
        ),
    )
    since: Day | None = Field(
        default=None, description="first day that counts; the beta's first by default"
    )
    privacy: Privacy = Field(default=Privacy(), description="what no event may say")
    engine: Literal["embedded", "spark"] = Field(
        default="embedded",
        description="who reads them: a process of the exporter's, or a Spark cluster",
    )
    spark: Spark | None = Field(default=None, description="the cluster, where the engine is spark")

    @property
    def in_a_crowd(self) -> int:
        """Two: the embedded engine gets a second one then."""
        return 2 if self.engine == "embedded" else 1

    @model_validator(mode="after")
    def _cluster_for_spark(self) -> Self:
        if self.engine == "spark" and self.spark is None:
            raise ValueError("engine: spark needs `spark: {master: spark://host:7077}` beside it")
        if self.engine != "spark" and self.spark is not None:
            raise ValueError("spark: write `engine: spark` beside it, or drop it")
        return self


def collect(settings: Settings, context: Context) -> Reading:
    """Return what the engine made of the exports; raises SourceError."""
    return ask(settings, request_for(settings, context), crowded=context.crowded)


def ask(settings: Settings, request: Request, *, crowded: bool = False) -> Reading:
    """Return what the settings' engine says to the request; raises SourceError."""
    seconds = settings.deadline.total_seconds()
    if request.cluster is not None:
        return ON_CLUSTER.ask(request, seconds).reading
    return ENGINE.ask(request, seconds, crowded=crowded).reading


def request_for(
    settings: Settings, context: Context, *, day: date | None = None, raw: Path | None = None
) -> Request:
    """Return what the engine is asked: settings and plan as plain data.

    With a day nothing later counts; `raw` is the file that its events are written to.
    """
    plan, privacy, spark = context.plan, settings.privacy, settings.spark
    return Request(
        folder=str(context.folder),
        state=str((spark.state(context) if spark else context.state / "events").absolute()),
        patterns=settings.files,
        zone=plan.zone.key,
        now=context.now.timestamp(),
        max_age=settings.max_age.total_seconds(),
        since=_start(plan, settings.since),
        privacy_since=_start(plan, privacy.since.date if privacy.since else None),
        privacy_moved=_moved(plan, privacy.since),
        fields=privacy.fields,
        rules=tuple(PrivacyRule(one.name, one.pattern) for one in privacy.rules),
        allow=privacy.allow,
        day=day.isoformat() if day else None,
        raw=str(raw.absolute()) if raw else None,
        cluster=spark.cluster() if spark else None,
    )


def _start(plan: Plan, day: date | None) -> float | None:
    """Return the first moment of the day, or of the beta; None when the plan has none."""
    start = plan.opening(Phase.BETA) if day is None else plan.midnight(day)
    return None if start is None else start.timestamp()


def _moved(plan: Plan, since: PrivacyStart | None) -> str:
    """Return from where, by whom and why the audit's first day was moved; empty if it was not."""
    opening = plan.opening(Phase.BETA)
    first = None if opening is None else plan.today(opening)
    if since is None or since.date == first:
        return ""
    origin = f"moved from {first}" if first else "set"
    return f"{origin} by {since.owner}: {since.reason} ({since.link})"
