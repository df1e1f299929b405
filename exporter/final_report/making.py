"""Making the figures: from the gate's report, the plan where it is known, and the records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exporter.final_report.comparing import compare, previous
from exporter.final_report.figures import VERSION, FinalReport, Row, Signed
from exporter.final_report.history import Kept, history_of
from exporter.final_report.insights import insights_of
from exporter.final_report.risks import risks_of
from exporter.final_report.scoring import score_of
from exporter.final_report.sections import sections_of
from exporter.gate.decision import STATUS, STATUS_ICONS, Decision
from exporter.gate.output.wording import moment, phase
from exporter.gate.report import Report
from exporter.gate.verdicts import Outcome
from exporter.model import Tier
from exporter.plan import Phase, Plan


@dataclass(frozen=True, slots=True)
class Material:
    """What a final report is made from.

    `plan` is None where only a document is known; `kept` has the records of every release by
    project and release, `compared` the name of the release to compare with, if somebody named one.
    """

    report: Report
    plan: Plan | None = None
    kept: Mapping[tuple[str, str], Kept] = field(default_factory=dict)
    signed: tuple[Signed, ...] = ()
    compared: str | None = None


def final_report(material: Material) -> FinalReport:
    """Return every figure of the final report."""
    report = material.report
    sections = sections_of(report)
    rows = [row for section in sections for row in section.rows]
    history = history_of(report, material.kept.get((report.project, report.release), Kept()))
    icon, success = _success(report, rows)
    due = [row for row in rows if row.verdict is not Outcome.NOT_DUE]
    return FinalReport(
        version=VERSION,
        project=report.project,
        release=report.release or report.file,
        time=report.time,
        day=report.day,
        moment=moment(report),
        phase=phase(report),
        release_date=release_date(material.plan),
        decision=report.decision,
        overall=f"{STATUS_ICONS[report.decision]} {STATUS[report.decision]}",
        success=success,
        success_icon=icon,
        on_target=sum(row.verdict is Outcome.PASS for row in due),
        due=len(due),
        score=score_of(report, rows),
        sections=sections,
        insights=insights_of(history, rows),
        reasons=report.reasons,
        risks=risks_of(rows, history, report.waivers),
        waivers=report.waivers,
        history=history,
        comparison=compare(report, rows, previous(report, material.kept, material.compared)),
        signed=material.signed,
    )


def release_date(plan: Plan | None) -> str:
    """Return the day of publication, or what is planned; without a plan it is unknown."""
    if plan is None:
        return "unknown: only the release file tells it; name it with --config.file"
    published = plan.published()
    if published is not None:
        return str(plan.today(published))
    planned = [one.planned for one in plan.milestones if one.opens is Phase.RELEASE]
    if not planned:
        return "unknown: the plan has no milestone that opens the release phase"
    return f"not published yet, planned for {min(planned)}"


def _success(report: Report, rows: Sequence[Row]) -> tuple[str, str]:
    """Return whether all critical metrics are met, with its sign."""
    if report.problems:
        return STATUS_ICONS[Decision.UNKNOWN], f"cannot be told: {report.problems[0]}"
    critical = [row for row in rows if row.tier is Tier.CRITICAL]
    bad = [row for row in critical if row.verdict is not Outcome.PASS]
    if not bad:
        return STATUS_ICONS[Decision.GO], "All critical metrics met"
    named = ", ".join(f"{row.name} ({row.verdict.value.replace('_', ' ')})" for row in bad)
    cannot = all(row.verdict in (Outcome.UNKNOWN, Outcome.NOT_DUE) for row in bad)
    icon = STATUS_ICONS[Decision.UNKNOWN if cannot else Decision.NO_GO]
    said = "cannot be told to be met" if cannot else "not met"
    return icon, f"{len(bad)} of {len(critical)} critical metrics {said}: {named}"
