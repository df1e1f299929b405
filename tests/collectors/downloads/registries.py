"""A package on all three registries: day n after its publication has 10 · (n + 1) downloads."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exporter.collectors.downloads import Settings, collect
from exporter.judge import Judgement, judge
from exporter.model import Context, Reading, Sample, SourceError
from exporter.plan import Milestone, Phase, Plan
from exporter.recorded import Crate, NpmPackage, Recorded
from tests.releases import release_of, state_of

DAY = timedelta(days=1)
PUBLISHED = datetime(2026, 1, 24, 18, 30, tzinfo=UTC)
FIRST = PUBLISHED.date()
WEEK = 10 + 20 + 30 + 40 + 50 + 60 + 70

FIRST_WEEK = "release_first_week_downloads"
DAILY = "release_downloads_daily"
LIFETIME = "release_package_downloads"
LOOK_ALIKES = {"1.1.0-beta.1": 41, "11.1.0": 43, "1.1.0+build": 44, "v1.1.0": 45}


def at(days: int, clock: str = "12:00", first: date = FIRST) -> datetime:
    """Return that UTC time of the day, counted from the publication's as 0."""
    hour, minute = map(int, clock.split(":"))
    return datetime(first.year, first.month, first.day, hour, minute, tzinfo=UTC) + days * DAY


def plan_with(actual: date | None, zone: str = "UTC") -> Plan:
    """Return a plan whose release milestone has that actual day."""
    planned = date(2026, 1, 24)
    return Plan(
        (Milestone("release", planned, actual, Phase.RELEASE, Phase.RELEASE),), ZoneInfo(zone)
    )


def rows_of(first: date, last: date, times: int = 1) -> dict[date, int]:
    """Return the downloads by day."""
    days = range((last - first).days + 1)
    return {first + n * DAY: 10 * (n + 1) * times for n in days}


@dataclass
class Registries:
    """The recorded services, and a reading of them at any time; `clock` is theirs.

    A test that asks for what no registry has a name for says that it is `hostile`.
    """

    context: Context
    crates: dict[str, Crate] = field(default_factory=dict)
    pypi: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    npm: dict[str, NpmPackage] = field(default_factory=dict)
    clock: datetime = PUBLISHED
    hostile: bool = False
    server: Recorded = field(init=False)

    def crate(
        self, until: date | None, published: datetime | None = PUBLISHED, **facts: Any
    ) -> Crate:
        """Put the crate there: rows up to `until`, and no version 1.1.0 without `published`."""
        numbers = LOOK_ALIKES | ({"1.1.0": 42} if published else {})
        stamp = (published or PUBLISHED).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        versions = [
            {"id": n, "num": num, "crate": "caro", "created_at": stamp, "yanked": False}
            for num, n in numbers.items()
        ]
        versions[-1] |= facts
        first = (published or PUBLISHED).date()
        downloads = {
            num: [
                {"version": n, "date": str(day), "downloads": count}
                for day, count in rows_of(first, until, 1 if num == "1.1.0" else 7).items()
            ]
            for num, n in numbers.items()
            if until
        }
        made = Crate({"id": "caro", "name": "caro", "downloads": 4321}, versions, [], [], downloads)
        self.crates["caro"] = made
        return made

    def python(self, until: date, first: date = FIRST) -> list[dict[str, Any]]:
        """Put the Python package there, mirrors too: rows from 30 days before."""
        before = {first - n * DAY: 5 for n in range(1, 31)}
        rows = [
            {"category": category, "date": str(day), "downloads": n * times}
            for category, times in (("with_mirrors", 3), ("without_mirrors", 1))
            for day, n in sorted((before | rows_of(first, until)).items())
        ]
        self.pypi["caro"] = rows
        return rows

    def node(self, until: date, name: str = "caro", first: date = FIRST) -> NpmPackage:
        """Put the npm package there: another version has 1,000 downloads a day."""
        mine = {str(day): n for day, n in rows_of(first, until).items()}
        other = {str(first + n * DAY): 1000 for n in range(-30, (until - first).days + 1)}
        made = NpmPackage({"1.1.0": mine, "1.1.0-beta.1": other, "11.1.0": dict(mine)})
        self.npm[name] = made
        return made

    def read(
        self,
        registry: str,
        now: datetime,
        *,
        name: str = "caro",
        served: datetime | None = None,
        actual: date | None = None,
        zone: str = "UTC",
        **written: Any,
    ) -> Reading:
        """Return what the collector reads at `now`; the services' clock may be behind."""
        self.clock = served or now
        plan = plan_with(actual, zone).as_of(now)
        context = replace(self.context, now=now, package=(registry, name), plan=plan)
        settings = Settings.model_validate({"url": self.server.url, "deadline": "30s"} | written)
        return collect(settings, context)

    def refused(self, registry: str, now: datetime, **written: Any) -> SourceError:
        """Return the error of such a reading."""
        try:
            reading = self.read(registry, now, **written)
        except SourceError as error:
            return error
        raise AssertionError(f"no error, but {reading}")


def verdict_of(reading: Reading, now: datetime, actual: date = FIRST) -> Judgement:
    """Return EM-5's judgement on that reading."""
    state = replace(state_of(()), reading=reading, succeeded=now, attempted=now)
    found = judge(release_of(plan_with(actual)), {"downloads": state}, now)
    return next(one for one in found if one.key == "EM-5")


def first_week(reading: Reading) -> Sample | None:
    """Return the only sample of the first week."""
    found = [one for one in reading.samples if one.gauge == FIRST_WEEK]
    assert len(found) <= 1
    return found[0] if found else None


def counted(reading: Reading) -> tuple[float, int | None] | None:
    """Return the first week's value and its days."""
    sample = first_week(reading)
    return (sample.value, sample.n) if sample else None


def daily(reading: Reading) -> dict[str, float]:
    """Return the downloads by day."""
    return {dict(one.labels)["day"]: one.value for one in reading.samples if one.gauge == DAILY}


def lifetime(reading: Reading) -> float | None:
    """Return the downloads in all."""
    return next((one.value for one in reading.samples if one.gauge == LIFETIME), None)


def gauges(reading: Reading) -> set[str]:
    """Return which gauges have a sample."""
    return {one.gauge for one in reading.samples}
