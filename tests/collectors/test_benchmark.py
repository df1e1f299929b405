"""The benchmark: both programs' files, and no overhead from a result that cannot count."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.collectors import benchmark
from exporter.collectors.benchmark import timings
from exporter.model import Context, ErrorClass, Reading, Reason, SourceError

EARLY = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
LATE = datetime(2026, 1, 12, 10, 0, tzinfo=UTC)

HYPERFINE: dict[str, Any] = {
    "command": "caro --telemetry off",
    "mean": 2.0,
    "stddev": 0.001,
    "median": 2.0,
    "user": 0.0008,
    "system": 0.0004,
    "min": 1.9,
    "max": 2.1,
    "times": [2.0] * 10,
    "exit_codes": [0] * 10,
}
CRITERION: dict[str, Any] = {
    name: {
        "confidence_interval": {"confidence_level": 0.95, "lower_bound": 1.0, "upper_bound": 2.0},
        "point_estimate": 2e6,
        "standard_error": 1.5,
    }
    for name in ("mean", "median", "median_abs_dev", "std_dev")
} | {"slope": None}

BOTH = {
    "with": {"file": "bench.json", "command": "telemetry on"},
    "without": {"file": "bench.json", "command": "telemetry off"},
}


def result(**changes: Any) -> dict[str, Any]:
    """Return a result whose times have its mean."""
    mean = changes.get("mean")
    if isinstance(mean, (int, float)) and not isinstance(mean, bool) and 1e-9 < mean < 1e9:
        changes = {"times": [mean] * 10} | changes
    return HYPERFINE | changes


def hyperfine(**changes: Any) -> str:
    return json.dumps({"results": [result(**changes)]}, indent=2)


def criterion(nanoseconds: float) -> str:
    return json.dumps(CRITERION | {"mean": CRITERION["mean"] | {"point_estimate": nanoseconds}})


def write(
    context: Context, name: str, text: str, written: datetime = LATE, encoding: str = "utf-8"
) -> None:
    file = context.folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding)
    os.utime(file, (written.timestamp(), written.timestamp()))


def collect(context: Context, **settings: Any) -> Reading:
    return benchmark.collect(benchmark.Settings.model_validate(settings), context)


def compare(context: Context, loaded: str, base: str) -> Reading:
    write(context, "bench/with.json", loaded)
    write(context, "bench/without.json", base, EARLY)
    return collect(context)


def overhead(reading: Reading) -> float:
    (sample,) = reading.samples
    assert sample.gauge == "release_telemetry_overhead_ratio"
    return sample.value


def test_overhead_is_the_share_that_telemetry_adds(context: Context) -> None:
    reading = compare(context, hyperfine(mean=2.000002), hyperfine())
    (sample,) = reading.samples
    assert sample.value == pytest.approx(1e-6)
    assert (sample.n, sample.observed, reading.facts_from) == (10, EARLY, EARLY)
    assert sample.evidence == (
        "mean 2.000002 s with telemetry, 2 s without, at least 10 runs each "
        "(bench/with.json, bench/without.json)"
    )
    assert (reading.read, reading.rejections, reading.withheld) == (2, (), {})


def test_faster_with_telemetry_is_shown_as_measured(context: Context) -> None:
    assert overhead(compare(context, hyperfine(mean=1.9), hyperfine())) == pytest.approx(-0.05)


@pytest.mark.parametrize(
    ("loaded", "base", "expected"),
    [
        (hyperfine(mean=0.21), hyperfine(mean=0.2), 0.05),
        (hyperfine(mean=1.1), hyperfine(mean=1.0), 0.1),
        (hyperfine(mean=0.22), hyperfine(mean=0.2), 0.1),
        (hyperfine(mean=0.0105), hyperfine(mean=0.01), 0.05),
        (criterion(2.1e6), criterion(2e6), 0.05),
        (criterion(110.0), criterion(100.0), 0.1),
        (hyperfine(mean=1), hyperfine(mean=3), -2 / 3),
    ],
)
def test_a_bound_is_met_exactly(context: Context, loaded: str, base: str, expected: float) -> None:
    assert overhead(compare(context, loaded, base)) == expected


def test_results_go_stale_a_week_after_the_older_half(context: Context) -> None:
    assert benchmark.Settings.model_validate({}).facts_max_age == timedelta(days=7)
    assert compare(context, hyperfine(), hyperfine()).facts_from == EARLY


def test_a_result_from_a_clock_a_little_ahead_is_from_now(context: Context) -> None:
    write(context, "bench/without.json", hyperfine(), context.now + timedelta(hours=24))
    write(context, "bench/with.json", hyperfine(), context.now + timedelta(hours=1))
    assert collect(context).facts_from == context.now


@pytest.mark.parametrize("side", ["with", "without"])
def test_a_result_from_next_week_is_no_fact(context: Context, side: str) -> None:
    for one in ("with", "without"):
        write(context, f"bench/{one}.json", hyperfine())
    write(context, f"bench/{side}.json", hyperfine(), context.now + timedelta(hours=25))
    with pytest.raises(SourceError, match=rf"^bench/{side}\.json: .*\(time\)$"):
        collect(context)


def test_the_smaller_number_of_runs_counts(context: Context) -> None:
    fewer = hyperfine(times=[2.0] * 3, exit_codes=[0] * 3)
    (sample,) = compare(context, fewer, hyperfine()).samples
    assert sample.n == 3


def test_both_results_may_stand_in_one_file(context: Context) -> None:
    results = [
        result(command="caro --telemetry on", mean=2.1),
        HYPERFINE,
        HYPERFINE | {"command": "another", "exit_codes": [1]},
    ]
    write(context, "bench.json", json.dumps({"results": results}))
    reading = collect(context, **BOTH)
    assert overhead(reading) == pytest.approx(0.05)
    assert reading.samples[0].evidence.endswith("runs each (bench.json)")


def test_the_whole_command_beats_one_that_contains_it(context: Context) -> None:
    results = [result(command="telemetry", mean=3.0), result(command="no telemetry")]
    write(context, "bench.json", json.dumps({"results": results}))
    sides = {
        "with": {"file": "bench.json", "command": "telemetry"},
        "without": {"file": "bench.json", "command": "no telemetry"},
    }
    assert overhead(collect(context, **sides)) == 0.5


def test_criterion_estimates_are_nanoseconds(context: Context) -> None:
    reading = compare(context, criterion(2.1e6), criterion(2e6))
    assert overhead(reading) == pytest.approx(0.05)
    assert reading.samples[0].n == 1


def test_criterions_sample_beside_says_how_many(context: Context) -> None:
    for side, time in (("on", 2.1e6), ("off", 2e6)):
        write(context, f"criterion/{side}/new/estimates.json", criterion(time))
        sample = {"sampling_mode": "Linear", "iters": [1.0, 3.0] * 50}
        sample["times"] = [time, 3 * time] * 50
        write(context, f"criterion/{side}/new/sample.json", json.dumps(sample))
    sides = {
        "with": "criterion/on/new/estimates.json",
        "without": "criterion/off/new/estimates.json",
    }
    (sample_,) = collect(context, **sides).samples
    assert sample_.value == pytest.approx(0.05)
    assert sample_.n == 100


def test_one_program_may_be_compared_with_the_other(context: Context) -> None:
    assert overhead(compare(context, criterion(2.2e9), hyperfine())) == pytest.approx(0.1)


def test_utf_16_as_powershell_redirects_it_is_read(context: Context) -> None:
    write(context, "bench/without.json", hyperfine())
    write(context, "bench/with.json", hyperfine(mean=3.0), encoding="utf-16")
    assert overhead(collect(context)) == 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exit_codes": [0, 0, 1]}, "a run failed or was killed"),
        ({"exit_codes": [0, None]}, "a run failed or was killed"),
        ({"exit_codes": [-9]}, "a run failed or was killed"),
        ({"exit_codes": [10**30]}, "a run failed or was killed"),
        ({"times": []}, "no runs"),
        ({"mean": 0}, "the mean is no time"),
        ({"mean": -0.0}, "the mean is no time"),
        ({"mean": -2.0}, "the mean is no time"),
        ({"mean": 1e-300}, "the mean is no time"),
        ({"mean": 1e300}, "the mean is no time"),
        ({"mean": 1.0, "times": [2.0] * 10}, "the mean is not that of the times"),
        ({"mean": 1.99, "times": [2.0] * 10}, "the mean is not that of the times"),
        ({"mean": 1.0, "times": [-1.0] * 5 + [3.0] * 5}, "a time below zero"),
        ({"exit_codes": [0]}, "10 times and 1 exit codes"),
    ],
)
@pytest.mark.parametrize("side", ["with", "without"])
def test_a_result_that_cannot_count_is_rejected_and_leaves_no_value(
    context: Context, side: str, changes: dict[str, Any], message: str
) -> None:
    good, bad = hyperfine(), hyperfine(**changes)
    reading = compare(context, bad, good) if side == "with" else compare(context, good, bad)
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (
        Reason.FIELD,
        f"bench/{side}.json",
        "results[0]",
    )
    assert rejection.message.startswith(message)
    assert (reading.samples, reading.read) == ((), 1)
    assert reading.withheld == {benchmark.GAUGE: "1 of 2 results cannot count"}


def test_both_results_are_told_when_neither_can_count(context: Context) -> None:
    reading = compare(context, hyperfine(mean=0), criterion(0))
    assert [(one.file, one.position) for one in reading.rejections] == [
        ("bench/without.json", "mean"),
        ("bench/with.json", "results[0]"),
    ]
    assert (reading.samples, reading.read) == ((), 0)
    assert reading.withheld == {benchmark.GAUGE: "2 of 2 results cannot count"}


MALFORMED = {
    "empty": ("", "truncated"),
    "cut": (hyperfine()[:-20], "truncated"),
    "no JSON": ("Benchmark 1: caro\n", "syntax"),
    "more after it": (hyperfine() + "{}", "syntax"),
    "NaN": (hyperfine().replace("2.0", "NaN", 1), "syntax"),
    "endless": (hyperfine().replace("2.0", "Infinity", 1), "syntax"),
    "too large a number": (hyperfine().replace("2.0", "1e400", 1), "shape"),
    "too many digits": (hyperfine().replace("2.0", "9" * 400, 1), "shape"),
    "mean as text": (hyperfine(mean="2.0"), "shape"),
    "mean as null": (hyperfine(mean=None), "shape"),
    "mean as truth": (hyperfine(mean=True), "shape"),
    "no mean": (json.dumps({"results": [{"command": "caro"}]}), "shape"),
    "no command": (json.dumps({"results": [{"mean": 2.0}]}), "shape"),
    "times as text": (hyperfine(times="2.0"), "shape"),
    "exit codes as text": (hyperfine(exit_codes=["0"]), "shape"),
    "a list": ("[1, 2]", "shape"),
    "a number": ("2.0", "shape"),
    "null": ("null", "shape"),
    "results as an object": ('{"results": {}}', "shape"),
    "another object": ('{"median": {"point_estimate": 2.0}}', "shape"),
    "mean without its estimate": ('{"mean": {"standard_error": 2.0}}', "shape"),
    "mean as a number": ('{"mean": 2.0}', "shape"),
    "nested too deep": ('{"x":' + "[" * 100_000 + "]" * 100_000 + "}", "depth"),
    "a mean twice": (hyperfine().replace('"mean"', '"mean": 1.0, "mean"'), "conflict"),
    "a NUL": ("\0" + hyperfine(), "encoding"),
    "too large": (" " * (timings.LENGTH + 1), "size"),
}


@pytest.mark.parametrize(("text", "reason"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_file_that_is_no_benchmark_fails_the_source(
    context: Context, text: str, reason: str
) -> None:
    for loaded, base, file in ((text, hyperfine(), "with"), (hyperfine(), text, "without")):
        with pytest.raises(SourceError, match=rf"^bench/{file}\.json: .*\({reason}\)$") as caught:
            compare(context, loaded, base)
        assert caught.value.kind is ErrorClass.MALFORMED
        assert "caro" not in str(caught.value)


def test_a_shape_error_says_where(context: Context) -> None:
    message = r"bench/with.json: \$\.results\[0\]\.mean: Expected `float`, got `str` \(shape\)"
    with pytest.raises(SourceError, match=message):
        compare(context, hyperfine(mean="2.0"), hyperfine())


def test_a_broken_sample_beside_criterions_estimates_fails_the_source(context: Context) -> None:
    write(context, "bench/sample.json", '{"times": [1.0')
    with pytest.raises(SourceError, match=r"bench/sample\.json: .*\(truncated\)"):
        compare(context, criterion(2e6), criterion(2e6))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (None, "0 of 0 results"),
        (None, "2 of 2 results"),
        ("telemetry", "2 of 2 results"),
        ("tracing", "0 of 2 results"),
    ],
)
def test_a_result_must_be_meant_alone(context: Context, command: str | None, said: str) -> None:
    names = ["telemetry on", "telemetry off"] if "of 2" in said else []
    results = [HYPERFINE | {"command": name} for name in names]
    write(context, "bench.json", json.dumps({"results": results}))
    write(context, "base.json", hyperfine())
    loaded = {"file": "bench.json", "command": command}
    with pytest.raises(SourceError, match=rf"bench\.json: {said} match; set with\.command"):
        collect(context, **{"with": loaded, "without": "base.json"})


@pytest.mark.parametrize("how", ["copied", "linked", "written again", "UTF-16"])
@pytest.mark.parametrize("text", [hyperfine(), hyperfine(times=None), criterion(2e6)])
def test_one_measurement_under_two_names_is_no_overhead_of_nothing(
    context: Context, how: str, text: str
) -> None:
    write(context, "bench/without.json", text)
    write(context, "bench/with.json", text, encoding="utf-16" if how == "UTF-16" else "utf-8")
    if how == "written again":
        write(context, "bench/with.json", json.dumps(json.loads(text)) + "\n")
    if how == "linked":
        (context.folder / "bench/with.json").unlink()
        (context.folder / "bench/with.json").symlink_to("without.json")
    reading = collect(context)
    (rejection,) = reading.rejections
    assert (rejection.reason, rejection.file) == (Reason.CONFLICT, "bench/with.json")
    assert rejection.message.endswith("of bench/without.json; measure once more")
    assert (reading.samples, reading.read) == ((), 1)
    assert reading.withheld == {benchmark.GAUGE: "1 of 2 results cannot count"}


def test_one_measurement_under_two_commands_is_none_either(context: Context) -> None:
    results = [HYPERFINE | {"command": name} for name in ("telemetry on", "telemetry off")]
    write(context, "bench.json", json.dumps({"results": results}))
    assert collect(context, **BOTH).samples == ()


def test_two_measurements_may_come_to_the_same_mean(context: Context) -> None:
    assert overhead(compare(context, hyperfine(times=[1.9, 2.1] * 5), hyperfine())) == 0


def test_criterions_changes_are_no_times(context: Context) -> None:
    change = json.dumps({name: CRITERION[name] for name in ("mean", "median")})
    with pytest.raises(SourceError, match=r"bench/with\.json: shares of a change"):
        compare(context, change, criterion(2e6))


def test_criterions_mean_must_be_that_of_the_sample_beside_it(context: Context) -> None:
    write(context, "bench/with/estimates.json", criterion(1e6))
    write(context, "bench/with/sample.json", '{"iters": [1, 2], "times": [2e6, 4e6]}')
    write(context, "bench/without.json", criterion(2e6))
    reading = collect(context, **{"with": "bench/with/estimates.json"})
    assert reading.rejections[0].message == "the mean is not that of the times beside it"
    assert reading.samples == ()


def test_comparing_a_result_with_itself_is_no_overhead_of_nothing(context: Context) -> None:
    write(context, "bench.json", hyperfine())
    with pytest.raises(SourceError, match=r"are both results\[0\] of bench\.json"):
        collect(context, **{"with": "bench.json", "without": "bench.json"})


@pytest.mark.parametrize("missing", ["with", "without"])
def test_a_missing_file_is_said_with_its_key(context: Context, missing: str) -> None:
    for side in {"with", "without"} - {missing}:
        write(context, f"bench/{side}.json", hyperfine())
    said = rf"{missing}\.file: there is no file 'bench/{missing}\.json'"
    with pytest.raises(SourceError, match=said) as caught:
        collect(context)
    assert caught.value.kind is ErrorClass.MISSING


@pytest.mark.parametrize(
    "written",
    [
        {"with": 7},
        {"with": {"command": "caro"}},
        {"with": "../elsewhere.json"},
        {"with": {"file": "a.json", "comand": "caro"}},
        {"with": {"file": "a.json", "command": ""}},
        {"on": "a.json"},
    ],
)
def test_settings_that_say_nothing_usable_are_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        benchmark.Settings.model_validate(written)


def test_a_pipe_instead_of_a_file_is_not_opened(context: Context) -> None:
    write(context, "bench/with.json", hyperfine())
    os.mkfifo(Path(context.folder, "bench/without.json"))
    with pytest.raises(SourceError, match="not a regular file") as caught:
        collect(context)
    assert caught.value.kind is ErrorClass.UNREADABLE
