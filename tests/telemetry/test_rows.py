"""Which copy counts, on columns; and columns that grow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from exporter.telemetry.rows import Rows, choose

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
        for key in set(keys.tolist()) - {0}
    }
    assert dict(zip(choice.keys.tolist(), choice.winners.tolist(), strict=True)) == best
    assert choice.keys.tolist() == sorted(best)
    assert sorted(choice.anonymous.tolist()) == [row for row in rows if keys[row] == 0]
    assert sorted(zip(choice.copies.tolist(), choice.originals.tolist(), strict=True)) == [
        (row, best[int(keys[row])])
        for row in rows
        if keys[row] and not rejected[row] and best[int(keys[row])] != row
    ]


@pytest.mark.parametrize("sizes", [[0, 1], [5, 3, 4], [1000, 5000, 1, 1]])
def test_columns_grow_without_losing_anything(sizes: list[int]) -> None:
    def rows(start: int, size: int) -> Rows:
        numbers = np.arange(start, start + size)
        bytes_ = (numbers % 256).astype(np.uint8)
        return Rows(numbers.astype(np.float64), numbers / 2, bytes_, bytes_, bytes_)

    grown = rows(0, 0)
    start = 0
    for size in sizes:
        before = grown.times.copy()
        grown = grown.join(rows(start, size))
        assert grown.times[: len(before)].tolist() == before.tolist()
        start += size
    assert grown.times.tolist() == list(range(sum(sizes)))
    assert grown.kinds.tolist() == [number % 256 for number in range(sum(sizes))]
