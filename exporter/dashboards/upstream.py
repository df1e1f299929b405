"""The web services that are asked: what they allow, when again, and how they answered."""

from exporter.dashboards.model import Panel, Query
from exporter.dashboards.tables import Column, Table
from exporter.dashboards.trend import LINE, line_options

_UNASKED = "No service has told one"


def services(width: int, height: int) -> Panel:
    """Return the table of services: until when they are left alone, and when their token ends."""
    rest = "max by (host) (release_upstream_not_before_timestamp_seconds) * 1000"
    ends = "max by (host) (release_upstream_token_expiry_timestamp_seconds) - time()"
    return Table(
        "Next request and token",
        "From when on a service may be asked again where it told us to wait, and how long its "
        "token is still good.",
        {"host": "Service"},
        (
            Column("Next request", rest, {"unit": "dateTimeAsIso"}),
            Column("Token ends in", ends, {"unit": "s", "decimals": 1}),
        ),
    ).panel(width, height, none=_UNASKED)


def quotas(width: int, height: int) -> Panel:
    """Return the table of quotas by service and resource."""

    def of(what: str) -> str:
        gauge = f"release_upstream_quota_{what}"
        return f'max by (name) (label_join({gauge}, "name", " · ", "host", "resource"))'

    return Table(
        "Quota",
        "Requests that are left in the service's window, of how many, and when it begins anew.",
        {"name": "Service and resource"},
        (
            Column("Left", of("remaining")),
            Column("Of", of("limit")),
            Column("Anew", f"{of('reset_timestamp_seconds')} * 1000", {"unit": "dateTimeAsIso"}),
        ),
    ).panel(width, height, none=_UNASKED)


def requests(width: int, height: int) -> Panel:
    """Return answered requests by service and outcome over time."""
    rate = "sum by (host, outcome) (increase(release_upstream_requests_total[$__rate_interval]))"
    return Panel(
        "timeseries",
        "Requests by outcome",
        "Answered requests to each service in each interval.",
        (Query(rate, "{{host}}: {{outcome}}", over_time=True),),
        width,
        height,
        unit="short",
        options=line_options(),
        fields={"min": 0, "custom": LINE | {"drawStyle": "bars", "fillOpacity": 70}},
    )
