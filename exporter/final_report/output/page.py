"""The final report as one HTML file: it loads and runs nothing, and prints with every table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from exporter import __version__
from exporter.final_report.figures import FinalReport
from exporter.final_report.output import charts, tables
from exporter.final_report.output.charts import Trend
from exporter.final_report.output.tables import Table
from exporter.final_report.output.wording import heading, history_note, preliminary, said_insights
from exporter.gate.output.wording import said
from exporter.gate.verdicts import OUTCOME_WORDS, Outcome
from exporter.status_page.badges import DECISIONS, VERDICTS, show_badge
from exporter.status_page.base import STYLE, environment_of, policy

HERE = Path(__file__).parent
_STYLE = STYLE + (HERE / "report.css").read_text("utf-8")

# By a chart that shows the verdicts by shape.
LEGEND = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart of one metric with the table behind it."""

    name: str
    chart: Trend
    table: Table


def render(report: FinalReport) -> str:
    """Return the whole page."""
    written = _TEMPLATE.render(
        report=report,
        heading=heading(report),
        preliminary=preliminary(report),
        sign=DECISIONS[report.decision],
        insights=list(said_insights(report)),
        against=[(cause.decides, said(cause)) for cause in report.reasons],
        sections=[tables.metrics(section) for section in report.sections],
        tones=[[VERDICTS[row.verdict].tone for row in one.rows] for one in report.sections],
        figures=list(_figures(report)),
        bars=charts.bars_of(report.score),
        score_alt=charts.score_alt(report.score),
        grid=charts.grid_of(report.history),
        note=history_note(report),
        weekly_and_daily=[
            tables.week_values(report.history),
            *(tables.values(one, report.history) for one in report.sections),
        ],
    )
    # Printed into a build's log, two of them may begin a command.
    return written.replace("##", "#&#35;")


def _figures(report: FinalReport) -> Iterator[Figure]:
    for row in report.rows:
        series = report.history.of(row.key)
        chart = charts.trend_of(series, report.history) if series else None
        if series and chart:
            yield Figure(f"{series.name} ({series.target})", chart, tables.trend(series))


_ENVIRONMENT = environment_of(HERE)
_ENVIRONMENT.globals |= {
    "style": Markup(_STYLE),  # noqa: S704 - our own files
    "policy": policy(_STYLE),
    "version": __version__,
    "tables": tables,
    "charts": charts,
    "legend": [(one.value, OUTCOME_WORDS[one]) for one in LEGEND],
}
_ENVIRONMENT.filters["badge"] = show_badge
_TEMPLATE = _ENVIRONMENT.get_template("page.html")
