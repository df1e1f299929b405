from datetime import date

import pytest

from exporter.model import ErrorClass, SourceError
from exporter.upstream.daily import by_day, check_same

FIRST, SECOND = date(2026, 1, 24), date(2026, 1, 25)


def test_rows_are_by_day_in_any_order_and_once() -> None:
    rows = [(SECOND, 2), (FIRST, 1), (SECOND, 2)]
    assert by_day("npm", rows, SECOND) == {FIRST: 1, SECOND: 2}


@pytest.mark.parametrize("rows", [[(FIRST, 1), (FIRST, 2)], [(SECOND, 1)]])
def test_contradictions_and_days_to_come_are_refused(rows: list[tuple[date, int]]) -> None:
    with pytest.raises(SourceError) as caught:
        by_day("npm", rows, FIRST)
    assert caught.value.kind is ErrorClass.MALFORMED


def test_an_answer_about_something_else_is_refused_without_quoting_it() -> None:
    check_same("npm", "package", "caro", "caro")
    with pytest.raises(SourceError) as caught:
        check_same("npm", "package", "caro", "canary")
    assert str(caught.value) == "npm: the answer is about another package than caro"
