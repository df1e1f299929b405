"""The series of the web services that are asked: what they allow, and how they answered."""

from collections.abc import Iterable

from exporter.exposition.families import Families
from exporter.upstream.account import Standing


def add_upstream(families: Families, standings: Iterable[Standing]) -> None:
    """Add each service's quota, the end of its token, and the answers since the start."""
    for one in standings:
        where = {"host": one.host}
        for resource, quota in sorted(one.known.quotas.items()):
            labels = where | {"resource": resource}
            for series, help_text, value in (
                ("limit", "Requests that the service allows in a window.", quota.limit),
                ("remaining", "Requests that are left in the service's window.", quota.remaining),
                (
                    "reset_timestamp_seconds",
                    "Time at which the service's window begins anew.",
                    quota.reset,
                ),
            ):
                families.add(f"release_upstream_quota_{series}", help_text, labels, value)
        for series, help_text, moment in (
            (
                "release_upstream_token_expiry_timestamp_seconds",
                "Time at which the service's token expires.",
                one.known.expires,
            ),
            (
                "release_upstream_not_before_timestamp_seconds",
                "Time before which the service is not asked: it told so.",
                one.known.not_before or None,
            ),
        ):
            if moment is not None:
                families.add(series, help_text, where, moment)
        for outcome, count in sorted(one.asked.items()):
            families.add(
                "release_upstream_requests_total",
                "Answered requests to the service by outcome, since the exporter started.",
                where | {"outcome": outcome},
                count,
                "counter",
            )
