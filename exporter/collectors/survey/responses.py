"""A survey export's rows as answers: columns found by question, each respondent counted once."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import chain

from exporter.collectors.asides import set_apart
from exporter.collectors.survey import times
from exporter.csv_text import Row, Table, number, plain
from exporter.files import ItemError
from exporter.model import Reason, Rejection

SCORES = {"satisfaction": range(1, 6), "recommend": range(11)}

# Typeform's token stands under `#`. Its Network ID is shared by an office: no identity. Google asks
# for an address, where it asks for anything.
_RESPONDENT = (
    *("respondent id", "response id", "submission id", "id", "#", "token"),
    *("email address", "username"),
)
_TIME = ("submit date utc", "completion time", "timestamp", "submitted at", "submission date")

# "4 - Satisfied" or "5 (very satisfied)", but not "4/5", "4-5" or "4.5".
_LABELLED = re.compile(r"([0-9]{1,2})(?:\s*[-–—:.=(]\s*|\s+)([^\W\d_][^0-9]{0,100})")  # noqa: RUF001 - dashes that form tools write
# Beside a high score it says that the scale runs the other way.
_BAD = re.compile(
    r"dissatisf|unsatisf|unhappy|unlikely|\bnot\b|never|\bpoor\b|\bbad\b", re.IGNORECASE
)
_OTHER_WAY = "a bad word beside a high score, as if the scale ran the other way"
# What stands where nobody is named; the answers are not one respondent's.
_NOBODY = ("anonymous", "anonym", "anonyme", "guest", "unknown", "none", "null", "n/a", "-")
# So many answers of one identity alone: then it is no identity, and no answer may hide another.
_SHARED = 5
# A spreadsheet rounds long numbers, so that different respondents get one identity.
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+")


@dataclass(frozen=True, slots=True)
class Questions:
    """Where the header has what: words of the questions asked, and of two columns if configured."""

    texts: Mapping[str, str]
    respondent: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The scores that a question got, and by respondent why an answer could not be read."""

    scores: tuple[int, ...]
    unread: Mapping[int, Rejection]


@dataclass(frozen=True, slots=True)
class Survey:
    """The answers by question, and how many respondents gave them without a mistake.

    `broken` are rows that nobody can say anything of, `asides` rows that are no answers, such as
    averages; `newest` is the time of the last answer where the times are readable.
    """

    answers: Mapping[str, Answers]
    broken: tuple[Rejection, ...]
    conflicts: tuple[Rejection, ...]
    read: int
    newest: datetime | None
    asides: tuple[Rejection, ...] = ()

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """Every mistake once."""
        unread = (one.unread.values() for one in self.answers.values())
        return (*self.broken, *self.conflicts, *self.asides, *chain(*unread))

    def unread(self, question: str) -> tuple[Rejection, ...]:
        """Return what may hide an answer to the question: broken rows may hide one to each."""
        return (*self.broken, *self.answers[question].unread.values())


def parse(table: Table, questions: Questions, zone: tzinfo, now: datetime) -> Survey:
    """Return the last answers of each respondent; each question stands for itself.

    Raises ItemError where a question is in no column or in several.
    """
    columns = {key: _column(table, text, key) for key, text in questions.texts.items()}
    table = set_apart(table, _labelling(table, questions, columns.values()))
    moments = _moments(table, questions.time, zone, now)
    latest = _latest(_identities(table, questions.respondent), moments)
    respondents = [_different(table.rows[index] for index in one) for one in latest]
    answers = {
        key: _answers(table, respondents, column, SCORES[key]) for key, column in columns.items()
    }
    spoiled = set(chain(*(one.unread for one in answers.values())))
    return Survey(
        answers,
        broken=table.rejections,
        conflicts=tuple(_conflict(table, row) for rows in respondents for row in rows[1:]),
        read=len(respondents) - len(spoiled),
        newest=max((min(one, now) for i in chain(*latest) if (one := moments[i])), default=None),
        asides=table.asides,
    )


def _labelling(table: Table, questions: Questions, answers: Collection[int]) -> list[int]:
    """Return the columns where a row that is nobody's says so: never those of the answers."""
    usual = ((_RESPONDENT, questions.respondent, "respondent"), (_TIME, questions.time, "time"))
    found = [_usual_column(table, *one) for one in usual]
    return [at for at in (*found, 0) if at is not None and at not in answers]


def score(cell: str, allowed: range, separator: str = ",") -> int | None:
    """Return the answer, None for an empty cell; raises ValueError on all but a whole number."""
    text = cell.strip()
    if not text:
        return None
    labelled = _LABELLED.fullmatch(text)
    value = number(labelled[1] if labelled else text, separator)
    if value not in allowed:
        raise ValueError("out of range")
    if labelled and 2 * value > allowed[0] + allowed[-1] and _BAD.search(labelled[2]):
        raise ValueError(_OTHER_WAY)
    return int(value)


def _answers(
    table: Table, respondents: Sequence[Sequence[Row]], column: int, allowed: range
) -> Answers:
    scores: list[int] = []
    unread: dict[int, Rejection] = {}
    for index, rows in enumerate(respondents):
        try:
            scores += _worst(table, rows, column, allowed)
        except ItemError as error:
            unread[index] = error.rejection
    return Answers(tuple(scores), unread)


def _worst(table: Table, rows: Sequence[Row], column: int, allowed: range) -> list[int]:
    """Return the lowest of a respondent's answers, none where the question was left out.

    Raises ItemError where an answer cannot be read, or some rows have one and others have none.
    """
    answers = [_answer(table, row, column, allowed) for row in rows]
    given = [answer for answer in answers if answer is not None]
    if given and len(given) < len(answers):
        message = "the same respondent answered and did not; take one of the rows out"
        place = f"{rows[-1].position}, column {column + 1}"
        raise ItemError(Reason.CONFLICT, table.file, place, message)
    return [min(given)] if given else []


def _answer(table: Table, row: Row, column: int, allowed: range) -> int | None:
    try:
        return score(row.cells[column], allowed, table.separator)
    except ValueError as error:
        message = f"expected a whole number from {allowed[0]} to {allowed[-1]}"
        if str(error) == _OTHER_WAY:
            message += f", not {error}"
        position = f"{row.position}, column {column + 1}"
        raise ItemError(Reason.FIELD, table.file, position, message) from error


def _latest(identities: Sequence[str], moments: Sequence[datetime | None]) -> list[list[int]]:
    """Return the rows that may be each respondent's latest; without an identity each is one's."""
    groups: dict[str, list[int]] = {}
    for index, identity in enumerate(identities):
        groups.setdefault(identity or f"\0{index}", []).append(index)
    latest = []
    for rows in groups.values():
        last = max((one for index in rows if (one := moments[index])), default=None)
        latest.append([index for index in rows if moments[index] in (last, None)])
    return latest


def _different(rows: Iterable[Row]) -> list[Row]:
    """Return the rows without those that say the same again."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        seen.setdefault(row.cells, row)
    return list(seen.values())


def _conflict(table: Table, row: Row) -> Rejection:
    message = "the same respondent again, and no time tells which is later; the worse answer counts"
    return Rejection(Reason.CONFLICT, table.file, row.position, message)


def _identities(table: Table, configured: str | None) -> list[str]:
    column = _usual_column(table, _RESPONDENT, configured, "respondent")
    if column is None:
        return [""] * len(table.rows)
    cells = [row.cells[column].strip() for row in table.rows]
    if len(cells) >= _SHARED and len(set(cells)) == 1:
        return [""] * len(cells)
    return ["" if _ROUNDED.fullmatch(cell) or cell.lower() in _NOBODY else cell for cell in cells]


def _moments(
    table: Table, configured: str | None, zone: tzinfo, now: datetime
) -> Sequence[datetime | None]:
    column = _usual_column(table, _TIME, configured, "time")
    if column is None:
        return [None] * len(table.rows)
    said = UTC if "utc" in plain(table.header[column]).split() else zone
    return times.parse([row.cells[column] for row in table.rows], said, now)


def _usual_column(
    table: Table, usual: Sequence[str], configured: str | None, key: str
) -> int | None:
    if configured is not None:
        return _column(table, configured, key)
    names = [plain(cell) for cell in table.header]
    return next((names.index(name) for name in usual if name in names), None)


def _column(table: Table, text: str, key: str) -> int:
    """Return the only column with that header, else the only one whose header contains it."""
    names, wanted = [plain(cell) for cell in table.header], plain(text)
    exact = [index for index, name in enumerate(names) if name == wanted]
    parts = [index for index, name in enumerate(names) if f" {wanted} " in f" {name} "]
    matches = exact or parts
    if len(matches) == 1:
        return matches[0]
    if matches:
        numbers = ", ".join(str(index + 1) for index in matches[:10])
        message = f"columns {numbers} match {key}; set {key} to the whole question of one of them"
    else:
        # The header itself is not shown: without one it is somebody's answers.
        message = f"none of {len(names)} columns has {key}'s {text[:60]!r}; set {key} to its text"
    raise ItemError(Reason.SHAPE, table.file, "header", message)
