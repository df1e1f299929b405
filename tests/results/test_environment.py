"""Names of result files: when they were written, and where the tests ran."""

import pytest

from exporter.results.environment import environment


@pytest.mark.parametrize(
    "file",
    [
        "results.xml",
        "results-2026-01-16.xml",
        "2026-01-16/results.xml",
        "2026_01_16_results.xml",
        "results.20260116.xml",
        "results-20260116-1030.xml",
        "results-20260116T103000Z.xml",
        "results-2026-01-16T10-30-00.xml",
        "results_2026-01-16_10:30:00.123.xml",
        "results-run-42.xml",
        "results_run7.xml",
        "build-1234/results.xml",
        "attempt2/results.xml",
        "results-rerun.xml",
        "results-retry-2.xml",
        "old-results.xml",
        "new/results.xml",
        "results-Tuesday.xml",
        "results-1a2b3c4.xml",
        "12884901234/results.xml",
        "results-da39a3ee5e6b4b0d3255bfef95601890afd80709.xml",
        "results-45c50042-482e-477e-88d2-60cfcc3eaf95.xml",
    ],
)
def test_a_time_a_number_or_a_hash_says_when(file: str) -> None:
    assert environment(file) == environment("results.xml")


def test_what_may_be_a_place_is_one() -> None:
    files = (
        *("results.xml", "linux.xml", "mac.xml", "results-linux.xml", "results-mac.xml"),
        *("results-py311.xml", "results-py312.xml", "results-3.11.xml", "results-3.12.xml"),
        *("node-18.xml", "node-20.xml", "windows-2019.xml", "windows-2022.xml"),
        *("ubuntu-22.04.xml", "ubuntu-24.04.xml", "2026-01-16-22.04.xml", "2026-01-16-24.04.xml"),
        *("shard-1.xml", "shard-2.xml", "amd64.xml", "arm64.xml", "aarch64.xml"),
        *("x86_64-unknown-linux-gnu.xml", "x86_64-apple-darwin.xml", "renewed.xml", "oldest.xml"),
    )
    assert len({environment(file) for file in files}) == len(files)
