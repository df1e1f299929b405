"""Logs as CI services keep them: the results inside are read, and nothing else counts."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from exporter.files import ItemError
from exporter.model import Reason
from exporter.results import cargo
from exporter.results.log_lines import log_lines
from exporter.results.records import Origin, Tally
from tests.results.logs import REAL, log, report, result

NOW = datetime(2026, 1, 17, 20, 0, tzinfo=UTC)
ORIGIN = Origin("job.log", NOW, NOW)
TIME = "2026-01-13T10:11:12"

JOB = "##[group]Run cargo test 2>&1\n\x1b[36;1mcargo test 2>&1\x1b[0m\n##[endgroup]\n"


def tally(text: str) -> Tally:
    return sum((run.tally for run in cargo.parse(text, ORIGIN)), Tally())


def prefixed(prefix: str, end: str = "\n") -> Callable[[str], str]:
    return lambda text: end.join(prefix + line for line in text.split("\n"))


SECTION = "section_start:1768298472:step_script\r\x1b[0K\x1b[36;1mExecuting\x1b[0;m\n"

SERVICES: dict[str, Callable[[str], str]] = {
    "github": lambda text: "\ufeff" + prefixed(f"{TIME}.1234567Z ", "\r\n")(JOB + text),
    "github, spaces cut off at the end": lambda text: "\n".join(
        line.rstrip() for line in prefixed(f"{TIME}.1234567Z ")(JOB + text).split("\n")
    ),
    "github's command line": lambda text: prefixed(f"test (linux)\tRun cargo test\t{TIME}.1Z ")(
        JOB + text
    ).replace(f"\t{TIME}", f"\t\ufeff{TIME}", 1),
    "github, several logs in one": lambda text: "\ufeff".join(
        prefixed(f"{TIME}.1234567Z ")(part) + "\n" for part in ("##[group]Set up job\n", text)
    ),
    "azure": lambda text: prefixed(f"{TIME}.1234567Z ")("##[section]Starting: test\n" + text),
    "gitlab": lambda text: prefixed(f"{TIME}.123456Z 01O ")(SECTION + text + "Job succeeded"),
    "gitlab without times": lambda text: SECTION + text + "Job succeeded\n",
    "gitlab, a section's mark before a line": lambda text: text.replace(
        "\nrunning ", "\nsection_end:1768298472:build\r\x1b[0Krunning "
    ),
    "jenkins": lambda text: (
        f"[Pipeline] sh\n{prefixed(f'[{TIME}.123Z] ')(text)}\n[Pipeline] }}\nFinished: SUCCESS\n"
    ),
    "buildkite": prefixed("\x1b_bk;t=1768298472123\x07", "\r\n"),
    "a zone of its own": prefixed(f"[{TIME}+01:00] "),
}


@pytest.mark.parametrize("wrap", SERVICES.values(), ids=SERVICES)
@pytest.mark.parametrize(
    ("name", "expected"),
    [("all_pass", Tally(18, 0, 4)), ("two_fail", Tally(16, 2, 4)), ("colours", Tally(16, 2, 4))],
)
def test_what_cargo_wrote_is_read_from_every_services_log(
    wrap: Callable[[str], str], name: str, expected: Tally
) -> None:
    # Look-alikes in the output of failing tests are among them.
    assert tally(wrap((REAL / f"{name}.txt").read_text())) == expected


@pytest.mark.parametrize("wrap", SERVICES.values(), ids=SERVICES)
def test_half_a_log_of_a_service_is_no_log(wrap: Callable[[str], str]) -> None:
    text = log([("caro", report(3)), ("cli", report(5, 1))])
    with pytest.raises(ItemError) as caught:
        tally(wrap(text.partition("test result: FAILED")[0]).partition("Job succeeded")[0])
    assert caught.value.rejection.reason is Reason.TRUNCATED


@pytest.mark.parametrize("own", [f"{TIME}.1234567Z ", f"[{TIME}.123Z] ", ""])
def test_a_result_that_a_test_printed_with_a_time_does_not_count(own: str) -> None:
    text = log([("caro", report(0, 1, printed=own + result(5)))])
    assert tally(prefixed(f"{TIME}.1234567Z ")(text)) == Tally(0, 1)
    assert tally(text) == Tally(0, 1)


def test_a_time_that_no_harness_line_has_is_a_tests_own() -> None:
    printed = f"{TIME}.1234567Z {result(2)}"
    text = f"running 2 tests\n{printed}\ntest a ... ok\ntest b ... ok\n\n{result(2)}\n"
    assert [line for _, line in log_lines(text)][1] == printed
    assert tally(text) == Tally(2)


def test_a_log_without_times_behind_one_with_them_counts_too() -> None:
    first, second = log([("caro", report(3))]), log([("cli", report(1, 1))])
    assert tally(prefixed(f"{TIME}.1Z ")(first) + "\n" + second) == Tally(4, 1)


def test_gitlabs_split_line_is_one_line() -> None:
    lines = ["00O running 1 test", "00O test a ... o", "00O+k", "00O ", f"01O {result(1)}"]
    text = "\n".join(f"{TIME}.000000Z {line}" for line in lines)
    assert list(log_lines(text))[1:3] == [(2, "test a ... ok"), (4, "")]
    assert tally(text) == Tally(1)


def test_what_a_progress_bar_wrote_over_is_gone() -> None:
    text = "   Building [=>  ] 3/4\r\x1b[K     Running x\r\n"
    assert next(log_lines(text)) == (1, "     Running x")


ENDS = [
    "##[error]The operation was canceled.",
    "##[error]Process completed with exit code 143.",
    "ERROR: Job failed: execution took longer than 1h0m0s seconds",
    "WARNING: script canceled externally (UI, API)",
    "Finished: ABORTED",
    "Finished: FAILURE",
    "🚨 Error: The command exited with status 143",
]


@pytest.mark.parametrize("end", ENDS)
def test_a_job_that_did_not_end_well_is_no_pass_without_a_failed_test(end: str) -> None:
    # Between two binaries nothing else tells that the second one never ran.
    text = log([("caro", report(3))])
    with pytest.raises(ItemError) as caught:
        tally(text + end + "\n")
    assert caught.value.rejection.reason is Reason.TRUNCATED
    assert tally(log([("caro", report(3, 1))]) + end + "\n") == Tally(3, 1)


def test_hostile_lines_take_no_time() -> None:
    began = time.monotonic()
    for piece in ("\r\x1b[", "\x1b_", "\x1b[0", "a\t", f"{TIME}.1Z ", "\ufeff\x1b(B"):
        text = piece * (400_000 // len(piece))
        assert sum(len(line) for _, line in log_lines(text)) <= len(text)
    assert time.monotonic() - began < 60
