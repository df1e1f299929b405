"""The final report as text: for people, as a page, and for programs."""

from collections.abc import Callable

from exporter.final_report.figures import FinalReport
from exporter.final_report.output import document, markdown, page

FORMS: dict[str, Callable[[FinalReport], str]] = {
    "markdown": markdown.render,
    "html": page.render,
    "json": document.render,
}
