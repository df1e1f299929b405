"""The series of the review summaries: when each was posted last, and whether that failed since."""

from collections.abc import Callable, Mapping

from exporter.digest.reviews import Review
from exporter.digest.told import Told

Add = Callable[..., None]


def add_digests(add: Add, told: Mapping[Review, Told]) -> None:
    """Add what is known of a release's summaries; nothing of those that were never due."""
    for review, one in told.items():
        if one.posted is not None:
            add(
                "release_digest_posted_timestamp_seconds",
                "Time at which the last summary for this review was handed to Alertmanager.",
                one.posted.timestamp(),
                review=review.value,
            )
        add(
            "release_digest_failed",
            "Whether the last attempt to hand a summary to Alertmanager failed.",
            one.failed,
            review=review.value,
        )
