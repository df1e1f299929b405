import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from exporter.collectors.json_file import LENGTH, Settings, collect
from exporter.collectors.scale import scaled
from exporter.model import Context, ErrorClass, Sample, SourceError
from exporter.plan import PHASES

GAUGE = "release_crash_free_ratio"


def make(**written: Any) -> Settings:
    entry = {"gauge": GAUGE, "file": "crash.json", "path": "sessions.crash_free"}
    return Settings.model_validate(entry | written)


def write(
    context: Context, content: str | bytes | dict[str, Any], name: str = "crash.json"
) -> Path:
    if isinstance(content, dict):
        content = json.dumps(content)
    file = context.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(file, (context.now.timestamp(), context.now.timestamp()))
    return file


def refused(context: Context, **written: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        collect(make(**written), context)
    return caught.value


def only(context: Context, **written: Any) -> Sample:
    (sample,) = collect(make(**written), context).samples
    return sample


def test_number_at_the_path_is_the_sample(context: Context) -> None:
    file = write(context, {"sessions": {"crash_free": 0.992, "total": 1250}})
    os.utime(file, (1_768_600_000, 1_768_600_000))
    reading = collect(make(n="sessions.total"), context)
    observed = datetime.fromtimestamp(1_768_600_000, UTC)
    evidence = "sessions.crash_free, n = 1,250 from sessions.total (crash.json)"
    assert reading.samples == (Sample(GAUGE, 0.992, (), 1250, observed, evidence),)
    assert (reading.read, reading.rejected, reading.facts_from) == (1, {}, observed)


def test_without_a_path_to_n_the_number_is_one_observation(context: Context) -> None:
    write(context, {"sessions": {"crash_free": 1}})
    assert only(context).n == 1


def test_facts_are_never_later_than_now(context: Context) -> None:
    file = write(context, {"sessions": {"crash_free": 1}})
    tomorrow = (context.now + timedelta(days=1)).timestamp()
    os.utime(file, (tomorrow, tomorrow))
    assert only(context).observed == context.now


@pytest.mark.parametrize("ahead", [timedelta(days=1, seconds=1), timedelta(days=20_000)])
def test_a_file_from_the_future_is_refused_with_the_fix(context: Context, ahead: timedelta) -> None:
    later = (context.now + ahead).timestamp()
    os.utime(write(context, {"sessions": {"crash_free": 1}}), (later, later))
    with pytest.raises(SourceError) as caught:
        collect(make(), context)
    message = "written more than a day in the future; `touch` it, or set the clock right (time)"
    assert str(caught.value) == f"crash.json: {message}"


def test_facts_of_a_week_ago_are_too_old_unless_the_user_says_otherwise() -> None:
    assert make().facts_max_age == timedelta(days=7)
    assert make(facts_max_age="30d").facts_max_age == timedelta(days=30)
    assert make(facts_max_age=None).facts_max_age is None
    assert make().PRODUCED_IN == PHASES


def test_no_observations_are_no_sample_whatever_the_number_says(context: Context) -> None:
    write(context, {"sessions": {"crash_free": None, "total": 0}})
    reading = collect(make(n="sessions.total"), context)
    assert (reading.samples, reading.read) == ((), 1)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a", 0.0),
        ("length(list)", 3),
        ("sum(list)", 6),
        ("list[-1]", 3),
        ('"odd key"', -2.5),
        ("rows[?ok].v | [0]", 7),
        ("length(rows[?!ok])", 1),
        ("to_number(text)", 4.5),
        ("large", 2**64),
    ],
)
def test_any_expression_that_comes_to_one_number_will_do(
    context: Context, path: str, value: float
) -> None:
    rows = [{"ok": False, "v": 6}, {"ok": True, "v": 7}]
    document = {"a": 0, "list": [1, 2, 3], "odd key": -2.5, "rows": rows, "text": "4.5"}
    write(context, document | {"large": 2**64})
    assert only(context, path=path).value == value


def test_scale_is_exact_in_decimals(context: Context) -> None:
    write(context, {"sessions": {"crash_free": 69}})
    assert only(context, scale=0.01).value == 0.69 != 69 * 0.01


@examples(max_examples=50, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(0, 3), st.sampled_from([0.01, 0.001, 60, 3600, 1]))
def test_scaled_decimals_are_the_nearest_floats(digits: int, places: int, scale: float) -> None:
    exact = Fraction(digits, 10**places) * Fraction(str(scale))
    assert scaled(digits / 10**places, scale) == float(exact)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_hindrance(context: Context, encoding: str) -> None:
    write(context, '{"sessions": {"crash_free": 0.5}, "é": 1}'.encode(encoding))
    assert only(context).value == 0.5


def test_pattern_that_matches_one_file_names_it(context: Context) -> None:
    write(context, {"sessions": {"crash_free": 0.5}}, "results/crash-final.json")
    assert "(results/crash-final.json)" in only(context, file="results/crash-*.json").evidence


def test_several_files_are_refused_with_the_fix(context: Context) -> None:
    write(context, {}, "a.json")
    write(context, {}, "b.json")
    error = refused(context, file="*.json")
    assert error.kind is ErrorClass.MALFORMED
    assert "2 files match '*.json'; name one of them" in str(error)


def test_missing_file_is_named_with_the_fix(context: Context) -> None:
    error = refused(context)
    assert error.kind is ErrorClass.MISSING
    assert "no file 'crash.json'" in str(error)


def test_link_out_of_the_folder_is_not_read(context: Context, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_text('{"sessions": {"crash_free": 1}}')
    (context.folder / "crash.json").symlink_to(tmp_path / "outside.json")
    error = refused(context)
    assert error.kind is ErrorClass.UNREADABLE
    assert "out of the folder" in str(error)


def test_pipe_is_not_waited_for(context: Context) -> None:
    os.mkfifo(context.folder / "crash.json")
    assert refused(context).kind is ErrorClass.UNREADABLE


MALFORMED = [
    pytest.param(b"", "crash.json: it ends too early", "truncated", id="empty"),
    pytest.param(b"  \n", "crash.json: it ends too early", "truncated", id="blank"),
    pytest.param(b'{"sessions": {"crash_free": 0.9', "crash.json:", "truncated", id="half"),
    pytest.param(b'{"a": "\\ud800"}', "half of a surrogate", "truncated", id="lone surrogate"),
    pytest.param(b'{"a": NaN}', "byte 6:", "syntax", id="NaN"),
    pytest.param(b'{"a": -Infinity}', "byte 7:", "syntax", id="infinity"),
    pytest.param(b"{'a': 1}", "byte 1:", "syntax", id="single quotes"),
    pytest.param(b'{"a": 1,}', "byte 8:", "syntax", id="trailing comma"),
    pytest.param(b'{"a": 01}', "byte 7:", "syntax", id="leading zero"),
    pytest.param(b'{"a": 1} {"a": 2}', "byte 10:", "syntax", id="two documents"),
    pytest.param(b'// why\n{"a": 1}', "byte 0:", "syntax", id="comment"),
    pytest.param(b"a: 1\n", "byte 0:", "syntax", id="YAML"),
    pytest.param(b'{"a": 1e400}', "a number is out of range", "field", id="1e400"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, "nested too deep", "depth", id="deep"),
    pytest.param(b'{"a": "\xff"}', "byte 7:", "encoding", id="Latin-1"),
    pytest.param(b"\xff\xfe{\0\0", "crash.json: byte", "encoding", id="half UTF-16"),
    pytest.param(b'{"a": 1}\0', "character 8:", "encoding", id="NUL"),
    pytest.param(b"[" + b" " * LENGTH + b"]", "larger than 4 MiB", "size", id="too large"),
    pytest.param(b"{}", "sessions.crash_free: nothing where", "shape", id="no such key"),
    pytest.param(b"null", "sessions.crash_free: nothing where", "shape", id="null"),
    pytest.param(b"[1]", "sessions.crash_free: nothing where", "shape", id="a list as a whole"),
]


@pytest.mark.parametrize(
    "content",
    [
        '{"sessions": {"crash_free": 0.2, "crash_free": 0.999}}',
        '{"sessions": {"crash_free": 0.2}, "sessions": {"crash_free": 0.999}}',
        '{"sessions": {"crash_free": 1}, "x": [{"\\u0061": 1, "a": 2}]}',
    ],
)
def test_a_key_that_stands_twice_is_in_conflict_whatever_it_says(
    context: Context, content: str
) -> None:
    write(context, content)
    assert "crash.json: an object has the same key twice" in str(refused(context))


@pytest.mark.parametrize(("content", "place", "reason"), MALFORMED)
def test_malformed_file_is_named_with_its_place_and_reason(
    context: Context, content: bytes, place: str, reason: str
) -> None:
    write(context, content)
    error = refused(context)
    assert error.kind is ErrorClass.MALFORMED
    assert str(error).startswith("crash.json: ")
    assert place in str(error)
    assert str(error).endswith(f"({reason})")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ('"canary"', "text where one number"),
        ('"0.5"', "text where one number"),
        ("true", "true or false where one number"),
        ("false", "true or false where one number"),
        ("null", "nothing where one number"),
        ('["canary"]', "a list where one number"),
        ("[0.5]", "a list where one number"),
        ('{"canary": 1}', "an object where one number"),
        ("1" + "0" * 400, "not a finite number"),
        ("1e308", "too large once it is scaled"),
    ],
)
def test_anything_but_one_finite_number_is_refused_without_quoting_it(
    context: Context, found: str, words: str
) -> None:
    write(context, f'{{"sessions": {{"crash_free": {found}}}}}')
    error = refused(context, scale=1000)
    assert error.kind is ErrorClass.MALFORMED
    assert str(error).startswith("crash.json: ")
    assert words in str(error)
    assert "canary" not in str(error)


@pytest.mark.parametrize("total", ["-1", "2.5", "true", '"9"', "null", "[]", "1e400"])
def test_n_that_counts_nothing_is_refused(context: Context, total: str) -> None:
    write(context, f'{{"sessions": {{"crash_free": 1, "total": {total}}}}}')
    assert refused(context, n="sessions.total").kind is ErrorClass.MALFORMED


@pytest.mark.parametrize(
    "path",
    [
        "length(number)",
        "sum(words)",
        "avg(huge)",
        "contains('abc', number)",
        "words[::0]",
        "number < 'canary' || sort_by(mixed, &a)",
        "text < number",
        "&number",
        "to_number('nan')",
        "`Infinity`",
    ],
)
def test_expression_that_fails_on_the_data_is_refused_without_quoting_it(
    context: Context, path: str
) -> None:
    write(
        context,
        '{"number": 1, "text": "canary", "words": ["canary"], "mixed": [{"a": 1}, {"a": "canary"}],'
        f'"huge": [1{"0" * 400}, 1]}}',
    )
    error = refused(context, path=path)
    assert error.kind is ErrorClass.MALFORMED
    assert str(error).startswith("crash.json: ")
    assert "canary" not in str(error).replace(path, "")


@pytest.mark.parametrize("path", ["to_string(@)", "a == @", "@"])
def test_nesting_just_deep_enough_to_be_parsed_breaks_no_expression(
    context: Context, path: str
) -> None:
    for depth in range(800, 1050, 2):
        write(context, '{"a":' * depth + "1" + "}" * depth)
        assert refused(context, path=path).kind is ErrorClass.MALFORMED


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("", "at least 1 character"),
        ("a.", "Expecting"),
        ("a..b", "Expecting"),
        ("$.a", "Unknown token $"),
        ("a b", "Unexpected token"),
        ("(a", "Incomplete expression"),
        ("'a", "Unclosed ' delimiter"),
        ("a[", "Incomplete expression"),
        ("lenght(a)", "unknown function 'lenght'; did you mean 'length'?"),
        ("a[?startswith(b, 'c')] | [0]", "did you mean 'starts_with'?"),
        ("a\nb", "write one line of text"),
        ("a" * 301, "at most 300"),
    ],
)
def test_expression_is_checked_when_the_release_file_is(path: str, wanted: str) -> None:
    for key in ("path", "n"):
        with pytest.raises(ValidationError) as caught:
            make(**{"path": "a", key: path})
        (error,) = caught.value.errors()
        assert error["loc"] == (key,)
        assert wanted in error["msg"]
        assert "\n" not in error["msg"]


def test_expression_nested_too_deep_for_the_stack_is_a_mistake_like_others() -> None:
    def below(frames: int) -> Settings:
        return below(frames - 1) if frames else make(path="[" * 299)

    with pytest.raises(ValidationError, match="nested too deep"):
        below(300)


@pytest.mark.parametrize("scale", [0, -1, "0.01", True, float("nan"), float("inf"), 1e10])
def test_scale_is_a_positive_number(scale: object) -> None:
    with pytest.raises(ValidationError):
        make(scale=scale)


@pytest.mark.parametrize("file", ["", "/etc/passwd", "../x.json", "a/../../x"])
def test_file_outside_the_folder_is_refused(file: str) -> None:
    with pytest.raises(ValidationError):
        make(file=file)


@examples(max_examples=100, deadline=None)
@given(st.text("ab.[]{}()*?|&!<>=@,:\"'`0-1 \\", max_size=12))
def test_no_expression_breaks_the_check(path: str) -> None:
    try:
        make(path=path)
    except (ValidationError, PendingDeprecationWarning):
        return


def test_worst_file_of_the_size_stays_within_its_memory(context: Context) -> None:
    write(context, b"[" + b"[]," * (LENGTH // 3 - 1) + b"[]]")
    code = (
        "import resource, sys, pathlib; from exporter.collectors import json_file as j;"
        "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "j.parse(pathlib.Path(sys.argv[1]).read_text(), 'x');"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base)"
    )
    file = str(context.folder / "crash.json")
    done = subprocess.run(
        [sys.executable, "-c", code, file], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 150 * 1024
