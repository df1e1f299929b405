# ruff: noqa: INP001, T201, PLR2004 - a program of its own that prints, on numbers of its own
"""What polling GitHub costs: `python -m benchmarks.github`, 6 minutes, over loopback alone.

Prints requests and quota of a cold and a warm cycle for 500 and 3,000 issues, then of a whole day
of an unchanged repository of 3,000, polled every 5 minutes with a restart in the middle.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.model import Context
from tests.releases import NOW, plan_of
from tests.upstream.github_load import LONG, fill, poll
from tests.upstream.world import World, forget_everything, served

DAY = 24 * 12


@contextmanager
def repository(issues: int) -> Iterator[tuple[World, Context]]:
    """Serve so many issues and pull requests, and return where they are read from."""
    forget_everything()
    with (
        pytest.MonkeyPatch.context() as patch,
        served(patch) as world,
        tempfile.TemporaryDirectory() as name,
    ):
        fill(world, issues)
        folder = Path(name)
        state, shared = folder / "state", folder / "shared"
        plan = plan_of()
        yield world, Context("caro", "v1", folder, state, plan, NOW, shared, "wildcard/caro")


def main() -> None:
    """Print the figures."""
    for issues in (500, 3_000):
        with repository(issues) as (world, context):
            for cycle in ("cold", "warm"):
                world.server.log.clear()
                world.read(context, deadline=LONG, interval=LONG)
                log = world.server.log
                print(f"{issues:,} {cycle}: {len(log)} requests, {log.cost} of the quota")
    with repository(3_000) as (world, context):
        every = poll(world, context, DAY)
        by_status = Counter(f"{one.method} {one.status}" for one in every)
        rest = [one for one in every if one.method == "GET"]
        share = sum(one.status == 304 for one in rest) / len(rest)
        print(f"3,000, a day of {DAY} cycles: {len(every):,} requests {dict(by_status)}")
        print(f"REST: {share:.2%} not modified, {sum(one.cost for one in rest)} of the quota")
        print(
            f"GraphQL: {sum(one.cost for one in every) - sum(one.cost for one in rest)} of its own"
        )


if __name__ == "__main__":
    main()
