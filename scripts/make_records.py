"""Write the records of the example's beta days: what the program says of the data each evening.

    python scripts/make_records.py [FOLDER]     # default: examples/caro-v1.1.0/records/calculated

The data is made; for each day it is taken as it was in that day's last minute: without later
exports, answers, days of testers, issues and closings. The test run is the last day's, redated.
"""
# ruff: noqa: INP001 - a script, not a package

import csv
import io
import os
import re
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from exporter import demo, recorded
from exporter.collectors import downloads
from exporter.commands.reading import read_once
from exporter.config.environment import PREFIX, load_environment
from exporter.gate.document import dump
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.installation import load_installation
from exporter.recorded.model import Json, Upstream
from exporter.schedule import end_of
from exporter.telemetry.client import ENGINE

EXAMPLE = Path(__file__).parent.parent / "examples" / "caro-v1.1.0"
# The demo shifts times in the precision that applications write.
_MICROSECONDS = re.compile(r"(\.\d{3})\d{3}Z")
LAST_LOOK = timedelta(minutes=1)


def main(folder: Path) -> None:
    """Write a gate document a day."""
    # What is recorded needs no rest between two requests.
    downloads.PAUSE = 0.0
    folder.mkdir(parents=True, exist_ok=True)
    (release, _) = next(iter(load_installation(EXAMPLE / "release.yaml").releases.values()))
    for day in release.plan.beta_days():
        now = (end_of(day, release.plan.zone) - LAST_LOOK).astimezone(UTC)
        with tempfile.TemporaryDirectory() as name:
            report = of_day(Path(name), now, list(release.plan.beta_days()), day)
        (folder / f"{day}-verdicts.json").write_text(_MICROSECONDS.sub(r"\1Z", dump(report)))
    ENGINE.close()


def of_day(folder: Path, now: datetime, days: list[date], day: date) -> Report:
    """Return the report of that moment, on a copy of the example as it was then."""
    file = shutil.copytree(EXAMPLE, folder / "release") / "release.yaml"
    as_of(file.parent, now, days, day)
    upstream = recorded.load_upstream(file.parent / "upstream")
    forget(upstream, now)
    with recorded.serve(upstream, lambda: now) as server:
        for name, value in demo.connect(file, server).items():
            os.environ[PREFIX + name] = value
        settings = load_environment().model_copy(update={"storage_path": folder / "data"})
        installation = load_installation(file)
        sources = [one for _, of_one in installation.releases.values() for one in of_one]
        (view,) = read_once(settings, installation, sources, lambda: now).releases
    return report_of(view, now)


def as_of(folder: Path, now: datetime, days: list[date], day: date) -> None:
    """Take out of the files what came later."""
    for later in days[days.index(day) + 1 :]:
        for file in folder.glob(f"telemetry/*/{later}.json*"):
            file.unlink()
    for file in folder.glob("test-results/*"):
        text = file.read_text().replace(str(days[-1]), str(day))
        file.unlink()
        file.with_name(file.name.replace(str(days[-1]), str(day))).write_text(text)
    survey = folder / "survey.csv"
    head, *answers = rows(survey)
    write(survey, [head, *(one for one in answers if one[0][:10] <= f"{day:%Y/%m/%d}")])
    testers, over = folder / "testers.csv", days[-1] <= day
    known = {f"D{number}" for number in range(1, days.index(day) + 2)}
    head, *people = rows(testers)
    so_far = [
        [name, installed, " ".join(one for one in there.split() if one in known), over and said]
        for name, installed, there, said in people
    ]
    write(testers, [head, *([*one[:3], one[3] or "no"] for one in so_far)])
    for file in folder.rglob("*"):
        os.utime(file, (now.timestamp(), now.timestamp()))


def rows(file: Path) -> list[list[str]]:
    """Return the rows of a table."""
    return list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))


def write(file: Path, content: list[list[str]]) -> None:
    """Write a table."""
    with file.open("w", newline="") as out:
        csv.writer(out).writerows(content)


def forget(upstream: Upstream, now: datetime) -> None:
    """Take out of the services what came later, and open what was closed later."""
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in upstream.repositories:
        one.issues[:] = [opened(issue, moment) for issue in one.issues if was(issue, moment)]
        one.milestones[:] = [opened(each, moment) for each in one.milestones if was(each, moment)]
        one.discussions[:] = [each for each in one.discussions if each["createdAt"] <= moment]
        one.runs[:] = [run for run in one.runs if was(run, moment)]


def was(item: Json, moment: str) -> bool:
    """Tell whether it was there."""
    return bool(item["created_at"] <= moment)


def opened(item: Json, moment: str) -> Json:
    """Return it as it was."""
    if item["closed_at"] is None or item["closed_at"] <= moment:
        return item
    before: dict[str, Any] = {"state": "open", "closed_at": None, "updated_at": moment}
    return item | before | ({"state_reason": None} if "state_reason" in item else {})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE / "records" / "calculated")
