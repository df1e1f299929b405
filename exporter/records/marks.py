"""How a record that was made later says so."""

from exporter.gate.report import Report

RECOMPUTED = "recomputed later: nobody looked at the end of that day"


def is_recomputed(report: Report) -> bool:
    """Tell whether the record was made later, from what is still known of its day."""
    return RECOMPUTED in report.problems
