"""One log for all that runs in a process: Landshot's own lines, those of uvicorn, GDAL, urllib3 and of threads."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING, Any

import structlog
from opentelemetry import trace

from app.operations.redaction import printable, redacted

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import TextIO

    from structlog.typing import Processor

    from app.settings import Settings

    Event = MutableMapping[str, Any]

FIELDS = "landshot_fields"
"""Attribute of a `LogRecord` with a dict of its own fields: `log.info("...", extra={FIELDS: {...}})`."""

log = logging.getLogger("landshot")


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send the records of all loggers to one place, each as a line of text or of JSON.

    A record of a request carries its id, and every line is free of secrets (`app.operations.redaction`). To be
    called once in a process, before anything is logged; called again it replaces what it did.

    Args:
        settings: `log_format` is "text" or "json".
        stream: where lines go; None: standard error.
    """
    shared: list[Processor] = [
        _fields,
        structlog.contextvars.merge_contextvars,
        _trace_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structured = settings.log_format == "json"
    last: Processor = structlog.processors.JSONRenderer(default=str) if structured else _as_text
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        _Redacting(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(logging.INFO)
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
    ):  # which have handlers where uvicorn made its own
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.captureWarnings(capture=True)
    threading.excepthook = _of_a_thread


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """The last step of every line, tracebacks included: what is not in it cannot leak."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _fields(_logger: object, _method: str, event: Event) -> Event:
    record = event.get("_record")
    event.update(getattr(record, FIELDS, {}))
    return event


def _trace_id(_logger: object, _method: str, event: Event) -> Event:
    """Where the request is traced: the name under which the collector has it."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
    return event


def _as_text(_logger: object, _method: str, event: Event) -> str:
    """`2026-11-12T10:00:00.000000Z INFO request method=GET ms=1.5`; a traceback follows on lines of its own."""
    event.pop("logger", None)
    when, level, said = event.pop("timestamp"), event.pop("level"), str(event.pop("event"))
    below = [str(event.pop(name)) for name in ("exception", "stack") if name in event]
    fields = [f"{name}={_value(value)}" for name, value in event.items()]
    line = " ".join([when, level.upper(), printable(said), *fields])
    return "\n".join([line, *("\n".join(map(printable, part.splitlines())) for part in below)])


def _value(value: object) -> str:
    text = str(value)
    return text if text and text.isprintable() and not {'"', " ", "="} & set(text) else ascii(text)


def _of_a_thread(ended: threading.ExceptHookArgs) -> None:
    """Otherwise Python would write the traceback past the log."""
    if ended.exc_value is None or isinstance(ended.exc_value, SystemExit):
        return
    name = ended.thread.name if ended.thread else "a thread"
    log.error(
        "%s ended: %s",
        name,
        type(ended.exc_value).__name__,
        exc_info=(ended.exc_type, ended.exc_value, ended.exc_traceback),
    )
