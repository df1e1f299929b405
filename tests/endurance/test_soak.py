"""Thirty days of polls in a few minutes: memory and descriptors stay, no scrape fails."""

import os
import shutil
import statistics
import sys
import time
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # no stubs are installed
import pytest

from tests.endurance.figures import tell
from tests.live.conftest import Program

pytestmark = pytest.mark.endurance

# Every five minutes, for thirty days.
POLLS = int(os.environ.get("ENDURANCE_POLLS", "8640"))
EXAMPLE = Path("examples/caro-v1.1.0")


def held(process: psutil.Process) -> tuple[int, int]:
    """Return bytes of memory and descriptors of the whole tree."""
    tree = [process, *process.children(recursive=True)]
    return sum(one.memory_info().rss for one in tree), sum(one.num_fds() for one in tree)


def test_thirty_days_of_polls_leave_memory_and_descriptors_alone(tmp_path: Path) -> None:
    release, count = tmp_path / "release", tmp_path / "count"
    shutil.copytree(EXAMPLE, release)
    text = (release / "release.yaml").read_text()
    head, _, rest = text.partition("  # QM-1 open P0 bugs")
    file = release / "release.yaml"
    file.write_text(head + rest[rest.index("  # QM-2 command success") :])
    count.write_text("0")
    command = [sys.executable, "-m", "tests.endurance.soaking"]
    program = Program([*command, str(file), str(tmp_path / "data"), str(count)])
    url = "http://" + program.wait_for(r"address=([0-9.:]+)", 120)[1]
    process, seen, scrapes, failed = psutil.Process(program.process.pid), [], 0, 0
    try:
        with httpx.Client(base_url=url, timeout=10) as client:
            while (done := int(count.read_text() or "0")) < POLLS:
                scrapes += 1
                failed += client.get("/metrics").status_code != httpx.codes.OK
                (release / "testers.csv").touch()
                seen.append((done, *held(process)))
                time.sleep(0.25)
    finally:
        program.kill()
    # The first fifth is for what is made once; a collection of garbage may come at any moment.
    early = [one for one in seen if POLLS * 0.2 <= one[0] < POLLS * 0.4]
    late = [one for one in seen if one[0] >= POLLS * 0.8]
    before, after = (statistics.median(one[1] for one in some) for some in (early, late))
    # A file that is open for a moment is no leak: the fewest tell.
    opened = [min(one[2] for one in some) for some in (early, late)]
    tell(
        f"{POLLS} polls of each source",
        scrapes=scrapes,
        failed=failed,
        MiB=round(after / 2**20),
        growth_percent=round((after / before - 1) * 100, 1),
        descriptors_before=opened[0],
        descriptors_after=opened[1],
    )
    assert failed == 0
    assert after < before * 1.05
    assert opened[1] <= opened[0]
