"""Records on disk: all of a key come together, and never many at once."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from exporter.telemetry import spill
from exporter.telemetry.rows import RECORD
from exporter.telemetry.spill import Spill


def test_a_slice_that_is_large_comes_in_parts_that_keep_keys_together_and_in_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spill, "_BATCH", 1000)
    monkeypatch.setattr(spill, "_TOGETHER", 100)
    draw = np.random.default_rng(8)
    # Each key about twice, in two of the slices.
    keys = draw.integers(0, 2**64, 2000, np.uint64) & np.uint64(0x803F_FFFF_FFFF_FFFF)
    records = np.zeros(4000, RECORD)
    records["key"] = keys[draw.integers(0, len(keys), len(records))]
    records["row"] = np.arange(len(records))
    spilled = Spill(tmp_path)
    for start in range(0, len(records), 300):
        spilled.add(records[start : start + 300])
    parts = [part for one in spilled.stretches() for part in spilled.read(one.slices)]
    assert len(parts) > 10
    assert max(map(len, parts)) < 300
    ends = [(part["key"].min(), part["key"].max()) for part in parts if len(part)]
    assert all(before[1] < after[0] for before, after in pairwise(ends)), "a key is in two parts"
    assert all((np.diff(part["row"].astype(np.int64)) > 0).all() for part in parts)
    together = np.concatenate(parts)
    assert (together[np.argsort(together["row"])] == records).all()


def test_a_few_records_need_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spill, "_TOGETHER", 10)
    records = np.zeros(100, RECORD)
    records["key"] = np.random.default_rng(9).integers(0, 2**64, len(records), np.uint64)
    spilled = Spill(tmp_path / "missing")
    spilled.add(records[:60])
    spilled.add(records[60:])
    parts = [part for one in spilled.stretches() for part in spilled.read(one.slices)]
    assert len(parts) > 5
    together = np.concatenate(parts)
    assert (together == records[np.argsort(records["key"] >> np.uint64(54), kind="stable")]).all()
