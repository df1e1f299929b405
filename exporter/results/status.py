"""What a test case's attributes say of its outcome where no element does.

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


def stated_outcome(attributes: Mapping[str, str]) -> Outcome | None:
    """Return the worst that `status` and `result` say, passed without them; None if not clear."""
    said = {attributes.get(key, "").strip() for key in ("status", "result")} - {""}
    outcomes = {_OUTCOMES.get("".join(filter(str.isalpha, word.lower()))) for word in said}
    if Outcome.FAILED in outcomes:
        return Outcome.FAILED
    if None in outcomes:
        return None
    return Outcome.SKIPPED if Outcome.SKIPPED in outcomes else Outcome.PASSED
