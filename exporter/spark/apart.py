"""Work in a process of its own, which takes its Java machine with it when it ends."""

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

from exporter.model import ErrorClass, SourceError
from exporter.telemetry.engine import failure_of
from exporter.telemetry.protocol import Failure

T = TypeVar("T")

DIED = "the process that speaks to Spark ended unexpectedly; the next run starts a new one"


def apart(work: Callable[[], T]) -> T:
    """Return what `work` returns from a copy of this process; raises SourceError.

    PySpark keeps its Java machine as long as Python runs: half a gigabyte for nothing.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    if not said:
        raise SourceError(ErrorClass.INTERNAL, DIED)
    outcome: T | Failure = pickle.loads(said)  # noqa: S301 - from a copy of ourselves
    if isinstance(outcome, Failure):
        raise SourceError(outcome.kind, outcome.message)
    return outcome


def _work(work: Callable[[], object], answer: int) -> None:
    """Do the work, answer, and end."""
    try:
        # The other end of our output is the exporter, who must not hear Java.
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        try:
            outcome = work()
        except Exception as error:  # noqa: BLE001 - the process's outermost: the other hears why
            outcome = failure_of(error)
        with os.fdopen(answer, "wb") as file:
            pickle.dump(outcome, file)
    finally:
        os._exit(0)
