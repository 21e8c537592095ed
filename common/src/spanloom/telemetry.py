"""Logs, metrics and trace context: how a service says what it does.

Logs are JSON lines by structlog; `bind(run_id=...)` puts the run's id on every line of a block. Metrics are
prometheus-client's, all defined here and listed in docs/metrics.md. Trace context (W3C `traceparent`) travels in
HTTP and message headers through `inject` and `extract`; an OpenTelemetry SDK, where one is configured, exports spans.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from spanloom.outage_lines import OUTAGES

_PROPAGATOR = TraceContextTextMapPropagator()

# ---------------------------------------------------------------------------------------------------------- metrics

HTTP_REQUESTS = Counter(
    "spanloom_http_requests_total", "HTTP requests answered.", ["service", "method", "route", "status"]
)
HTTP_SECONDS = Histogram(
    "spanloom_http_seconds",
    "Seconds from an HTTP request to the start of its answer.",
    ["service", "method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
WORKER_RESTARTS = Counter(
    "spanloom_worker_restarts_total", "Worker threads that died of an error and were started again.", ["worker"]
)
WORKERS_UP = Gauge("spanloom_workers_up", "Worker threads that run now.", ["worker"])
READY = Gauge("spanloom_ready", "1 when the named readiness check passed last, else 0.", ["service", "check"])

CONSUMER_LAG = Gauge(
    "spanloom_consumer_lag", "Messages of the topic that the group has not committed.", ["topic", "group"]
)
MESSAGES = Counter(
    "spanloom_messages_total",
    "Messages by what became of them: done, duplicate, stale, retried, dead.",
    ["topic", "outcome"],
)
# What is so in the database is exported by every process that sweeps: take the maximum over processes, never the sum.
OF_DATABASE = " Of the database, the same in every process: take the maximum."
DEAD_LETTERS = Gauge("spanloom_dead_letters", "Dead letters that were not replayed, by topic." + OF_DATABASE, ["topic"])
WORK_ROWS = Gauge("spanloom_work_rows", "Rows of work by table and state." + OF_DATABASE, ["table", "state"])
DEAD_TUPLES = Gauge(
    "spanloom_dead_tuples", "Dead rows that vacuum has not removed, by table of work." + OF_DATABASE, ["table"]
)
OLDEST_SNAPSHOT_AGE = Gauge(
    "spanloom_oldest_snapshot_age_transactions",
    "Transactions since the oldest snapshot in use (xmin), which vacuum waits for; 0 when there is none." + OF_DATABASE,
)
IN_FLIGHT = Gauge("spanloom_in_flight", "Rows this process holds under a lease, by kind of work.", ["kind"])
LEASE_AGE = Gauge(
    "spanloom_lease_age_seconds", "Age of the oldest unrenewed lease of this process, by kind of work.", ["kind"]
)
WORK_SECONDS = Histogram(
    "spanloom_work_seconds",
    "Seconds from claim to finish of one row, by kind of work and outcome.",
    ["kind", "outcome"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400),
)
PUBLISHED = Counter(
    "spanloom_published_total",
    "Rows the relay published; `again` counts those that stood too long.",
    ["topic", "again"],
)

CALLS = Counter(
    "spanloom_calls_total", "Calls to the LLM by engine and outcome: done, failed, cancelled.", ["engine", "outcome"]
)
TOKENS = Counter("spanloom_tokens_total", "Tokens read (in) and written (out) by the LLM.", ["engine", "direction"])
VERDICTS = Counter(
    "spanloom_verdicts_total",
    "Candidates judged; reason is `accepted` or why one was rejected.",
    ["language", "source", "reason"],
)
TRAINING_STEPS = Counter("spanloom_training_steps_total", "Optimiser updates done.", ["device"])
EVALUATIONS = Counter("spanloom_evaluations_total", "Evaluations scored, by outcome: done, failed.", ["outcome"])


def all_metrics() -> dict[str, MetricWrapperBase]:
    """Every metric of this module by its exported name."""
    found = {}
    for value in globals().values():
        if isinstance(value, MetricWrapperBase):
            described = next(iter(value.describe()))
            found[described.name + ("_total" if described.type == "counter" else "")] = value
    return found


def metrics_page() -> str:
    """docs/metrics.md: every metric with its type, labels and meaning."""
    out = [
        "# Metrics",
        "",
        "Each service exports these at `/metrics`, beside the process's own.",
        "This page is generated: `spanloom metrics > docs/metrics.md`.",
        "",
        "| name | type | labels | what it counts |",
        "|---|---|---|---|",
    ]
    for name, metric in all_metrics().items():
        described = next(iter(metric.describe()))
        labels = ", ".join(f"`{label}`" for label in metric._labelnames)
        out.append(f"| `{name}` | {described.type} | {labels} | {described.documentation} |")
    return "\n".join(out) + "\n"


# ------------------------------------------------------------------------------------------------------------- logs


def configure_logging(service: str, *, level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's log lines to stderr, or to `stream`, one form for both.

    A module's logger is `log = structlog.stdlib.get_logger(__name__)`; an event is a lower-case phrase, and its values
    stand beside it: `log.info("dataset complete", dataset=id, accepted=n)`.

    `form` is `json` (a JSON object a line) or `console`; `auto` is the latter where stderr is a terminal. Every line
    carries the service's name. Libraries' lines and Python's warnings come in the same form. Of an outage a line is
    written when it begins, one a minute, and one when it is over (`spanloom.outage_lines`).
    """
    if form == "auto":
        form = "console" if sys.stderr.isatty() else "json"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
        if form == "json"
        else [structlog.dev.ConsoleRenderer()]
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[_service_name(service), structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    handler.addFilter(OUTAGES)
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("kafka", "httpx", "httpcore", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    for name in OWN_HANDLERS:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.__class__ = _WithoutHandlers


OWN_HANDLERS = ("uvicorn", "uvicorn.error", "huggingface_hub", "transformers", "datasets")
"""Libraries that hang handlers of their own on their loggers, when they are set up or first imported."""


class _WithoutHandlers(logging.Logger):
    """A library's logger whose lines go the way of all others, whatever the library does to it later."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802  the standard library's name
        """The root's handler writes its lines; another one would write them twice, in another form."""

    @property
    def propagate(self) -> bool:
        """Always: that is how its lines reach the root's handler."""
        return True

    @propagate.setter
    def propagate(self, value: bool) -> None:
        """Not changed."""


@contextmanager
def bind(**values: Any) -> Iterator[None]:
    """Put `values` (run_id, job_id, ...) on every log line of the block, in this thread or task."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def _service_name(service: str) -> structlog.typing.Processor:
    def add(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event.setdefault("service", service)
        return event

    return add


def _add_trace(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    current = trace.get_current_span().get_span_context()
    if current.is_valid:
        event["trace_id"] = trace.format_trace_id(current.trace_id)
    return event


# ------------------------------------------------------------------------------------------------------------ trace


def inject(headers: MutableMapping[str, str | bytes]) -> None:
    """Write the current trace context into headers as `traceparent` (W3C Trace Context), if there is one."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    headers.update(carrier)


def extract(headers: Mapping[str, str | bytes]) -> Context:
    """The trace context that headers carry; an empty one where they carry none, or an unreadable one."""
    carrier = {
        name.lower(): value.decode("ascii", "replace") if isinstance(value, bytes) else value
        for name, value in headers.items()
        if name.lower() in _PROPAGATOR.fields
    }
    return _PROPAGATOR.extract(carrier, context=Context())


def run_headers(run_id: str) -> dict[str, str]:
    """`traceparent` of a message that belongs to a run: all of a run's messages and log lines share one trace.

    The trace id is the run id's hash, so that no row needs to carry one from hop to hop.
    """
    trace_id = hashlib.sha256(run_id.encode()).hexdigest()[:32]
    return {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-00"}


@contextmanager
def traced(name: str, headers: Mapping[str, str | bytes] | None = None) -> Iterator[None]:
    """Work inside a span, child of the one in `headers`; a trace starts here where they carry none.

    Without an SDK nothing is exported, but the trace's id still goes into logs and headers.
    """
    parent = extract(headers or {})
    if not trace.get_current_span(parent).get_span_context().is_valid:
        fresh = SpanContext(secrets.randbits(128) or 1, secrets.randbits(64) or 1, False, TraceFlags(0))
        parent = trace.set_span_in_context(NonRecordingSpan(fresh), parent)
    token = otel_context.attach(parent)
    try:
        with trace.get_tracer("spanloom").start_as_current_span(name):
            yield
    finally:
        otel_context.detach(token)
