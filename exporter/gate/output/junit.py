"""The reports as JUnit XML: only a pass is green.

A fail is a failure, an unknown an error; what warns, is waived or is not due yet is skipped with
its reason, and so is a CONDITIONAL decision.
"""

from collections.abc import Iterator, Sequence

from exporter.gate.decision import STATUS, Decision
from exporter.gate.output.wording import why
from exporter.gate.report import Report
from exporter.gate.verdicts import Line, Outcome, word
from exporter.markup import xml_attribute, xml_text

_OUTCOMES = {
    Outcome.FAIL: "failure",
    Outcome.UNKNOWN: "error",
    Outcome.WARN: "skipped",
    Outcome.WAIVED: "skipped",
    Outcome.NOT_DUE: "skipped",
}
_DECISIONS = {
    Decision.NO_GO: "failure",
    Decision.UNKNOWN: "error",
    Decision.CONDITIONAL: "skipped",
}

# Name of the case, element of its outcome (empty for a pass), its message, its text.
_Case = tuple[str, str, str, str]


def render(reports: Sequence[Report]) -> str:
    """Return one suite a release; its first case is the decision."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="release gate">']
    for report in reports:
        lines += _suite(report)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(report: Report) -> Iterator[str]:
    cases = [_decision(report), *(_case(line) for line in report.verdicts)]
    kinds = [kind for _, kind, _, _ in cases]
    counts = f'tests="{len(cases)}" failures="{kinds.count("failure")}"'
    counts += f' errors="{kinds.count("error")}" skipped="{kinds.count("skipped")}"'
    stamp = f"{report.time:%Y-%m-%dT%H:%M:%S}"
    yield f'  <testsuite name={xml_attribute(report.name)} {counts} timestamp="{stamp}">'
    for name, kind, message, text in cases:
        where = xml_attribute(f"gate.{report.name.replace(' ', '.')}")
        case = f"    <testcase classname={where} name={xml_attribute(name)}"
        if kind:
            yield f"{case}>"
            yield f"      <{kind} message={xml_attribute(message)}>{xml_text(text)}</{kind}>"
            yield "    </testcase>"
        else:
            yield f"{case}/>"
    yield "  </testsuite>"


def _decision(report: Report) -> _Case:
    decision = report.decision
    causes = "; ".join(cause.text for cause in report.reasons if cause.decides)
    message = f"{decision}: {STATUS[decision]}"
    return "decision", _DECISIONS.get(decision, ""), message, causes


def _case(line: Line) -> _Case:
    message = f"{word(line)}: {line.shown} ({line.target})"
    return f"{line.key} {line.title}", _OUTCOMES.get(line.verdict, ""), message, why(line)
