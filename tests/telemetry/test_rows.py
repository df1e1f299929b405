"""Which copy counts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from exporter.telemetry.rows import choose

copies = some.lists(
    some.tuples(some.integers(0, 5), some.integers(0, 3), some.booleans()), max_size=40
)


@given(copies=copies, shift=some.sampled_from([0, 3, 60]))
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_of_each_event_the_earliest_good_copy_counts(
    copies: list[tuple[int, int, bool]], shift: int
) -> None:
    """However close the keys are: shifted by 60 bits or not at all."""
    keys = np.array([key << shift for key, _, _ in copies], np.uint64)
    times = np.array([time for _, time, _ in copies], np.float64)
    rejected = np.array([bad for _, _, bad in copies], np.bool_)
    choice = choose(keys, times, rejected)
    rows = range(len(copies))
    best = {
        int(key): min(
            (row for row in rows if keys[row] == key),
            key=lambda row: (rejected[row], 0 if rejected[row] else times[row], row),
        )
        for key in set(keys.tolist())
    }
    assert choice.winners.tolist() == [best[key] for key in sorted(best)]
    assert sorted(zip(choice.copies.tolist(), choice.originals.tolist(), strict=True)) == [
        (row, best[int(keys[row])])
        for row in rows
        if not rejected[row] and best[int(keys[row])] != row
    ]
