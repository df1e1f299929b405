from hypothesis import given
from hypothesis import strategies as st

from exporter.agenda import Agenda


def agenda_of(*things: tuple[float, str, str]) -> Agenda[str]:
    agenda: Agenda[str] = Agenda()
    for thing in things:
        agenda.add(*thing)
    return agenda


def test_the_longest_due_comes_first_and_nothing_before_its_time() -> None:
    agenda = agenda_of((2, "", "b"), (1, "", "a"), (3, "", "c"))
    assert [agenda.take(2, ()) for _ in range(3)] == ["a", "b", None]
    assert agenda.next_due() == 3


def test_who_waits_in_a_queue_keeps_nobody_else_waiting() -> None:
    agenda = agenda_of((1, "q", "first"), (2, "q", "second"), (3, "", "other"))
    assert agenda.take(9, {"q"}) == "other"
    assert agenda.take(9, {"q"}) is None
    assert agenda.next_due() is None
    assert (agenda.waiting("q"), agenda.waiting("p")) == (2, 0)
    assert [agenda.take(9, ()) for _ in range(3)] == ["first", "second", None]


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["", "p", "q"])), max_size=30))
def test_everything_is_taken_once_in_the_order_of_its_time(due: list[tuple[int, str]]) -> None:
    agenda: Agenda[int] = Agenda()
    for at, (moment, queue) in enumerate(due):
        agenda.add(moment, queue, at)
    agenda.take(-1, {"p"})
    while (one := agenda.take(9, {"p", "q"})) is not None:
        assert due[one][1] == ""
    taken = [one for _ in due if (one := agenda.take(9, ())) is not None]
    assert [due[one][0] for one in taken] == sorted(due[one][0] for one in taken)
    assert sorted(taken) == [at for at, (_, queue) in enumerate(due) if queue]
