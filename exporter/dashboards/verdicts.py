"""A verdict and a decision as numbers that a panel maps to icon, word and colour.

Prometheus knows numbers only. The worst has the smallest, so that tables sort the worst first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from exporter.dashboards.model import NOT_AVAILABLE, Json
from exporter.dashboards.promql import BY_METRIC, BY_RELEASE, RELEASE, either, select
from exporter.gate.decision import STATUS, STATUS_ICONS, Decision, Objection
from exporter.gate.verdicts import OUTCOME_ICONS, OUTCOME_WORDS, Outcome
from exporter.model import Labels, Tier, Verdict
from exporter.words import VERDICT_WORDS

# Each has a contrast of 4.5 or more with the text that Grafana writes on it, in both themes.
GREEN, AMBER, RED = "#1a7f37", "#a15c00", "#b42318"
GREY, SLATE, VIOLET = "#6e7076", "#475467", "#6941c6"
PLAIN = "transparent"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that a number says; `verdict` is the exporter's word where it is one's."""

    code: int
    text: str
    colour: str
    verdict: str = ""


def _sign(code: int, verdict: Verdict, colour: str) -> Sign:
    outcome = Outcome(verdict.value)
    text = f"{OUTCOME_ICONS[outcome]} {OUTCOME_WORDS[outcome]}"
    return Sign(code, text, colour, verdict.value)


def _waived(code: int, verdict: Verdict) -> Sign:
    said = f"{OUTCOME_WORDS[Outcome.WAIVED]} ({VERDICT_WORDS[verdict]})"
    return Sign(code, f"{OUTCOME_ICONS[Outcome.WAIVED]} {said}", VIOLET, verdict.value)


FAIL = _sign(1, Verdict.FAIL, RED)
UNKNOWN = _sign(2, Verdict.UNKNOWN, GREY)
WARN = _sign(3, Verdict.WARN, AMBER)
WAIVED_FAIL = _waived(4, Verdict.FAIL)
WAIVED_WARN = _waived(5, Verdict.WARN)
NOT_DUE = _sign(6, Verdict.NOT_DUE, SLATE)
PASS = _sign(7, Verdict.PASS, GREEN)

SIGNS = (FAIL, UNKNOWN, WARN, WAIVED_FAIL, WAIVED_WARN, NOT_DUE, PASS)

_COLOURS = {
    Decision.NO_GO: RED,
    Decision.UNKNOWN: GREY,
    Decision.CONDITIONAL: AMBER,
    Decision.GO: GREEN,
}
DECISIONS = {
    decision: Sign(code, f"{STATUS_ICONS[decision]} {STATUS[decision]}", _COLOURS[decision])
    for code, decision in enumerate(Decision, start=1)
}


def verdict(labels: Labels = (), by: str = BY_METRIC, scope: str = RELEASE) -> str:
    """Return the verdict's number; of two exporters that differ, the worse one's."""
    said = (*_bad(labels, by, scope), *(_is(one, labels, scope) for one in (NOT_DUE, PASS)))
    return f"min by ({by}) (\n{either(said)}\n)"


def against_go(by: str = BY_METRIC, scope: str = RELEASE) -> str:
    """Return the numbers of the verdicts that the gate does not take for GO."""
    critical = select("release_metric_info", (("tier", Tier.CRITICAL.value),), scope)
    early = f"({_is(NOT_DUE, (), scope)} and on ({by}) {critical})"
    return f"min by ({by}) (\n{either((*_bad((), by, scope), early))}\n)"


# What the gate's reasons that are of no single metric are called, and what each is as bad as.
OBJECTIONS = {
    Objection.PROBLEM: ("Nothing can be told: the status page says why", UNKNOWN),
    Objection.NOTHING_DUE: ("No metric is due: there is nothing to judge", UNKNOWN),
    Objection.PRIVACY_SINCE_MOVED: ("privacy.since was moved", WARN),
}


def objected(scope: str = RELEASE) -> str:
    """Return the numbers of the reasons against GO that are of no single metric, by title."""
    return either(
        f"label_replace(max by ({BY_RELEASE}) ({_objection(one, scope)} == 1) * {sign.code}, "
        f'"title", "{title}", "", "")'
        for one, (title, sign) in OBJECTIONS.items()
    )


def _objection(one: Objection, scope: str) -> str:
    return select("release_gate_objection", (("reason", one.value),), scope)


def _bad(labels: Labels, by: str, scope: str) -> Iterator[str]:
    expiry = select("release_waiver_expiry_timestamp_seconds", labels, scope)
    for sign in (WAIVED_FAIL, WAIVED_WARN):
        yield f"({_is(sign, labels, scope)} and on ({by}) {expiry} > time())"
    for sign in (FAIL, UNKNOWN, WARN):
        yield _is(sign, labels, scope)


def _is(sign: Sign, labels: Labels, scope: str) -> str:
    """Return the number of every exporter's verdict; the label `verdict` keeps them apart."""
    series = select("release_metric_verdict", (*labels, ("verdict", sign.verdict)), scope)
    return f"({series} == 1) * {sign.code}"


def decision(by: str, scope: str = RELEASE) -> str:
    """Return the gate decision's number; of two exporters that differ, the worse one's."""
    return either(
        f"max by ({by}) ({select('release_gate_decision', (('decision', one.value),), scope)} == 1)"
        f" * {sign.code}"
        for one, sign in DECISIONS.items()
    )


def mappings(signs: Iterable[Sign] = ()) -> list[Json]:
    """Return the texts and colours of the numbers, and N/A in grey for what is no number."""
    options = {
        str(one.code): {"text": one.text, "color": one.colour, "index": index}
        for index, one in enumerate(signs)
    }
    missing = {"text": NOT_AVAILABLE, "color": GREY, "index": len(options)}
    special = {"type": "special", "options": {"match": "null+nan", "result": missing}}
    return [*([{"type": "value", "options": options}] if options else []), special]
