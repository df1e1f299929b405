"""The bundled example as if its beta ended today: a copy with every date and time shifted."""

import gzip
import os
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from exporter import atomic
from exporter.config.loading import load_release
from exporter.model import UserError
from exporter.plan import DAY, Plan
from exporter.recorded import Recorded
from exporter.records.layout import Records
from exporter.records.writing import record

EXAMPLE = "caro-v1.1.0"
# Beside the package in a clone, inside it once installed.
PLACES = (Path(__file__).parents[1] / "examples", Path(__file__).parent / "examples")

# A day, alone or with a time as programs write it or as our own sentences say it.
_ISO = re.compile(
    r"(?<!\d)(\d{4}-\d\d-\d\d)"
    r"(?:T(\d\d:\d\d:\d\d)(\.\d{3})?Z| (\d\d:\d\d) (P[SD]T|UTC))?(?!\d)"
)
# In a copy that is kept, the address is that of the last time.
_REGISTRY = re.compile(r"^( +url: )http\S+$", re.MULTILINE)
_FORM = re.compile(r"(\d{4}/\d\d/\d\d \d{1,2}:\d\d:\d\d [AP]M) P[SD]T")


def prepare(folder: Path, now: datetime) -> Path:
    """Write the example below the folder, shifted to end its beta today; return its release file.

    What happened on the beta's last day is squeezed into the part of today that is over, where the
    release lives. Raises UserError when the example is not installed.
    """
    example = find_example()
    shift = Shift.until(now, load_release(example / "release.yaml", EXAMPLE).plan)
    for file in sorted(one for one in example.rglob("*") if one.is_file()):
        name = shift.text(file.relative_to(example).as_posix())
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_shifted(file, shift))
        written = shift.written(name).timestamp()
        os.utime(target, (written, written))
    return folder / "release.yaml"


def keep(folder: Path, now: datetime) -> Path:
    """Return the release file of the copy in the folder; the first call makes it, as a whole.

    Its beta ended yesterday, so that each of its days is over and has a record.
    """
    kept, unfinished = folder / EXAMPLE, folder / f".{EXAMPLE}"
    if not kept.exists():
        plan = load_release(find_example() / "release.yaml", EXAMPLE).plan
        shutil.rmtree(unfinished, ignore_errors=True)
        prepare(unfinished, plan.midnight(plan.today(now)).astimezone(UTC) - timedelta(seconds=1))
        unfinished.rename(kept)
    return kept / "release.yaml"


def remember(file: Path, storage: Path, now: datetime) -> None:
    """Give the copy's storage the example's records of the days that are over, where it has none.

    They are made like the rest of it: what the program said of the raw files on each evening.
    """
    release = load_release(file, file.name)
    kept = Records.of(storage, *release.id)
    for made in Records(file.parent / "records").reports():
        if made.day < release.plan.today(now):
            record(kept, made)


def connect(file: Path, upstream: Recorded) -> dict[str, str]:
    """Let the copy ask the recorded services; returns the environment that GitHub takes."""
    text, before = file.read_text(), file.stat()
    atomic.write_atomically(file, _REGISTRY.sub(rf"\g<1>{upstream.url}", text))
    os.utime(file, (before.st_atime, before.st_mtime))
    return {"GITHUB_URL": upstream.github, "GITHUB_TOKEN": "made-up"}


def find_example() -> Path:
    """Return the example's folder; raises UserError when there is none."""
    for place in PLACES:
        if (place / EXAMPLE / "release.yaml").is_file():
            return place / EXAMPLE
    raise UserError(f"the example {EXAMPLE} is not installed; reinstall, or run in a clone")


@dataclass(frozen=True, slots=True)
class Shift:
    """So many days later, in the calendar of the plan, and never later than now."""

    days: timedelta
    plan: Plan
    now: datetime

    @classmethod
    def until(cls, now: datetime, plan: Plan) -> "Shift":
        """Return the shift that makes the beta's last day today."""
        return cls(plan.today(now) - plan.beta_days()[-1], plan, now)

    def text(self, text: str) -> str:
        """Return the text with its dates and times shifted."""
        return _FORM.sub(self._form, _ISO.sub(self._iso, text))

    def moment(self, moment: datetime) -> datetime:
        """Return the same part of the shifted day, or of what is over of it: summer time or not."""
        local = moment.astimezone(self.plan.zone).replace(tzinfo=None)
        midnight = datetime.combine(local, time())
        start = self.plan.midnight(midnight.date() + self.days).astimezone(UTC)
        end = self._end(midnight.date() + self.days)
        return start + (local - midnight) / DAY * (end - start)

    def written(self, name: str) -> datetime:
        """Return when the file of that shifted name was written: on the day in it, else now."""
        dated = _ISO.search(name)
        return self._end(date.fromisoformat(dated[1])) if dated else self.now

    def _end(self, day: date) -> datetime:
        return min(self.plan.midnight(day + DAY).astimezone(UTC), self.now)

    def _iso(self, match: re.Match[str]) -> str:
        if match[4]:
            zone = UTC if match[5] == "UTC" else self.plan.zone
            said = datetime.fromisoformat(f"{match[1]} {match[4]}").replace(tzinfo=zone)
            return f"{self.moment(said).astimezone(zone):%Y-%m-%d %H:%M %Z}"
        if match[2] is None:
            return (date.fromisoformat(match[1]) + self.days).isoformat()
        precision = "milliseconds" if match[3] else "seconds"
        shifted = self.moment(datetime.fromisoformat(match[0])).astimezone(UTC)
        return shifted.isoformat(timespec=precision).replace("+00:00", "Z")

    def _form(self, match: re.Match[str]) -> str:
        said = datetime.strptime(match[1], "%Y/%m/%d %I:%M:%S %p").replace(tzinfo=self.plan.zone)
        local = self.moment(said).astimezone(self.plan.zone)
        return f"{local:%Y/%m/%d} {local.hour % 12 or 12}:{local:%M:%S %p %Z}"


def _shifted(file: Path, shift: Shift) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".gz":
        return shift.text(content.decode()).encode()
    return gzip.compress(shift.text(gzip.decompress(content).decode()).encode(), mtime=0)
