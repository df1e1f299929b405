"""Strict CSV: what is read, and that every broken row is rejected alone, with its line."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter import csv_text
from exporter.files import ItemError, find_one, read_text
from exporter.model import Reason

CELLS = st.lists(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3
    ),
    min_size=1,
    max_size=8,
)


def rows(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in csv_text.parse(text, "x.csv").rows]


def from_disk(folder: Path, content: bytes) -> csv_text.Table:
    (folder / "x.csv").write_bytes(content)
    return csv_text.parse(read_text(find_one(folder, "x.csv", "file")), "x.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    table = csv_text.parse("a,b,c\n1,2,3\n".replace(",", separator), "x.csv")
    assert table.separator == separator
    assert table.rows[0].cells == ("1", "2", "3")


def test_commas_in_questions_do_not_make_a_semicolon_file_a_comma_file() -> None:
    text = "when;Overall, all in all, really, how satisfied?;why\n1;5;fast, neat\n2;4;ok\n"
    table = csv_text.parse(text, "x.csv")
    assert table.separator == ";"
    assert [row.cells[1] for row in table.rows] == ["5", "4"]


def test_semicolons_in_answers_do_not_make_a_comma_file_a_semicolon_file() -> None:
    table = csv_text.parse("a,b\n1,x;y;z\n2,x;y;z\n", "x.csv")
    assert table.separator == ","
    assert len(table.rows) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["sep={}\r\n", '"sep={}"\n', "SEP={}\n", "sep={};;\n"])
def test_the_first_line_may_tell_the_separator(line: str, separator: str) -> None:
    text = "a,b,c\n1,2,3\n4,5\n".replace(",", separator)
    table = csv_text.parse(line.format(separator) + text, "x.csv")
    assert (table.separator, table.header) == (separator, ("a", "b", "c"))
    assert [(row.position, row.cells) for row in table.rows] == [("line 3", ("1", "2", "3"))]
    assert [one.position for one in table.rejections] == ["line 4"]


def test_a_separator_without_a_table_is_refused() -> None:
    with pytest.raises(ItemError) as caught:
        csv_text.parse("sep=;", "x.csv")
    assert caught.value.rejection.reason is Reason.SHAPE


def test_the_header_once_more_is_no_row_and_hides_none() -> None:
    table = csv_text.parse("a,b\n1,2\nA , b\n3,4\n", "x.csv")
    assert [row.cells for row in table.rows] == [("1", "2"), ("3", "4")]
    assert table.rejections == ()
    assert [str(one) for one in table.asides] == [
        "x.csv: line 3: the header once more; take it out (other)"
    ]


def test_one_column_alone_is_a_table_too() -> None:
    assert rows("tester\nann\nbob\n") == [("ann",), ("bob",)]


def test_quoted_line_breaks_stay_in_their_cell_and_positions_are_where_a_row_starts() -> None:
    table = csv_text.parse('"a\nb",c\n"1\n\n2",3\n4,5\n', "x.csv")
    assert table.header == ("a\nb", "c")
    assert [(row.position, row.cells) for row in table.rows] == [
        ("line 3", ("1\n\n2", "3")),
        ("line 6", ("4", "5")),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_read(end: str) -> None:
    assert rows("a,b\n1,2\n3,4".replace("\n", end)) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("blank", ["\n", " \n", ",\n", " , \n"])
def test_blank_rows_are_passed_over(blank: str) -> None:
    table = csv_text.parse(f"a,b\n{blank}1,2\n{blank}", "x.csv")
    assert [row.position for row in table.rows] == ["line 3"]
    assert table.rejections == ()


def test_a_header_alone_has_no_rows_and_no_mistake() -> None:
    table = csv_text.parse("a,b\n", "x.csv")
    assert (table.header, table.rows, table.rejections) == (("a", "b"), (), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_spreadsheets_save_is_read(tmp_path: Path, encoding: str) -> None:
    table = from_disk(tmp_path, "tester,wörter\nann,größe\n".encode(encoding))
    assert table.header == ("tester", "wörter")
    assert table.rows[0].cells == ("ann", "größe")


@pytest.mark.parametrize(
    ("bad", "reason", "position"),
    [
        ('"ann,yes', Reason.SYNTAX, "line 3"),
        ('ann,"yes', Reason.SYNTAX, "line 3"),
        ('"ann"x,yes', Reason.SYNTAX, "line 3"),
        ('"ann" ,yes', Reason.SYNTAX, "line 3"),
        ("ann", Reason.SHAPE, "line 3"),
        ("ann,yes,no", Reason.SHAPE, "line 3"),
        ("ann,yes,", Reason.SHAPE, "line 3"),
        ("ann;yes", Reason.SHAPE, "line 3"),
        ('"ann,yes"', Reason.SHAPE, "line 3"),
        (f'"{"x" * (csv_text.FIELD_LENGTH + 1)}",yes', Reason.SIZE, "line 3"),
    ],
)
def test_a_bad_row_costs_itself_alone(bad: str, reason: Reason, position: str) -> None:
    table = csv_text.parse(f"tester,installed\neve,yes\n{bad}\nbob,no\ncarl,yes\n", "x.csv")
    assert [row.cells[0] for row in table.rows] == ["eve", "bob", "carl"]
    (rejection,) = table.rejections
    assert (rejection.reason, rejection.file, rejection.position) == (reason, "x.csv", position)
    assert "ann" not in str(rejection)


def test_a_last_row_cut_within_a_quote_is_rejected() -> None:
    table = csv_text.parse('a,b\n1,2\n3,"half', "x.csv")
    assert [row.cells for row in table.rows] == [("1", "2")]
    assert [one.position for one in table.rejections] == ["line 3"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.SHAPE),
        ("\n\n , \n", Reason.SHAPE),
        ('"a,b\n1,2\n', Reason.SYNTAX),
        (",".join("x" * (csv_text.COLUMNS + 1)), Reason.SIZE),
        ("a,b\n" + "1,2\n" * (csv_text.ROWS + 1), Reason.SIZE),
        ("a,b\n" + "\n" * (csv_text.ROWS + 1), Reason.SIZE),
        ("a,b\n" + '"1\n' * (csv_text.BROKEN_ROWS + 1), Reason.SYNTAX),
    ],
    ids=["empty", "blank", "header", "columns", "rows", "blank rows", "broken rows"],
)
def test_a_hopeless_file_is_refused_whole(text: str, reason: Reason) -> None:
    with pytest.raises(ItemError) as caught:
        csv_text.parse(text, "x.csv")
    assert (caught.value.rejection.reason, caught.value.rejection.file) == (reason, "x.csv")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"tester,installed\nann\0,yes\n", Reason.ENCODING),
        (b"tester,installed\n\xe4nn,yes\n", Reason.ENCODING),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00", Reason.ENCODING),
        ("tester,installed\nann,yes\n".encode("utf-16")[:-1], Reason.ENCODING),
    ],
    ids=["NUL", "Latin-1", "a workbook", "half of a character"],
)
def test_what_is_no_text_is_refused_whole(tmp_path: Path, content: bytes, reason: Reason) -> None:
    with pytest.raises(ItemError) as caught:
        from_disk(tmp_path, content)
    assert (caught.value.rejection.reason, caught.value.rejection.file) == (reason, "x.csv")


@pytest.mark.parametrize(
    ("cell", "separator", "value"),
    [
        ("4", ",", 4),
        (" 4 ", ",", 4),
        ("4.50", ",", 4.5),
        ("-3", ",", -3),
        ("4,5", ";", 4.5),
        ("4.5", ";", 4.5),
        ("4,5", "\t", 4.5),
        ("4,0", "\t", 4),
        ("0,992", "\t", 0.992),
        ("1234,500", "\t", 1234.5),
        ("4.5", "\t", 4.5),
        ("007", ",", 7),
    ],
)
def test_a_plain_number_is_read(cell: str, separator: str, value: float) -> None:
    assert csv_text.number(cell, separator) == value


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "nan",
        "inf",
        "1_0",
        "1e5",
        "٤",
        "\uff14",
        "²",
        "+4",
        "4,5",
        "4.",
        ".5",
        "0x4",
        "4 5",
        "9" * 400,
    ],
)
def test_what_float_would_take_and_no_form_writes_is_no_number(cell: str) -> None:
    with pytest.raises(ValueError, match="not a plain number"):
        csv_text.number(cell)


@pytest.mark.parametrize("cell", ["1,234", "-12,345", "1,234,567"])
def test_where_tabs_separate_a_comma_that_may_part_thousands_is_no_point(cell: str) -> None:
    with pytest.raises(ValueError, match="thousands"):
        csv_text.number(cell, "\t")


def test_two_decimal_marks_are_no_number() -> None:
    for cell in ("1.000,5", "1,000,5", "1,5.0"):
        with pytest.raises(ValueError, match="not a plain number"):
            csv_text.number(cell, ";")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (" Day_1 ", "day 1"),
        ("How\u00a0satisfied,\n are YOU?", "how satisfied are you"),
        ("\ufeffTester", "tester"),
        ("#", "#"),
        ("Größe", "grösse"),
    ],
)
def test_headers_are_compared_by_their_words(header: str, words: str) -> None:
    assert csv_text.plain(header) == words


@settings(max_examples=60, deadline=None)
@given(CELLS)
def test_what_a_csv_writer_wrote_comes_back(written: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["a", "b", "c"], *written])
    assert rows(text.getvalue()) == [tuple(row) for row in written if any(map(str.strip, row))]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('a1,;\t"\n\r ')))
def test_no_text_escapes_as_anything_but_a_rejection(text: str) -> None:
    try:
        table = csv_text.parse(text, "x.csv")
    except ItemError:
        return
    assert all(len(row.cells) == len(table.header) for row in table.rows)
