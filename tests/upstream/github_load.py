"""Large repositories on the recorded GitHub, and many polls of them in little time."""

import random
from datetime import timedelta

from exporter.model import Context
from exporter.recorded.requests_log import Logged
from tests.upstream.world import World, forget_everything

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONG = "1h"  # a deadline that no slow machine misses


def fill(world: World, count: int, seed: int = 1) -> None:
    """Add so many issues and pull requests: 30 % closed, some reopened, labels that look alike."""
    chance = random.Random(seed)
    world.label("P0-candidate", "p0", "P10", "beta")
    for number in range(1, count + 1):
        names = chance.choice(
            [
                [],
                [],
                ["P0"],
                ["P1"],
                ["P0-candidate"],
                ["p0"],
                ["P10"],
                ["P1", "beta"],
                ["P0", "P1"],
            ]
        )
        closed = chance.random() < 0.3
        issue = world.issue(
            number,
            names,
            opened=(count - number) * 7 * MINUTE + MINUTE,
            took=chance.random() * MINUTE if closed else None,
            reason=chance.choice(["completed", "not_planned", "duplicate", None]),
            pull=chance.random() < 0.4,
        )
        if not closed and chance.random() < 0.1:
            issue["state_reason"] = "reopened"


def poll(world: World, context: Context, cycles: int) -> list[Logged]:
    """Return the requests of so many polls, one in 5 minutes, after a cold one of an old list.

    In the middle, the program starts anew.
    """
    # Nothing is new any more: an issue that leaves the last 24 hours would be a change.
    world.now += 2 * DAY
    world.read(context, deadline=LONG, interval=LONG)
    world.server.log.clear()
    for cycle in range(cycles):
        if cycle == cycles // 2:
            forget_everything()
        world.now += 5 * MINUTE
        world.read(context, deadline=LONG, interval=LONG)
    return list(world.server.log)
