"""Logs for machines and people: logfmt or JSON on standard error, without secrets."""

import logging
import sys
from collections.abc import Collection, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from exporter.inert import inert

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

# A whole traceback.
LONGEST = 10_000

Event = MutableMapping[str, Any]
Settings = tuple[str, str, Collection[str]]


class _Log:
    """structlog's logger, loaded at the first event: it takes a fifth of a command's start."""

    def __init__(self) -> None:
        self._due: Settings | None = None

    def configure(self, settings: Settings) -> None:
        if "structlog" in sys.modules:
            _configure(*settings)
        else:
            self._due = settings

    def __getattr__(self, level: str) -> Any:
        import structlog  # noqa: PLC0415 - see above

        due = self._due
        if due is not None:
            # Two threads may do this at once; none goes on before it is done.
            _configure(*due)
            self._due = None
        return getattr(structlog.get_logger(), level)


_LOG = _Log()
log: "FilteringBoundLogger" = cast("FilteringBoundLogger", _LOG)


def configure(level: str, form: str, secrets: Collection[str] = ()) -> None:
    """Send every log line, the web server's too, to standard error in that form.

    `secrets` may grow later on: a line hides those that are in it by then.
    """
    _LOG.configure((level, form, secrets))
    logging.basicConfig(handlers=[_Forward()], level=logging.WARNING, force=True)


def _configure(level: str, form: str, secrets: Collection[str]) -> None:
    import structlog  # noqa: PLC0415 - at the first event only

    render: Any = structlog.processors.LogfmtRenderer(key_order=["ts", "level", "msg"])
    if form == "json":
        render = structlog.processors.JSONRenderer()
    hide = _Hide(secrets)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("msg"),
            hide,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Hide:
    """Replaces known secrets in every text of an event, whatever put them there."""

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = secrets

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        for key, value in event.items():
            if not isinstance(value, (int, float, bool)):
                event[key] = self._clean(str(value))
        return event

    def _clean(self, text: str) -> str:
        # The longest first: one secret may begin like another.
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        # One line an event: a hostile file name must not forge another.
        return inert(text, LONGEST)


class _Forward(logging.Handler):
    """Hands the standard library's records, such as the web server's, to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage(), logger=record.name)
