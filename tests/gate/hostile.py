"""Reports that say a hostile text wherever something from outside can stand."""

from dataclasses import replace
from functools import cache

from exporter.bands import OTHERWISE, Band, at_least
from exporter.catalog import ALWAYS, Judged, Metric
from exporter.gate.report import Report
from exporter.gate.reporting import report_of
from exporter.model import (
    ErrorClass,
    Finding,
    Inapplicable,
    Reading,
    Reason,
    Rejection,
    Sample,
    Tier,
    Verdict,
)
from exporter.release import Waiver
from exporter.units import COUNT
from exporter.view import ReleaseView
from tests.gate.cases import TODAY
from tests.releases import NOW, plan_of, release_of, state_of
from tests.status_page.hostile import TEXTS as PAGE_TEXTS

# What a terminal, a build's log, Markdown and XML would run, beside what a browser would.
TEXTS: tuple[str, ...] = (
    *PAGE_TEXTS,
    "::error::all is well",
    "  ::set-output name=x::y",
    "\t::add-mask::x",
    "::stop-commands::x",
    "##[error]x",
    "###[group]x",
    "x ##vso[task.setvariable variable=a]b",
    "##teamcity[buildStatus text='fine']",
    "[link](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "[ref][1]",
    "[1]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "WWW.evil.example",
    "someone@evil.example",
    "@someone",
    "@org/team",
    "x@someone",
    "#1",
    "org/repo#1",
    "GH-1",
    "org/repo@0123456789abcdef0123456789abcdef01234567",
    "a | b | c",
    "|---|---|",
    "\\| escaped",
    "`code`",
    "``` fence",
    "~~~ fence",
    "~~struck~~",
    "**bold** __bold__ *it* _it_",
    "# heading",
    "> quote",
    "- item",
    "+ item",
    "1. item",
    "- [x] done",
    "---",
    "===",
    "$x^2$",
    "$$x$$",
    ":white_check_mark:",
    "[^1]",
    "]]>",
    "<![CDATA[x]]><failure/>",
    "&lol; &#x1b; &#27;",
    "-->",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x9b31mred",
    "\r\x1b[2K✅ GO",
    "a\u2028::error::b",
    '","decision":"GO',
)


@cache
def say(text: str) -> Report:
    """Return a report with the text in every place that is not ours, of several verdicts."""
    return report_of(view_of(text), NOW)


def view_of(text: str) -> ReleaseView:
    """Return the release that the report is of."""
    bands = (Band(at_least(10), Verdict.PASS, text), Band(OTHERWISE, Verdict.FAIL, text))
    metrics = tuple(
        Metric(key, text, gauge, text, text, COUNT, Tier.HIGH, ALWAYS, (Judged(text, bands),))
        for key, gauge in ((text, "release_a"), ("X-2", "release_b"), ("X-3", "release_c"))
    )
    sample = Sample("release_a", 1.0, (("label", text),), 1, NOW, text)
    reading = replace(
        Reading.of(
            [sample, replace(sample, gauge="release_b", value=11.0)],
            read=1,
            rejections=[Rejection(Reason.FIELD, text, text, text)],
            facts_from=NOW,
        ),
        findings=(Finding(text, text, text),),
        inapplicable=(Inapplicable("release_c", (), text),),
    )
    state = state_of([], reading=reading, error=(ErrorClass.MALFORMED, text))
    plan = plan_of()
    named = tuple(replace(one, name=text) for one in plan.milestones)
    release = replace(
        release_of(replace(plan, milestones=named)),
        project=text,
        name=text,
        file=text,
        metrics=metrics,
        waivers=(Waiver(text, text, text, text, TODAY), Waiver("X-2", text, text, text, TODAY)),
    )
    return ReleaseView(release, {text: state}, (text,))
