"""What a test case's attributes and elements say of its outcome, in the words of many tools.

GoogleTest and Bazel list what they left out as `status="notrun"`, CTest and behave write
`status="failed"`, and not all of them add the element that JUnit's own format asks for.
"""

from collections.abc import Mapping

from exporter.results.records import Outcome

_WORDS = {
    Outcome.FAILED: (
        *("fail", "failed", "failure", "failing", "error", "errored", "broken", "crashed"),
        *("aborted", "timeout", "timedout", "regression"),
    ),
    Outcome.SKIPPED: (
        *("skip", "skipped", "ignored", "disabled", "notrun", "notexecuted", "suppressed"),
        *("pending", "todo", "untested", "filtered"),
    ),
    Outcome.PASSED: (
        *("pass", "passed", "passing", "run", "ran", "complete", "completed", "executed", "ok"),
        *("success", "successful", "succeeded", "fixed"),
    ),
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words}
# Only as elements: PHPUnit's warning is a test that did not do what it is for, and exits with 1;
# Maven and nextest repeat a test that failed every time, beside its failure.
_ELEMENTS = _OUTCOMES | {
    **dict.fromkeys(("warning", "exception", "rerunfailure", "rerunerror"), Outcome.FAILED),
    **dict.fromkeys(("skip", "ignore", "incomplete", "inconclusive"), Outcome.SKIPPED),
}


def stated_outcome(attributes: Mapping[str, str]) -> Outcome | None:
    """Return the worst that `status` and `result` say, passed without them; None if not clear."""
    said = {attributes.get(key, "").strip() for key in ("status", "result")} - {""}
    outcomes = {_OUTCOMES.get("".join(filter(str.isalpha, word.lower()))) for word in said}
    if Outcome.FAILED in outcomes:
        return Outcome.FAILED
    if None in outcomes:
        return None
    return Outcome.SKIPPED if Outcome.SKIPPED in outcomes else Outcome.PASSED


def element_outcome(tag: str) -> Outcome | None:
    """Return the outcome that an element of that name states; None where it states none.

    `flakyFailure` and `flakyError` are earlier attempts of a test that then passed.
    """
    return _ELEMENTS.get("".join(filter(str.isalpha, tag.lower())))
