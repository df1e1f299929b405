"""What testers say: satisfaction and net promoter score, from a form tool's CSV export.

release_satisfaction_score 4.6
release_net_promoter_score 80
release_survey_answers{question="satisfaction",score="5"} 3
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from exporter import csv_text
from exporter.collectors.settings import InnerPath, SourceSettings
from exporter.collectors.survey.responses import SCORES, Questions, parse
from exporter.files import ItemError, find_one, read_text, source_error
from exporter.model import (
    Context,
    ErrorClass,
    Reading,
    Reason,
    Rejection,
    Sample,
    SourceError,
    labels,
)

# On the scale from 0 to 10; 7 and 8 are neither.
PROMOTER, DETRACTOR = 9, 6

SCORE_GAUGES = {
    "satisfaction": "release_satisfaction_score",
    "recommend": "release_net_promoter_score",
}
LOWEST = {"release_satisfaction_score": 1.0, "release_net_promoter_score": -100.0}

_ENDLESS = (Reason.SYNTAX, Reason.TRUNCATED, Reason.SIZE)

ColumnText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Settings(SourceSettings):
    """The export and the questions in it; a question that nobody asked is null."""

    REMADE = True

    file: InnerPath = Field(
        "survey.csv", description="CSV as Google Forms, Typeform or Microsoft Forms export it"
    )
    satisfaction: ColumnText | None = Field(
        "how satisfied are you",
        description="the question answered from 1 to 5, or words that no other question has",
    )
    recommend: ColumnText | None = Field(
        "how likely are you to recommend",
        description="the question answered from 0 to 10, or words that no other question has",
    )
    respondent: ColumnText | None = Field(
        None, description="column that identifies the respondent; the usual ones are found"
    )
    time: ColumnText | None = Field(
        None, description="column with the time of the answer; the usual ones are found"
    )

    @property
    def questions(self) -> Questions:
        """What to look for in the header."""
        texts = {"satisfaction": self.satisfaction, "recommend": self.recommend}
        asked = {key: text for key, text in texts.items() if text is not None}
        return Questions(asked, self.respondent, self.time)


def collect(settings: Settings, context: Context) -> Reading:
    """Return both scores and the distribution of the answers."""
    found = find_one(context.folder, settings.file, "file")
    try:
        table = csv_text.parse(read_text(found, csv_text.LENGTH), found.name)
        survey = parse(table, settings.questions, context.plan.zone, context.now)
        written = found.written(context.now)
    except ItemError as error:
        raise source_error(error) from error
    if survey.rejections and not any(one.scores for one in survey.answers.values()):
        message = f"no answer could be taken; the first: {survey.rejections[0]}"
        raise SourceError(ErrorClass.MALFORMED, message)
    observed = survey.newest or written
    scores = {question: one.scores for question, one in survey.answers.items()}
    questions = {SCORE_GAUGES[question]: question for question in survey.answers}
    return Reading.of(
        (
            _doubted(one, survey.unread(questions[one.gauge])) if one.gauge in questions else one
            for one in measure(scores, observed, found.name)
        ),
        read=survey.read,
        rejections=survey.rejections,
        facts_from=observed,
    )


def _doubted(sample: Sample, unread: Sequence[Rejection]) -> Sample:
    """Return the score with what it would be if the unread answers were the worst ones."""
    if not unread:
        return sample
    worst, n = LOWEST[sample.gauge], sample.n or 0
    # What is no row hides any number of answers, to the end of the file perhaps.
    if all(one.reason not in _ENDLESS for one in unread):
        worst = (sample.value * n + worst * len(unread)) / (n + len(unread))
    first = f"the first at {unread[0].file}: {unread[0].position}"
    why = f"{_count(len(unread), 'answer')} could not be read, {first}"
    return replace(sample, worst=worst, evidence=f"{sample.evidence}; {why}")


def measure(
    answers: Mapping[str, Sequence[int]], observed: datetime, file: str
) -> Iterator[Sample]:
    """Yield the scores of the questions that have answers, and how often each answer was given."""
    if scores := answers.get("satisfaction"):
        yield Sample(
            SCORE_GAUGES["satisfaction"],
            sum(scores) / len(scores),
            n=len(scores),
            observed=observed,
            evidence=f"mean of {_count(len(scores), 'answer')} from 1 to 5 ({file})",
        )
    if scores := answers.get("recommend"):
        yield _net_promoter_score(scores, observed, file)
    for question, scores in answers.items():
        yield from _distribution(question, scores, observed)


def _net_promoter_score(scores: Sequence[int], observed: datetime, file: str) -> Sample:
    promoters = sum(score >= PROMOTER for score in scores)
    detractors = sum(score <= DETRACTOR for score in scores)
    return Sample(
        SCORE_GAUGES["recommend"],
        100 * (promoters - detractors) / len(scores),
        n=len(scores),
        observed=observed,
        evidence=(
            f"{_count(promoters, 'promoter')} and {_count(detractors, 'detractor')} "
            f"in {_count(len(scores), 'answer')} ({file})"
        ),
    )


def _distribution(question: str, scores: Sequence[int], observed: datetime) -> Iterator[Sample]:
    """Yield every score of the scale, zeros too, once there is any answer."""
    counts = Counter(scores)
    for score in SCORES[question] if scores else ():
        yield Sample(
            "release_survey_answers",
            counts[score],
            labels(question=question, score=str(score)),
            n=len(scores),
            observed=observed,
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
